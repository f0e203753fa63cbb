import type { Grid } from '../video/patchify.ts';

/** Positions [3, count] as three rows (time, height, width), and the position that the next token takes. */
export interface Positions {
  readonly rows: Int32Array;
  readonly next: number;
}

/**
 * Positions of a prompt for multi-axis rotary embedding. Text moves all three axes on by one; each run of `videoToken`s is one
 * temporal patch, laid out over its merged grid at a standstill in time, and moves on by its larger side.
 */
export function promptPositions(ids: readonly number[], videoToken: number | undefined, grid: Grid, merge: number): Positions {
  const count = ids.length;
  const rows = new Int32Array(3 * count);
  const columns = grid.w / merge;
  const perPatch = (grid.h / merge) * columns;
  let next = 0;
  for (let i = 0; i < count; ) {
    if (ids[i] !== videoToken) {
      for (const axis of [0, 1, 2]) rows[axis * count + i] = next;
      next += 1;
      i += 1;
      continue;
    }
    for (let cell = 0; cell < perPatch; cell++, i++) {
      rows[i] = next;
      rows[count + i] = next + Math.floor(cell / columns);
      rows[2 * count + i] = next + (cell % columns);
    }
    next += Math.max(grid.h, grid.w) / merge;
  }
  return { rows, next };
}
