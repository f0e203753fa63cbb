import type { Frame, Thumbnail } from '../values.ts';

/** The longer side of a thumbnail, in cells: fine enough for an arm (two cells wide), coarse enough to average noise away. */
const LONG_SIDE = 96;
/** Cells of this many pixels and more are averaged over every second pixel and row: noise is no longer the limit there. */
const SPARSE_FROM = 6;

/** A frame's thumbnail: means over square cells of whole pixels (2×2 for 192×128). Pixels beyond the last whole cell are left out. */
export function thumbnail(frame: Pick<Frame, 'width' | 'height' | 'data'>): Thumbnail {
  const size = Math.max(1, Math.floor(Math.max(frame.width, frame.height) / LONG_SIDE));
  const width = Math.floor(frame.width / size);
  const height = Math.floor(frame.height / size);
  const step = size >= SPARSE_FROM ? 2 : 1;
  const perCell = Math.ceil(size / step) ** 2;
  const cells = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let dy = 0; dy < size; dy += step) {
      addRow(frame, row * size + dy, cells.subarray(row * width, (row + 1) * width), size, step);
    }
  }
  let sum = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = (cells[i] ?? 0) / perCell;
    cells[i] = cell;
    sum += cell;
  }
  return { width, height, cells, mean: cells.length === 0 ? 0 : sum / cells.length };
}

function addRow(
  frame: Pick<Frame, 'width' | 'data'>,
  y: number,
  sums: Float32Array,
  size: number,
  step: number,
): void {
  const { data } = frame;
  let at = y * frame.width * 3;
  for (let column = 0; column < sums.length; column++) {
    let sum = 0;
    for (let dx = 0; dx < size; dx += step) {
      const p = at + dx * 3;
      // Rec. 601 luma, as cameras encode it
      sum += 0.299 * (data[p] ?? 0) + 0.587 * (data[p + 1] ?? 0) + 0.114 * (data[p + 2] ?? 0);
    }
    sums[column] = (sums[column] ?? 0) + sum;
    at += size * 3;
  }
}
