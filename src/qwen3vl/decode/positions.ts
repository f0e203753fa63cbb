import type { Qwen3VLConfig } from '../checkpoint/config.ts';
import type { Grid } from '../video/patchify.ts';

/** Positions [3, count] as three rows (time, height, width), and the position that the next token takes. */
export interface Positions {
  readonly rows: Int32Array;
  readonly next: number;
}

/** Whether a token stands for a part of a picture. */
export function isVisual(id: number | undefined, { videoToken, imageToken }: Pick<Qwen3VLConfig, 'videoToken' | 'imageToken'>): boolean {
  return id === videoToken || id === imageToken;
}

/** Positions of a prompt whose visual tokens, if any, are `videoToken`s on one grid. */
export function promptPositions(ids: readonly number[], videoToken: number | undefined, grid: Grid, merge: number): Positions {
  return positionsOf(ids, (id) => id === videoToken, () => grid, merge);
}

/**
 * Positions of a prompt for multi-axis rotary embedding. Text moves all three axes on by one; each run of visual tokens is a picture
 * or one temporal patch of a video, laid out over its merged grid at a standstill in time, and moves on by its larger side.
 * `gridOf` tells the grid of the n-th run.
 */
export function positionsOf(ids: readonly number[], visual: (id: number) => boolean, gridOf: (run: number) => Grid, merge: number): Positions {
  const count = ids.length;
  const rows = new Int32Array(3 * count);
  let next = 0;
  let run = 0;
  for (let i = 0; i < count; ) {
    if (!visual(ids[i] as number)) {
      for (const axis of [0, 1, 2]) rows[axis * count + i] = next;
      next += 1;
      i += 1;
      continue;
    }
    const { h, w } = gridOf(run++);
    const columns = w / merge;
    for (let cell = 0; cell < (h / merge) * columns; cell++, i++) {
      rows[i] = next;
      rows[count + i] = next + Math.floor(cell / columns);
      rows[2 * count + i] = next + (cell % columns);
    }
    next += Math.max(h, w) / merge;
  }
  return { rows, next };
}
