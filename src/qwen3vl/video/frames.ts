/** A picture: RGB, 8 bits a channel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A video as the model is shown it: `times` are seconds, one per frame, in any spacing. */
export interface VideoInput {
  readonly frames: readonly Picture[];
  readonly times: readonly number[];
}

/** What one temporal patch is made of: as many frames as the model merges (two), and their stamp in seconds. */
export interface TemporalPatch {
  readonly frames: readonly Picture[];
  readonly stamp: number;
}

/**
 * Groups frames into temporal patches. A last group that is short repeats the last frame and its time; a stamp is the mean of
 * the group's first and last time.
 */
export function temporalPatches({ frames, times }: VideoInput, size: number): TemporalPatch[] {
  if (frames.length !== times.length) throw new RangeError(`${frames.length} frames with ${times.length} times`);
  const patches: TemporalPatch[] = [];
  for (let at = 0; at < frames.length; at += size) {
    const index = Array.from({ length: size }, (_, i) => Math.min(at + i, frames.length - 1));
    const group = index.map((i) => frames[i]).filter((f) => f !== undefined);
    const first = times[at] ?? 0;
    const last = times[index.at(-1) ?? at] ?? first;
    patches.push({ frames: group, stamp: (first + last) / 2 });
  }
  return patches;
}

/**
 * Seconds with one decimal as Python's `.1f` writes them: exact ties go to the even digit (0.25 → "0.2"), where toFixed rounds
 * them up. A tie needs five hundredths exactly, which in binary only odd multiples of a quarter have.
 */
export function formatStamp(seconds: number): string {
  const quarters = seconds * 4;
  const sign = seconds < 0 || Object.is(seconds, -0) ? '-' : '';
  if (!Number.isInteger(quarters) || quarters % 2 === 0) return sign + Math.abs(seconds).toFixed(1);
  const tenths = Math.floor(Math.abs(seconds) * 10);
  return sign + ((tenths + (tenths % 2)) / 10).toFixed(1);
}
