import type { Slope } from './line.ts';
import type { ReportLine } from './reportLine.ts';
import { createReportTrack } from './reportTrack.ts';
import type { Step } from './reportTrack.ts';
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
  line(): ReportLine | undefined;
  /** distinct ones seen */
  readonly seen: number;
}

/** libav rounds to 1 µs and RTP to 11 µs; what differs by less is the same report, ms. */
const SAME = 0.002;
/** A report that says the same for so long was renewed meanwhile, ms. */
const RENEWED = 8000;

export function createReports(): Reports {
  const track = createReportTrack();
  let last: { readonly offset: number; readonly x: number; readonly stale: boolean } | undefined;
  let seen = 0;
  return {
    add(x, reported, arrivals, doubted) {
      const offset = reported - x;
      if (last && Math.abs(offset - last.offset) < SAME && (last.stale || Math.abs(x - last.x) < RENEWED)) return undefined;
      last = { offset, x, stale: false };
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
