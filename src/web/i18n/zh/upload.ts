import type { Words } from '../words.ts';

export const upload: Words['upload'] = { title: '上传' };
