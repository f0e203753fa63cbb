export const player = {
  of: (camera: string) => `Camera ${camera}`,
  connecting: 'Connecting …',
  live: 'Live',
  paused: 'Paused',
  stills: 'Single pictures',
  offline: 'No picture',
};
