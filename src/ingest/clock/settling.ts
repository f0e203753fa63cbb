import { createEnvelope } from './envelope.ts';
import type { Envelope } from './envelope.ts';
import type { PacketTimes } from './times.ts';

/** The first packets of a stream, or after a cut in it. */
export interface Settling {
  readonly envelope: Envelope;
  readonly first: number;
  add(times: PacketTimes): void;
  done(arrival: number): boolean;
}

/** A server sends its cache of older packets at once; the line is known when it has not sunk for CALM ms, ms. */
const LEAST = 700;
const CALM = 400;
const MOST = 5000;
/** Packets that come earlier by so little do not disturb the calm, ms. */
const STILL = 20;

/** `first`: the stream time of the packet that it begins with, `begin`: the wall clock, ms. */
export function startSettling(first: number, begin: number): Settling {
  const envelope = createEnvelope();
  let least: PacketTimes | undefined;
  let sank = begin;
  return {
    envelope,
    first,
    add(times) {
      envelope.add(times.pts, times.arrival);
      const gain = least ? least.arrival - least.pts - (times.arrival - times.pts) : Infinity;
      if (gain <= 0) return;
      least = times;
      if (gain > STILL) sank = times.arrival;
    },
    done: (arrival) => arrival - begin > MOST || (arrival - begin > LEAST && arrival - sank > CALM),
  };
}
