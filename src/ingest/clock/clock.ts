import type { TimeSource } from '../../values.ts';
import { createArrivalTimes } from './arrivals.ts';
import type { ArrivalOptions } from './arrivals.ts';
import { createBelief } from './belief.ts';
import type { Evidence, Judgement } from './belief.ts';
import type { EncoderDelay } from './encoderDelay.ts';
import { createReports } from './reports.ts';
import type { Reports } from './reports.ts';
import { createTimeline } from './timeline.ts';
import type { Timeline } from './timeline.ts';
import type { ClockPolicy, ClockReport, PacketTimes, WallTime } from './times.ts';

export type { ClockPolicy, ClockReason, ClockReport, PacketTimes, WallTime } from './times.ts';

export interface StreamClock {
  /** Takes a packet, in the order of arrival; its times must be numbers. */
  packet(times: PacketTimes): void;
  /** An encoder's delay, once it is known. */
  encoder(delay: EncoderDelay): void;
  /** Wall clock of a frame; undefined while the first packets do not yet tell (about a second after connecting, and after a jump). */
  read(pts: number): WallTime | undefined;
  readonly source: TimeSource;
  told(): ClockReport;
}

export interface ClockOptions extends ArrivalOptions {
  /** whose clock to believe; 'auto' by default */
  readonly policy?: ClockPolicy;
}

/** With few frames a second, so many may be missing before it counts as a pause. */
const PATIENCE = 3;
/** A slope known this well is told, ms per ms. */
const KNOWN = 0.0001;

/**
 * Wall clock of a stream's frames. Where the camera sends RTCP reports they are the source, unless its clock is plainly
 * wrong; else the moment of arrival. Both are lower envelopes over PTS: of a group of B-frames' packets the P-frame is the
 * first to arrive after its capture, so the envelope over PTS already takes the reordering out, exactly for an encoder that
 * looks no further ahead than its B-frames.
 */
export function createClock(opts: ClockOptions): StreamClock {
  const timeline = createTimeline(() => (opts.latency ?? 0) + PATIENCE * opts.framePeriod());
  const arrivals = createArrivalTimes(timeline, opts);
  const reports = createReports();
  const belief = createBelief(opts.policy ?? 'auto');
  let last: number | undefined;

  const evidence = (pts: number): Evidence | undefined => {
    const [line, arrived] = [reports.line(), timeline.arrivals()];
    return line && arrived && { x: timeline.place(pts), reports: line, arrivals: arrived, heldBack: opts.heldBack(), encoder: arrivals.delay };
  };
  const judge = (pts: number): Judgement | undefined => {
    const found = evidence(pts);
    return found && belief.judge(found);
  };
  const report = (pts: number, reported: number): void => {
    const doubted = (): boolean => {
      const now = evidence(pts);
      return now !== undefined && belief.doubts(now);
    };
    const news = reports.add(pts, reported, timeline.slope, doubted);
    const then = news && evidence(pts);
    if (then) belief.heard(then, news.step);
  };
  const read = (pts: number): WallTime | undefined => {
    const judged = judge(pts);
    if (judged?.believed !== 'camera') return arrivals.read(pts, judged?.uncertainty);
    return { at: judged.at, uncertainty: judged.uncertainty, timeSource: 'rtcp' };
  };
  return {
    packet(times) {
      last = times.pts;
      const jump = timeline.packet(times);
      if (jump) reports.carry(jump);
      // while it settles nobody knows which time line a report is of; the last one is repeated with every packet
      if (times.reported !== undefined && timeline.arrivals()) report(times.pts, times.reported);
      arrivals.packet(times);
    },
    encoder: arrivals.encoder,
    read,
    get source() {
      return (last !== undefined && read(last)?.timeSource) || 'arrival';
    },
    told: () => tell(timeline, reports, last === undefined ? undefined : judge(last)),
  };
}

function tell(timeline: Timeline, reports: Reports, judged: Judgement | undefined): ClockReport {
  const [line, arrived, arrivalSlope] = [reports.line(), timeline.arrivals(), timeline.slope()];
  const slope = line ? { value: line.slope, error: line.error } : arrivalSlope;
  const drift = slope && slope.error < KNOWN ? -1e6 * slope.value : undefined;
  const common = { reports: reports.seen, drift, spread: line?.spread ?? arrived?.spread };
  if (!judged) return { ...common, believed: 'arrival', why: arrived ? 'no reports' : 'the stream is new' };
  const { believed, why, offset, latency } = judged;
  return { ...common, believed, why, offset, latency };
}
