import type { Words } from '../words.ts';

export const ask: Words['ask'] = { title: '提问' };
