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
      const [x, y] = [(column + 0.5) / columns, (row + 0.25) / rows];
      const paint = `\u001b[38;${colour(picture, x, y, depth)};48;${colour(picture, x, y + 0.5 / rows, depth)}m`;
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
  return `5;${nearest256(r, g, b)}`;
}

/** xterm's palette: a cube of 6 × 6 × 6 (levels 0, 95, 135 … 255) and 24 greys (8, 18 … 238). */
function nearest256(r: number, g: number, b: number): number {
  if (Math.max(r, g, b) - Math.min(r, g, b) <= 24) return 232 + Math.min(23, Math.max(0, Math.round(((r + g + b) / 3 - 8) / 10)));
  const level = (v: number): number => (v < 48 ? 0 : v < 115 ? 1 : Math.round((v - 55) / 40));
  return 16 + 36 * level(r) + 6 * level(g) + level(b);
}
