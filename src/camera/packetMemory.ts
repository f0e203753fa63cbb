/** What the memory needs to know of a packet. */
export interface Remembered {
  /** stream time, ms; NaN where it is not known yet */
  readonly pts: number;
  readonly keyframe: boolean;
  /** bytes */
  readonly size: number;
  free(): void;
}

/** A packet's place in the stream: 0, 1, 2 … */
export type Place = number;

/**
 * The packets since the last keyframes, so that a decoder that slept can begin before the moment that woke it. Bounded in bytes
 * and number: beyond that everything up to the newest packet goes.
 */
export interface PacketMemory<T extends Remembered> {
  /** Remembers a packet, which it frees itself later; false: there was no room, and all before it is gone. */
  push(packet: T): boolean;
  at(place: Place): T | undefined;
  /** the newest keyframe that shows no later than `pts`; undefined where there is none */
  keyframeBefore(pts: number): Place | undefined;
  oldestKeyframe(): Place | undefined;
  /** Forgets what lies before a place. */
  trim(keep: Place): void;
  /** place after the newest packet */
  readonly end: Place;
  /** stream time of the packet that came last, ms; NaN where none is known */
  readonly newest: number;
}

const MAX_PACKETS = 4000;
const MAX_BYTES = 64e6;

export function createPacketMemory<T extends Remembered>(): PacketMemory<T> {
  let items: T[] = [];
  let first: Place = 0;
  let bytes = 0;
  let newest = Number.NaN;

  const forget = (count: number): void => {
    for (const item of items.splice(0, count)) {
      bytes -= item.size;
      item.free();
    }
    first += Math.max(0, count);
  };
  const place = (index: number): Place | undefined => (index < 0 ? undefined : first + index);
  return {
    push(packet) {
      items.push(packet);
      bytes += packet.size;
      if (!Number.isNaN(packet.pts)) newest = packet.pts;
      if (items.length <= MAX_PACKETS && bytes <= MAX_BYTES) return true;
      forget(items.length - 1);
      return false;
    },
    at: (at) => items[at - first],
    keyframeBefore: (pts) => place(items.findLastIndex((item) => item.keyframe && !(item.pts > pts))),
    oldestKeyframe: () => place(items.findIndex((item) => item.keyframe)),
    trim: (keep) => forget(Math.min(items.length, keep - first)),
    get end() {
      return first + items.length;
    },
    get newest() {
      return newest;
    },
  };
}
