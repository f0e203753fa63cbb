/** An item with the time at which it has to be decoded, in the ticks of its PTS. */
export interface Decoded<T> {
  readonly item: T;
  readonly dts: number;
  /** its PTS, which is never before its DTS */
  readonly pts: number;
  /** this item and those before it hold every picture that is shown until the last of them */
  readonly whole: boolean;
}

/** Gives items in decoding order their DTS. */
export interface DecodeTimes<T> {
  /** What can be told once this item is known, in order. */
  push(item: T, pts: number): Decoded<T>[];
  /** What can be told if the order reaches no farther than it has so far. */
  hurry(): Decoded<T>[];
  /** The rest: no more will come. */
  drain(): Decoded<T>[];
}

/** H.264 and H.265 hold back at most sixteen pictures. */
const DEEPEST = 16;

/**
 * DTS made anew from PTS, since RTSP carries none and what libav guesses in its place may be missing or wrong: the n-th packet is decoded at
 * the n-th smallest PTS, less what makes none later than its own picture. How far a stream's order reaches is seen from its first packets.
 */
export function createDecodeTimes<T>(): DecodeTimes<T> {
  const waiting: { readonly item: T; readonly pts: number }[] = [];
  const shown: number[] = [];
  let depth: number | undefined;
  let delay = 0;
  let last = Number.NEGATIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;

  const learn = (): void => {
    const order = waiting.map(({ pts }, index) => ({ pts, index })).sort((a, b) => a.pts - b.pts);
    depth = order.reduce((most, { index }, rank) => Math.max(most, index - rank), 0);
    delay = waiting.reduce((most, { pts }, index) => Math.max(most, (shown[index] ?? pts) - pts), 0);
  };
  const next = (): Decoded<T> | undefined => {
    const [first, time] = [waiting.shift(), shown.shift()];
    if (!first || time === undefined) return undefined;
    newest = Math.max(newest, first.pts);
    const dts = Math.max(last + 1, Math.min(time - delay, first.pts));
    last = dts;
    return { item: first.item, dts, pts: Math.max(dts, first.pts), whole: newest <= time };
  };
  const told = (keep: number): Decoded<T>[] => {
    const out: Decoded<T>[] = [];
    while (waiting.length > keep) {
      const one = next();
      if (one) out.push(one);
    }
    return out;
  };
  return {
    push(item, pts) {
      waiting.push({ item, pts });
      let place = shown.length;
      while (place > 0 && (shown[place - 1] ?? 0) > pts) place--;
      shown.splice(place, 0, pts);
      // it reaches farther than it seemed
      if (depth !== undefined && pts < last + delay) depth = Math.min(DEEPEST, depth + 1);
      if (depth === undefined && waiting.length > DEEPEST) learn();
      return depth === undefined ? [] : told(depth);
    },
    hurry() {
      if (depth === undefined && waiting.length > 0) learn();
      return told(depth ?? 0);
    },
    drain() {
      if (depth === undefined) learn();
      return told(0);
    },
  };
}
