import type { Words } from '../words.ts';

export const rules: Words['rules'] = { title: '规则' };
