import type { Words } from '../words.ts';

export const tokens: Words['tokens'] = { title: '令牌' };
