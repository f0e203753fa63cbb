/** A small RGB picture. `at` is the wall clock of the frame it was made from, ms. */
export interface Thumbnail {
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Shrink an RGB picture by a whole factor, each pixel the mean of `factor` × `factor` (what is left over at the edges is cut). */
export function shrink(data: Uint8Array, width: number, height: number, factor: number): { width: number; height: number; data: Uint8Array } {
  const w = Math.floor(width / factor);
  const h = Math.floor(height / factor);
  const out = new Uint8Array(w * h * 3);
  const row = new Uint32Array(w * 3);
  for (let y = 0; y < h; y++) {
    row.fill(0);
    for (let dy = 0; dy < factor; dy++) {
      let i = (y * factor + dy) * width * 3;
      for (let x = 0; x < w * 3; x += 3) {
        for (let dx = 0; dx < factor; dx++, i += 3) {
          row[x] = row[x]! + data[i]!;
          row[x + 1] = row[x + 1]! + data[i + 1]!;
          row[x + 2] = row[x + 2]! + data[i + 2]!;
        }
      }
    }
    for (let x = 0; x < row.length; x++) out[y * w * 3 + x] = row[x]! / (factor * factor);
  }
  return { width: w, height: h, data: out };
}
