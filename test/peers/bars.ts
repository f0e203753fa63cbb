/** A frame's index written over its whole picture as 16 black and white bars, which survive scaling and hard compression. */
const BITS = 16;
/** Shares of the height at which the bars are read: where packets were lost, they disagree. */
const HEIGHTS = [0.06, 0.28, 0.5, 0.72, 0.94];
const BLACK = 30;
const WHITE = 220;

/** Draws into a picture in I420 (Y, then U and V at half size), which is `width * height * 1.5` bytes. */
export function drawIndex(index: number, width: number, height: number, i420: Uint8Array, noise?: () => number): void {
  const row = new Uint8Array(width);
  for (let x = 0; x < width; x++) row[x] = (index >> (BITS - 1 - Math.floor((x * BITS) / width))) & 1 ? WHITE : BLACK;
  for (let y = 0; y < height; y++) i420.set(row, y * width);
  i420.fill(128, width * height);
  if (noise) for (let i = 0; i < width * height; i++) i420[i] = (i420[i] ?? 0) + noise();
}

/** The index that a picture shows. `damaged`: its parts show different ones; the index is then that of most. */
export function readIndex(frame: { readonly width: number; readonly height: number; readonly data: Uint8Array }): { readonly index: number; readonly damaged: boolean } {
  const found = HEIGHTS.map((share) => readRow(frame, Math.floor(share * frame.height)));
  const votes = (index: number): number => found.filter((other) => other === index).length;
  const index = found.reduce((best, other) => (votes(other) > votes(best) ? other : best));
  return { index, damaged: votes(index) < found.length };
}

/** Of RGB. */
function readRow(frame: { readonly width: number; readonly data: Uint8Array }, y: number): number {
  let value = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const x = Math.floor(((bit + 0.5) * frame.width) / BITS);
    value = value * 2 + ((frame.data[3 * (y * frame.width + x) + 1] ?? 0) > 128 ? 1 : 0);
  }
  return value;
}
