import type { Words } from '../words.ts';

export const live: Words['live'] = { title: '实时画面' };
