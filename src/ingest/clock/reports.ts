import type { Slope } from './line.ts';
import { createReportTrack } from './reportTrack.ts';
import type { HeardLine, Step } from './reportTrack.ts';
import type { Jump } from './timeline.ts';

/** A camera's sender reports. */
export interface Reports {
  /**
   * Takes the wall time that the last report gives a packet; most packets only repeat what an earlier one told, and undefined
   * comes back. `arrivals` is the slope of the arrivals, `doubted` whether they speak against the present line.
   */
  add(x: number, reported: number, arrivals: () => Slope | undefined, doubted: () => boolean): { readonly step: Step | undefined } | undefined;
  /** The stream's time line jumped: until the next report the line is carried over it. */
  carry(jump: Jump): void;
  line(): HeardLine | undefined;
  /** distinct ones seen */
  readonly seen: number;
}

/** libav rounds to 1 µs and RTP to 11 µs; what differs by less is the same report, ms. */
const SAME = 0.002;
/** A report that says the same for so long was renewed meanwhile, ms. */
const RENEWED = 8000;
/**
 * A camera that says the same to the microsecond (ffmpeg's reports do, whose clocks tick whole milliseconds) is never late; when
 * it says something else, which does not change again, that is taken for its next report after so long, ms: sooner than one every
 * 5 s may come, but it is not chance that speaks then.
 */
const RENEWED_EXACT = 4500;
/** Renewals that show such a camera. */
const EXACT = 2;

export function createReports(): Reports {
  const track = createReportTrack();
  let last: Last | undefined;
  let seen = 0;
  return {
    add(x, reported, arrivals, doubted) {
      const offset = reported - x;
      const same = last !== undefined && Math.abs(offset - last.offset) < SAME;
      if (last && same && (last.stale || Math.abs(x - last.x) < last.renewed)) return undefined;
      if (last && same) last = { ...last, x, renewals: last.renewals + 1 };
      else last = { offset, x, stale: false, renewals: 0, renewed: (last?.renewals ?? 0) < EXACT ? RENEWED : RENEWED_EXACT };
      seen += 1;
      return { step: track.take({ x, offset }, arrivals(), doubted) };
    },
    carry(jump) {
      if (last) last = { ...last, stale: true };
      track.carry(jump);
    },
    line: track.line,
    get seen() {
      return seen;
    },
  };
}

/** The report that was heard last, and how often it counted again. `stale`: it is of the time line before a jump. */
interface Last {
  readonly offset: number;
  readonly x: number;
  readonly stale: boolean;
  readonly renewals: number;
  /** ms after which it counts again */
  readonly renewed: number;
}
