import { stripVTControlCharacters, styleText } from 'node:util';

/** Colours the text where colours are wanted. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });
export const uncoloured: Paint = (_style, text) => text;

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;

/** Columns that the text takes in a terminal: colours take none, Chinese characters two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** Filled with spaces to a width. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** Plain text (no colours) cut to a width, with an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  for (const character of text) {
    if (columnsOf(kept + character) > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
