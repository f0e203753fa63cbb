/** A wall clock written into pictures as 24 black and white bars (ms modulo 2^24), so that every decoded frame tells its own truth. */
const BITS = 24;
const SPAN = 2 ** BITS;

export function drawBars(now: number, width: number, height: number): Uint8Array {
  const row = Buffer.alloc(width * 3);
  const value = Math.floor(now) % SPAN;
  for (let x = 0; x < width; x++) row.fill((value >> (BITS - 1 - Math.floor((x * BITS) / width))) & 1 ? 235 : 16, 3 * x, 3 * x + 3);
  return Buffer.concat(Array.from({ length: height }, () => row));
}

/** The wall clock in a picture, given that it lies within an hour or two of `near`. */
export function readBars(frame: { readonly width: number; readonly height: number; readonly data: Uint8Array }, near: number): number {
  let value = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const x = Math.floor(((bit + 0.5) * frame.width) / BITS);
    const pixel = frame.data[3 * (Math.floor(frame.height / 2) * frame.width + x)] ?? 0;
    value = value * 2 + (pixel > 128 ? 1 : 0);
  }
  const base = Math.floor(near / SPAN) * SPAN + value;
  return [base - SPAN, base, base + SPAN].reduce((a, b) => (Math.abs(b - near) < Math.abs(a - near) ? b : a));
}
