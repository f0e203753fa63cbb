import { lookahead } from './encoderDelay.ts';
import type { EncoderDelay } from './encoderDelay.ts';
import type { PacketTimes, WallTime } from './times.ts';
import type { Timeline } from './timeline.ts';

/** Wall time by the arrivals alone. */
export interface ArrivalTimes {
  packet(times: PacketTimes): void;
  encoder(delay: EncoderDelay): void;
  /** ms by which even the promptest packets leave the encoder late, as far as its settings tell */
  readonly delay: number;
  /** `least`: the uncertainty is no less, ms */
  read(pts: number, least?: number): WallTime | undefined;
}

export interface ArrivalOptions {
  /** ms that a parser keeps each packet */
  readonly heldBack: () => number;
  /** ms between frames */
  readonly framePeriod: () => number;
  /** whether the container carries DTS */
  readonly trueDts: boolean;
  /** ms that may lie between capture and arrival beyond what is usual, as with playlists */
  readonly latency?: number;
}

/** Delays nobody tells: network, capture, an encoder's own, ms. */
const UNTOLD = 500;
const UNTOLD_KNOWN_ENCODER = 80;

export function createArrivalTimes(timeline: Timeline, { heldBack, framePeriod, trueDts, latency = 0 }: ArrivalOptions): ArrivalTimes {
  let encoder: EncoderDelay | undefined;
  let reorder = 0;
  const delay = (): number => (encoder ? lookahead(encoder, reorder / framePeriod()) * framePeriod() : 0);
  return {
    packet({ pts, dts }) {
      if (trueDts && dts !== undefined) reorder = Math.max(reorder, pts - dts);
    },
    encoder(told) {
      encoder = told;
    },
    get delay() {
      return delay();
    },
    read(pts, least = 0) {
      const line = timeline.arrivals();
      if (!line) return undefined;
      const known = delay();
      const at = line.at(timeline.place(pts)) - heldBack() - known - latency / 2;
      // an encoder's settings are no proof that it runs now: its film may be sent again as if it were live
      const uncertainty = line.spread + framePeriod() / 2 + (encoder ? UNTOLD_KNOWN_ENCODER : UNTOLD) + known + latency / 2;
      return { at, uncertainty: Math.max(uncertainty, least), timeSource: 'arrival' };
    },
  };
}
