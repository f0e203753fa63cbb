import type { Polygon } from './candidate.ts';

/** Which cells count: 1, or 0 where the centre lies inside a polygon. */
export type Counted = Uint8Array;

/** A cell's centre is inside by the even-odd rule; fewer than three corners enclose nothing. Undefined where there are no masks. */
export function countedCells(masks: readonly Polygon[] | undefined, width: number, height: number): Counted | undefined {
  if (!masks || masks.length === 0) return undefined;
  const counted = new Uint8Array(width * height).fill(1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [cx, cy] = [(x + 0.5) / width, (y + 0.5) / height];
      if (masks.some((polygon) => inside(polygon, cx, cy))) counted[y * width + x] = 0;
    }
  }
  return counted;
}

function inside(polygon: Polygon, x: number, y: number): boolean {
  let odd = false;
  let from = polygon.at(-1);
  for (const to of polygon) {
    if (from && to[1] > y !== from[1] > y && x < ((from[0] - to[0]) * (y - to[1])) / (from[1] - to[1]) + to[0]) odd = !odd;
    from = to;
  }
  return odd;
}

/** Mean brightness of the cells that count; 0 where none does. */
export function countedMean(cells: Float32Array, counted: Counted): number {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < cells.length; i++) {
    if (counted[i] === 0) continue;
    sum += cells[i] ?? 0;
    n++;
  }
  return n === 0 ? 0 : sum / n;
}
