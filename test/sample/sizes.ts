import { createRandom } from '../../src/demo/random.ts';
import { createPacketGate } from '../../src/sample/packetGate.ts';
import type { PacketGate, PacketSeen } from '../../src/sample/packetGate.ts';

/** A stream of packets as an encoder might send it; all times in seconds. */
export interface Stream {
  readonly seconds: number;
  readonly fps?: number;
  /** packets per group of pictures */
  readonly group?: number;
  readonly keyframe?: (t: number) => number;
  /** bytes of a packet that is no keyframe: `place` behind it */
  readonly other?: (t: number, place: number) => number;
  /** kind of such a packet */
  readonly kind?: (place: number) => string;
  /** deviation of the sizes, as a share */
  readonly spread?: (t: number) => number;
  /** bytes added by what moves */
  readonly motion?: (t: number) => number;
  /** what thumbnails would show; where it is left out: whether motion adds anything */
  readonly shows?: (t: number) => boolean;
  readonly seed?: number;
}

export interface Watched {
  /** of each sleep's end, seconds */
  readonly wakes: readonly number[];
  readonly checks: readonly number[];
  /** share of the packets that were decoded, from `from` on */
  decoded(from: number, to?: number): number;
}

export function* packets({ seconds, fps = 25, group = 50, keyframe = () => 120_000, other = () => 1500, kind = () => 'P2', spread = () => 0.03, motion = () => 0, seed = 1 }: Stream): Generator<PacketSeen> {
  const random = createRandom(seed);
  const noise = (): number => random.uniform(-1, 1) + random.uniform(-1, 1) + random.uniform(-1, 1);
  for (let i = 0; i < seconds * fps; i++) {
    const t = i / fps;
    const place = i % group;
    const quiet = place === 0 ? keyframe(t) : other(t, place);
    const size = Math.round((quiet + (place === 0 ? 0 : motion(t))) * Math.exp(noise() * spread(t)));
    yield { pts: 5000 + t * 1000, size: Math.max(20, size), kind: place === 0 ? 'key' : kind(place), keyframe: place === 0 };
  }
}

/** Plays a stream to a gate as a camera's process does: awake until sizes and thumbnails have been calm for 2 s, then checks. */
export function watch(stream: Stream, gate: PacketGate = createPacketGate()): Watched {
  const shows = stream.shows ?? ((t) => (stream.motion?.(t) ?? 0) > 0);
  const decoded: boolean[] = [];
  const wakes: number[] = [];
  const checks: number[] = [];
  const times: number[] = [];
  let asleep = false;
  let busyAt = Number.NEGATIVE_INFINITY;
  for (const p of packets(stream)) {
    const t = (p.pts - 5000) / 1000;
    times.push(t);
    if (gate.packet(p)) {
      busyAt = t;
      if (asleep) {
        asleep = false;
        wakes.push(t);
        // what came before is caught up with
        for (let back = Math.max(0, t - 2); back < t; back += 0.12) gate.looked(5000 + back * 1000, shows(back), false);
      }
    }
    if (asleep && p.keyframe && gate.checkDue(p.pts)) {
      checks.push(t);
      gate.looked(p.pts, shows(t), true);
      if (shows(t)) {
        asleep = false;
        wakes.push(t);
        busyAt = t;
      }
    }
    decoded.push(!asleep || checks.at(-1) === t);
    if (asleep) continue;
    gate.looked(p.pts, shows(t), false);
    if (shows(t)) busyAt = t;
    if (t - busyAt >= 2) asleep = true;
  }
  return {
    wakes,
    checks,
    decoded: (from, to = Infinity) => {
      const span = decoded.filter((_, i) => (times[i] ?? 0) >= from && (times[i] ?? 0) < to);
      return span.filter(Boolean).length / span.length;
    },
  };
}
