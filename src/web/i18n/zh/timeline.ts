import type { Words } from '../words.ts';

export const timeline: Words['timeline'] = { title: '时间线' };
