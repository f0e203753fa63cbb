import type { Thumbnail } from './thumbnail.ts';

/** 24: any colour; 8: the 256 of xterm's cube. */
export type ColourDepth = 24 | 8;

/** Lower bits are left out, so that the sensor's noise does not repaint cells that look the same. */
const KEEP = 0xf8;

/**
 * A picture as lines of text: every character is two pixels, one above the other. `columns` wide, and as high as its shape
 * asks for; drawn from the nearest pixels.
 */
export function halfBlocks(picture: Thumbnail, columns: number, depth: ColourDepth): string[] {
  const rows = Math.floor((columns * picture.height) / picture.width / 2);
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    let line = '';
    let last = '';
    for (let column = 0; column < columns; column++) {
      const paint = `\u001b[38;${colour(picture, column / columns, (2 * row) / (2 * rows), depth)};48;${colour(picture, column / columns, (2 * row + 1) / (2 * rows), depth)}m`;
      line += paint === last ? '▀' : `${paint}▀`;
      last = paint;
    }
    lines.push(`${line}\u001b[0m`);
  }
  return lines;
}

/** Parameters of the colour at a place, fractions of the picture's width and height. */
function colour(picture: Thumbnail, x: number, y: number, depth: ColourDepth): string {
  const i = (Math.floor(y * picture.height) * picture.width + Math.floor(x * picture.width)) * 3;
  const [r, g, b] = [0, 1, 2].map((k) => (picture.data[i + k] ?? 0) & KEEP) as [number, number, number];
  if (depth === 24) return `2;${r};${g};${b}`;
  const level = (v: number): number => Math.round((v / 255) * 5);
  return `5;${16 + 36 * level(r) + 6 * level(g) + level(b)}`;
}
