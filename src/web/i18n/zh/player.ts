import type { Words } from '../words.ts';

export const player: Words['player'] = { title: '播放器' };
