import { Recent } from './recent.ts';

/** Means of the last deviations over several spans, each against how such means lie while nothing happens. */
export interface Surprise {
  /** Takes the next packet's deviation; the means that end with it. */
  push(z: number): readonly number[];
  /** How far out the means lie, in deviations of the quiet ones; 0 or less: not at all. */
  of(means: readonly number[]): number;
  /** How far out they would lie, were every packet off by `z` more. */
  ofLasting(z: number): number;
  /** Means of a quiet scene. */
  learn(means: readonly number[]): void;
  readonly learned: boolean;
}

/** Spans, packets: one large packet, a movement, and a small one that lasts. */
const SPANS = [1, 3, 6, 12, 25] as const;
/** Means remembered per span. */
const REMEMBERED = 160;
/** Of the means over a span, every so manieth is remembered, as they overlap. */
const stride = (span: number): number => Math.max(1, Math.round(span / 3));
/** Quiet means of every span that must be known, in packets: some four seconds. */
const LEARNED_AFTER = 70;
/** Means over n independent deviations cannot lie closer than this × n^-½. */
const CLOSEST = 0.5;

/** Is the longest mean far below what was expected? */
export const farBelow = (means: readonly number[]): boolean => (means.at(-1) ?? 0) < -1.5;

export function createSurprise(): Surprise {
  const last: number[] = [];
  const quiet = SPANS.map(() => new Recent(REMEMBERED));
  let learned = 0;
  return {
    push(z) {
      last.unshift(z);
      if (last.length > 25) last.pop();
      let sum = 0;
      let n = 0;
      return SPANS.map((span) => {
        for (; n < span; n++) sum += last[n] ?? 0;
        return sum / span;
      });
    },
    of(means) {
      let most = 0;
      means.forEach((mean, i) => {
        const known = quiet[i];
        const span = SPANS[i] ?? 1;
        if (!known || known.count < 12) return;
        const middle = known.quantile(0.5);
        // by the upper tail, which is heavier than a normal one: 2.05 deviations of that lie below 98 %
        const upper = (known.quantile(0.98) - middle) / 2.05;
        most = Math.max(most, (mean - middle) / Math.max(CLOSEST / Math.sqrt(span), upper));
      });
      return most;
    },
    ofLasting(z) {
      return this.of(quiet.map((known) => known.quantile(0.5) + z));
    },
    learn(means) {
      means.forEach((mean, i) => {
        if (learned % stride(SPANS[i] ?? 1) === 0) quiet[i]?.push(mean);
      });
      learned++;
    },
    get learned() {
      return learned >= LEARNED_AFTER;
    },
  };
}
