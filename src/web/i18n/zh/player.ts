import type { Words } from '../words.ts';

export const player: Words['player'] = {
  of: (camera) => `摄像头 ${camera}`,
  connecting: '正在连接…',
  live: '直播',
  paused: '已暂停',
  stills: '逐张画面',
  offline: '没有画面',
};
