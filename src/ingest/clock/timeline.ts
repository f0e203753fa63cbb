import { createEpochs } from './epochs.ts';
import type { Envelope } from './envelope.ts';
import type { Line, Slope } from './line.ts';
import { startSettling } from './settling.ts';
import type { Settling } from './settling.ts';
import type { PacketTimes } from './times.ts';

/** Stream times before and after a jump: x before is x + `shift` after, give or take `doubt`; ms. */
export interface Jump {
  readonly shift: number;
  readonly doubt: number;
}

/** A stream's time line and when it arrives. */
export interface Timeline {
  /** Takes a packet; tells when it has become clear that the stream's time line jumped. */
  packet(times: PacketTimes): Jump | undefined;
  /** wall time of the promptest arrivals by stream time; undefined while the first packets do not yet tell */
  arrivals(): Line | undefined;
  slope(): Slope | undefined;
  /** stream time on today's time line of a stamp, which may be from before a jump */
  place(pts: number): number;
}

/** After so long without a packet the stream may have been cut and continued, which only the next second shows, ms. */
const PAUSE = 1500;
/** Arrivals that are off their line by so much after a pause are on another, ms. */
const OFF = 500;
/** A pause may also leave the stream later for good, by less than this, ms. */
const LATE = 5000;
/** B-frames come out of order by less; stamps that fall back by more jumped, ms. */
const BACK = 1500;
/** Stamps that gain so much on the wall clock, from one packet to the next and over the line, jumped, ms. */
const AHEAD = 1000;
const AHEAD_IN_A_BURST = 10_000;
/** Arrivals before and after a jump tell it within, ms. */
const STAMPED = 20;
/** `pause` (ms): what may lie between two packets beyond what is usual, as with playlists or few frames a second. */
export function createTimeline(pause: () => number): Timeline {
  const epochs = createEpochs();
  let envelope: Envelope | undefined;
  let settling: Settling | undefined;
  let last: PacketTimes | undefined;
  let high: PacketTimes | undefined;
  let lowest = Infinity;
  let seam: Seam | undefined;

  const jumped = ({ pts, arrival }: PacketTimes): boolean => {
    if (!high) return false;
    if (pts < high.pts - BACK) return true;
    const gain = pts - high.pts - (arrival - high.arrival);
    if (settling || !envelope) return gain > AHEAD_IN_A_BURST;
    return gain > AHEAD && (envelope.line()?.at(pts) ?? 0) - arrival > AHEAD;
  };
  /** Begins to settle anew where that is called for. */
  const watch = (times: PacketTimes): void => {
    const cut = jumped(times);
    const step = last ? times.arrival - last.arrival : Infinity;
    const set = step < -PAUSE;
    if (!cut && !set && step <= PAUSE + pause()) return;
    seam = { x: seam?.x ?? high?.pts, from: seam?.from ?? lowest, cut: cut || seam?.cut === true, set: set || seam?.set === true };
    settling = startSettling(times.pts, times.arrival);
    [high, lowest] = [undefined, Infinity];
  };
  const settle = ({ envelope: fresh, first }: Settling, { x, from, cut, set }: Seam): Jump | undefined => {
    [settling, seam] = [undefined, undefined];
    const [before, after] = [envelope?.line(), fresh.line()];
    // seen from the seam, since over a wrap of days the old line's slope would add up
    const shift = before && after && x !== undefined ? first - after.at(first) + before.at(x) - x : Number.NaN;
    if (!cut && Math.abs(shift) < OFF) {
      lowest = Math.min(lowest, from);
      return undefined;
    }
    envelope = fresh;
    if (!before || !after || set || Number.isNaN(shift)) return undefined;
    epochs.jumped(from, shift);
    const late = cut || Math.abs(shift) > LATE ? 0 : Math.abs(shift);
    return { shift, doubt: STAMPED + before.spread + after.spread + late };
  };
  return {
    packet(times) {
      watch(times);
      last = times;
      if (!high || times.pts > high.pts) high = times;
      lowest = Math.min(lowest, times.pts);
      if (!settling) envelope?.add(times.pts, times.arrival);
      settling?.add(times);
      return settling?.done(times.arrival) && seam ? settle(settling, seam) : undefined;
    },
    arrivals: () => (settling ? undefined : envelope?.line()),
    slope: () => envelope?.slope(),
    place: (pts) => epochs.place(pts, lowest),
  };
}

/** How the settling at hand began: where the old time line was left, its lowest stamp, and whether the stamps jumped or our own clock was set. */
interface Seam {
  readonly x: number | undefined;
  readonly from: number;
  readonly cut: boolean;
  readonly set: boolean;
}
