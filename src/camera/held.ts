import type { Alignment } from '../ingest/rtp/alignment.ts';
import type { RtpHold } from '../ingest/rtp/hold.ts';
import type { Passed, RelayedListener } from './relayed.ts';

/** What a sleeping camera's relay holds back. */
export interface Held {
  /** A packet was told of, with its stream time (ms). */
  told(passed: Passed, pts: number): void;
}

/** Packets of B-frames come out of order by less, ms. */
const DISORDER = 500;
/** More than this is not held, bytes. */
const MOST = 32e6;
/** libav gets something to read before so much of the longest time that it may be kept waiting. */
const EARLY = 0.6;

interface Start {
  readonly passed: Passed;
  /** ms */
  readonly pts: number;
}

/**
 * Holds a stream back while nothing is decoded. What is held begins with a keyframe `lookBack` ms old, or follows without a gap on
 * what libav has. All that is older is dropped, but for an access unit now and then: libav keeps the session alive when it
 * reads.
 */
export function createHeld(hold: RtpHold, alignment: Alignment<Passed>, { still, left }: Pick<RelayedListener, 'still' | 'left'>, lookBack: number): Held {
  let keyframes: Start[] = [];
  let read = performance.now();

  const begin = (): void => {
    keyframes = [];
    read = performance.now();
    hold.hold();
  };
  /** Leaves out what came before a keyframe. */
  const drop = ({ passed: first, pts }: Start, place: number): void => {
    const before = alignment.waiting.slice(0, alignment.waiting.indexOf(first));
    const [kept, cut] = before.filter((passed) => passed.unit.place !== undefined && !passed.left).slice(-2);
    const feed = cut !== undefined && performance.now() - read > EARLY * hold.longest;
    if (feed) read = performance.now();
    // those that began before anything was held have gone to libav, and the last of them not as a whole
    for (const passed of before) passed.left ||= passed.unit.place === undefined || (feed && (passed === kept || passed === cut));
    const out = new Set(before.filter((passed) => !passed.left));
    alignment.leave((passed) => out.has(passed));
    if (feed) hold.drop(place, kept?.unit, cut.unit);
    else hold.drop(place);
    keyframes = keyframes.filter((start) => start.pts >= pts);
    left(pts);
  };
  return {
    told(passed, pts) {
      const { place } = passed.unit;
      if (hold.holding && passed.seen.keyframe && place !== undefined) keyframes.push({ passed, pts });
      if (!still()) return;
      if (!hold.holding) return begin();
      if (hold.size > MOST || performance.now() - read > hold.longest) {
        hold.release();
        return begin();
      }
      const start = keyframes.findLast((one) => one.pts <= pts - lookBack - DISORDER);
      if (start?.passed.unit.place === undefined || start.passed.first) return;
      start.passed.first = true;
      drop(start, start.passed.unit.place);
    },
  };
}
