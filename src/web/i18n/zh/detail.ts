import type { Words } from '../words.ts';

export const detail: Words['detail'] = { title: '详情' };
