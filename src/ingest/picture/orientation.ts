/** How a decoded picture must be turned to stand upright: first its axes are exchanged, then its columns and rows reversed. */
export interface Orientation {
  readonly transposed: boolean;
  readonly flipX: boolean;
  readonly flipY: boolean;
}

const UPRIGHT: Orientation = { transposed: false, flipX: false, flipY: false };

/**
 * Of a display matrix as libav carries it (libavutil/display.h): nine 32-bit integers a b u, c d v, x y w in machine order, a
 * point going to (a·x + c·y, b·x + d·y). Quarter turns and mirrors are kept; other angles are taken to the nearest of them.
 */
export function readOrientation(matrix: Buffer | null): Orientation {
  if (!matrix || matrix.length < 36) return UPRIGHT;
  const at = (index: number): number => matrix.readInt32LE(4 * index);
  const [a, b, c, d] = [at(0), at(1), at(3), at(4)];
  if (Math.abs(b) + Math.abs(c) > Math.abs(a) + Math.abs(d)) return { transposed: true, flipX: c < 0, flipY: b < 0 };
  return { transposed: false, flipX: a < 0, flipY: d < 0 };
}

/** `data` (width × height pixels of `channels` values, row by row) turned upright into an array like itself; `data` where it is upright. */
export function turnUpright<T extends Uint8Array | Float32Array>(data: T, width: number, height: number, channels: number, turn: Orientation): T {
  if (!turn.transposed && !turn.flipX && !turn.flipY) return data;
  const turned = (data instanceof Float32Array ? new Float32Array(data.length) : new Uint8Array(data.length)) as T;
  const [columns, rows] = turn.transposed ? [height, width] : [width, height];
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const y = turn.flipY ? rows - 1 - row : row;
    for (let column = 0; column < columns; column++) {
      const x = turn.flipX ? columns - 1 - column : column;
      const from = channels * (turn.transposed ? x * width + y : y * width + x);
      for (let channel = 0; channel < channels; channel++) turned[to++] = data[from + channel] ?? 0;
    }
  }
  return turned;
}
