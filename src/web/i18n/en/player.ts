export const player = { title: 'Player' };
