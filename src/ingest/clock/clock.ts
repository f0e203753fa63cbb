import type { TimeSource } from '../../values.ts';
import type { EncoderDelay } from './encoderDelay.ts';
import { createEnvelope } from './envelope.ts';
import type { Envelope, Line } from './envelope.ts';
import type { ClockPolicy, ClockReport, PacketTimes, WallTime } from './times.ts';

export type { ClockPolicy, ClockReason, ClockReport, PacketTimes, WallTime } from './times.ts';

export interface StreamClock {
  packet(times: PacketTimes): void;
  /** An encoder's delay, once it is known. */
  encoder(delay: EncoderDelay): void;
  /** Wall clock of a frame; undefined while the first packets do not yet tell (about a second after connecting). */
  read(pts: number): WallTime | undefined;
  readonly source: TimeSource;
  told(): ClockReport;
}

/** A server sends its cache of older packets at once; the line is known when it has not sunk for CALM ms, ms. */
const SETTLE_LEAST = 700;
const SETTLE_CALM = 400;
const SETTLE_MOST = 5000;
/** After so long without a packet the stream may have been cut and continued, which only the next second shows, ms. */
const PAUSE = 1500;
/** Delays nobody tells: network, capture, an encoder's own, ms. */
const UNTOLD = 300;
const UNTOLD_KNOWN_ENCODER = 80;
/** A synchronised camera's clock against ours, ms. */
const REPORTED = 30;
/** A camera's own clock is believed while it agrees with the arrivals: at most so much ahead of them or behind them, ms. */
const AHEAD = 500;
const BEHIND = 5000;

/**
 * Wall clock of a stream's frames. Where the camera sends RTCP reports they are the source, unless its clock is plainly
 * wrong; else the moment of arrival. Both are lower envelopes over PTS: of a group of B-frames' packets the P-frame is the
 * first to arrive after its capture, so the envelope over PTS already takes the reordering out, exactly for an encoder that
 * looks no further ahead than its B-frames. `heldBack` (ms) is what a parser keeps each packet, `framePeriod` the time between
 * frames (ms), `trueDts` whether the container carries DTS.
 */
export function createClock(opts: { readonly heldBack: () => number; readonly framePeriod: () => number; readonly trueDts: boolean; readonly policy?: ClockPolicy; readonly latency?: number }): StreamClock {
  const reports = createEnvelope();
  let arrivals = createEnvelope();
  let settling: Settling | undefined;
  let settledOnce = false;
  let encoder: EncoderDelay | undefined;
  let last: PacketTimes | undefined;
  let reorder = 0;

  const settle = (times: PacketTimes): void => {
    const pause = last === undefined || times.arrival - last.arrival > PAUSE || times.pts < last.pts - PAUSE;
    if (pause) settling = startSettling(times.arrival);
    if (!settling) return;
    settling.add(times);
    if (!settling.done(times.arrival)) return;
    // after a stall either the old line still touches, or the stream went on with a shifted clock
    const before = arrivals.line();
    if (!before || settling.above(before) > PAUSE / 3) arrivals = settling.envelope;
    settling = undefined;
    settledOnce = true;
  };
  const line = (): Line | undefined => (settledOnce && !settling ? arrivals.line() : undefined);
  const arrivalTime = (pts: number): WallTime | undefined => {
    const fit = line();
    if (!fit) return undefined;
    const period = opts.framePeriod();
    const at = fit.at(pts) - opts.heldBack() - (encoder ? lookahead(encoder, reorder / period) * period : 0);
    return { at, uncertainty: fit.spread + period / 2 + (encoder ? UNTOLD_KNOWN_ENCODER : UNTOLD), timeSource: 'arrival' };
  };
  const reportedTime = (pts: number): WallTime | undefined => {
    const fit = reports.line();
    const arrived = arrivalTime(pts);
    if (!fit || !arrived) return undefined;
    const late = fit.at(pts) - arrived.at;
    if (late > AHEAD || late < -BEHIND) return undefined;
    // some servers stamp the moment of sending: a picture was not taken after its packet could arrive
    const excess = Math.max(0, late);
    return { at: fit.at(pts) - excess, uncertainty: REPORTED + 2 * fit.spread + excess / 2, timeSource: 'rtcp' };
  };
  return {
    packet(times) {
      settle(times);
      if (!settling) arrivals.add(times.pts, times.arrival);
      if (times.reported !== undefined) reports.add(times.pts, times.reported);
      if (opts.trueDts && times.dts !== undefined) reorder = Math.max(reorder, times.pts - times.dts);
      last = times;
    },
    encoder: (delay) => {
      encoder = delay;
    },
    read: (pts) => reportedTime(pts) ?? arrivalTime(pts),
    get source() {
      return (last && reportedTime(last.pts)?.timeSource) ?? 'arrival';
    },
    told: () => ({ believed: last && reportedTime(last.pts) ? 'camera' : 'arrival' }),
  };
}

/**
 * Frames by which even an encoder's promptest packet comes late. `reorder` is the largest PTS − DTS seen, in frames: where the
 * container carries DTS it shows how much of the delay the envelope has already taken out; else (0) the B-frames' share is assumed.
 */
function lookahead(encoder: EncoderDelay, reorder: number): number {
  const seen = reorder > 0 ? reorder - encoder.dtsFrames : encoder.bframes;
  return Math.round(Math.max(0, encoder.frames - seen));
}

interface Settling {
  readonly envelope: Envelope;
  add(times: PacketTimes): void;
  done(arrival: number): boolean;
  /** by how much the packets lie above a line at the least, ms */
  above(line: Line): number;
}

function startSettling(begin: number): Settling {
  const envelope = createEnvelope();
  let least: PacketTimes | undefined;
  let sank = begin;
  return {
    envelope,
    add(times) {
      envelope.add(times.pts, times.arrival);
      const gain = least ? least.arrival - least.pts - (times.arrival - times.pts) : Infinity;
      if (gain <= 0) return;
      least = times;
      if (gain > 20) sank = times.arrival;
    },
    done: (arrival) => arrival - begin > SETTLE_MOST || (arrival - begin > SETTLE_LEAST && arrival - sank > SETTLE_CALM),
    above: (line) => (least ? least.arrival - line.at(least.pts) : 0),
  };
}
