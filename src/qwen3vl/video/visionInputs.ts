import { Tensor } from 'onnxruntime-node';
import type { VisionConfig } from '../checkpoint/config.ts';
import type { Grid } from './patchify.ts';
import { inverseFrequencies } from '../checkpoint/rope.ts';

/** The vision graph's inputs that depend on the grid alone. */
export interface GridInputs {
  readonly grid: Tensor;
  readonly grid_weight: Tensor;
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/**
 * Positions of a grid's cells in merge-block order: their four neighbours and bilinear weights (corners aligned) in the learned
 * table, and their rotary angles (row, then column). Arithmetic in float32 where the reference's is.
 */
export function gridInputs(config: VisionConfig, { h, w }: Grid): GridInputs {
  const cells = h * w;
  const quarter = config.hidden / config.heads / 4;
  const inverse = inverseFrequencies(config.ropeTheta, quarter * 2);
  const index = new BigInt64Array(4 * cells);
  const weight = new Float32Array(4 * cells);
  const cos = new Float32Array(cells * quarter * 2);
  const sin = new Float32Array(cells * quarter * 2);
  for (const [cell, [row, column]] of mergeBlockOrder(config.merge, h, w).entries()) {
    for (const [corner, [tableRow, tableColumn, share]] of neighbours(row, h, column, w, config.gridSide).entries()) {
      index[corner * cells + cell] = BigInt(tableRow * config.gridSide + tableColumn);
      weight[corner * cells + cell] = share;
    }
    for (let i = 0; i < quarter * 2; i++) {
      const angle = Math.fround((i < quarter ? row : column) * (inverse[i % quarter] ?? 0));
      cos[cell * quarter * 2 + i] = Math.cos(angle);
      sin[cell * quarter * 2 + i] = Math.sin(angle);
    }
  }
  return {
    grid: new Tensor('int64', index, [4, cells]),
    grid_weight: new Tensor('float32', weight, [4, cells, 1]),
    cos: new Tensor('float32', cos, [cells, quarter * 2]),
    sin: new Tensor('float32', sin, [cells, quarter * 2]),
  };
}

/** Cells as (row, column), blocks of merge × merge one after another. */
export function mergeBlockOrder(merge: number, h: number, w: number): (readonly [number, number])[] {
  const cells: (readonly [number, number])[] = [];
  for (let y = 0; y < h; y += merge) {
    for (let x = 0; x < w; x += merge) {
      for (let i = 0; i < merge * merge; i++) cells.push([y + Math.floor(i / merge), x + (i % merge)]);
    }
  }
  return cells;
}

function neighbours(row: number, h: number, column: number, w: number, side: number): (readonly [number, number, number])[] {
  const y = axisTaps(row, h, side);
  const x = axisTaps(column, w, side);
  return y.flatMap(([r, rowShare]) => x.map(([c, columnShare]) => [r, c, Math.fround(rowShare * columnShare)] as const));
}

/** Where target cell `i` of `size` falls on a source axis of `side` samples whose ends meet the target's: two samples, weighted. */
function axisTaps(i: number, size: number, side: number): [number, number][] {
  const source = Math.fround(Math.fround(i * (side - 1)) / Math.max(size - 1, 1));
  const low = Math.floor(source);
  const share = Math.fround(source - low);
  return [
    [low, Math.fround(1 - share)],
    [Math.min(low + 1, side - 1), share],
  ];
}
