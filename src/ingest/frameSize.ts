/** Bounds on width × height of the frames that are handed out. */
export interface FrameSize {
  readonly minPixels: number;
  readonly maxPixels: number;
}

/** Side of the square that becomes one token of the model: 2 × 2 patches of 16 pixels. */
const FACTOR = 32;

/**
 * The size the model takes for a picture, after Qwen's smart resize: both sides multiples of 32, the area within its bounds,
 * the aspect as near as that allows.
 */
export function smartResize(width: number, height: number, size: FrameSize): { width: number; height: number } {
  const whole = (side: number, round: (x: number) => number): number => Math.max(FACTOR, round(side / FACTOR) * FACTOR);
  const w = whole(width, Math.round);
  const h = whole(height, Math.round);
  if (w * h > size.maxPixels) {
    const shrink = Math.sqrt((width * height) / size.maxPixels);
    return { width: whole(width / shrink, Math.floor), height: whole(height / shrink, Math.floor) };
  }
  if (w * h < size.minPixels) {
    const grow = Math.sqrt(size.minPixels / (width * height));
    return { width: whole(width * grow, Math.ceil), height: whole(height * grow, Math.ceil) };
  }
  return { width: w, height: h };
}
