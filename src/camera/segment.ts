import type { Packet } from 'node-av/lib';
import type { WallTime } from '../ingest/clock/clock.ts';
import { createDecodeTimes } from '../media/decodeTimes.ts';
import type { Decoded } from '../media/decodeTimes.ts';
import { openFragments } from '../media/fragments.ts';
import type { Fragments } from '../media/fragments.ts';
import type { SegmentName } from '../media/segmentName.ts';
import { setsOf } from './clipJob.ts';
import type { Group, RingPacket } from './packetRing.ts';
import type { SegmentFile } from './segmentFile.ts';

/** A fragment is written after so much of it, ms of stream time or bytes: that much is lost when the process is killed. */
const FRAGMENT_MS = 1000;
const FRAGMENT_BYTES = 4e6;
/** The order of pictures is known after 17 packets; no longer than this is waited for them, ms. */
const HURRY = 2000;
/** A clock that tells of the beginning something else than it did has stepped, or its time line is another: what it told before holds, ms. */
const STEP = 1000;
/** Between beginning and end clock and stamps may run apart by so much: ms, and share of the length. */
const APART = 20;
const DRIFT = 0.002;
/** Of a stream that ended before its clock could tell anything, ms. */
const UNKNOWN = 60_000;

interface Held {
  readonly packet: Packet;
  readonly size: number;
}

/** Wall clock of a stretch of stream time, ms. */
type Span = Omit<SegmentName, 'to'> & { readonly to: number };

/** One file of a recording in the making: packets in decoding order go in, fragments go to the file. */
export class Segment {
  /** stream time of its first picture, ms */
  readonly start: number;
  readonly sets: Buffer | undefined;
  group: Group;
  readonly #tick: number;
  readonly #file: SegmentFile;
  readonly #mux: Fragments;
  readonly #times = createDecodeTimes<Held>();
  #ready: Decoded<Held>[] = [];
  /** DTS of the first packet, in ticks */
  #first: number | undefined;
  #duration = 1;
  /** stream time of the last picture, ms */
  #newest: number;
  #flushed: number;
  #bytes = 0;
  /** wall clock from the first picture to `#until`, ms of stream time */
  #known: Span | undefined;
  #until = 0;
  /** of the first picture, as soon as the clock could tell */
  #anchor: WallTime | undefined;
  readonly #head: Group;

  /** Throws RECORDINGS_WRITE. */
  constructor(group: Group, file: SegmentFile) {
    const { num, den } = group.track.timeBase;
    this.group = this.#head = group;
    this.start = this.#newest = this.#flushed = group.packets[0]?.pts ?? 0;
    this.sets = setsOf(group);
    this.#tick = (1000 * num) / den;
    this.#file = file;
    this.#mux = openFragments(group.track, this.sets);
  }

  /** The next packet, of which it takes a reference of its own. Throws RECORDINGS_WRITE. */
  add(group: Group, { packet, pts, size }: RingPacket): void {
    if (group !== this.group) {
      this.group = group;
      this.#read(pts);
    }
    this.#anchor ??= group.track.read(this.start);
    // pictures that are shown before the first keyframe refer to what is not there
    if (pts < this.start) return;
    const own = packet.clone();
    if (!own) return;
    this.#newest = Math.max(this.#newest, pts);
    this.#write(this.#times.push({ packet: own, size }, Math.round((pts - this.start) / this.#tick)), false);
    // with few pictures a second their order is not waited for
    if (this.#first === undefined && this.#newest - this.start >= HURRY) this.#write(this.#times.hurry(), false);
    if (this.#newest - this.#flushed >= FRAGMENT_MS || this.#bytes >= FRAGMENT_BYTES) this.#flush();
  }

  /** No more will come. `next`: stream time of the picture that follows without a gap, ms. Throws RECORDINGS_WRITE. */
  end(next?: number): void {
    try {
      this.#write(this.#times.drain(), true, next === undefined ? undefined : Math.round((next - this.start) / this.#tick));
      this.#flush();
      const until = next ?? this.#newest + this.#duration * this.#tick;
      this.#read(until);
      const { from, to, uncertainty, timeSource } = this.#known ?? this.#assumed();
      // of a stretch whose end was not read the stamps tell how far it reaches
      this.#file.finish({ from, to: Math.max(from, to + until - this.#until), uncertainty, timeSource });
    } finally {
      this.close();
    }
  }

  /** It ends without more ado; what is written stays. */
  close(): void {
    for (const { item } of [...this.#ready.splice(0), ...this.#times.drain()]) item.packet.free();
    this.#mux.close();
    this.#file.abandon();
  }

  /** Reads the clock at both ends while it can tell them. */
  #read(until: number): void {
    const { read } = this.group.track;
    const [begin, end] = [read(this.start), read(until)];
    if (!begin || !end) return;
    const length = until - this.start;
    const before = this.#known?.from ?? this.#anchor?.at;
    const stepped = before !== undefined && Math.abs(begin.at - before) > STEP;
    if (stepped || Math.abs(end.at - begin.at - length) > APART + DRIFT * length) return;
    this.#known = spanOf(begin, end);
    this.#until = until;
  }

  #assumed(): Span {
    this.#until = this.start;
    const { at: from, uncertainty, timeSource } = this.#anchor ?? { at: this.#head.came, uncertainty: UNKNOWN, timeSource: 'arrival' };
    return { from, to: from, uncertainty, timeSource };
  }

  #write(told: Decoded<Held>[], last: boolean, end?: number): void {
    this.#ready.push(...told);
    for (let one = this.#ready[0]; one; one = this.#ready[0]) {
      const after = this.#ready[1];
      // how long it is shown is told by the one after it
      if (!after && !last) return;
      this.#ready.shift();
      this.#first ??= one.dts;
      if (after) this.#duration = after.dts - one.dts;
      const rest = after ? this.#duration : lastDuration(one, end, this.#duration);
      this.#bytes += one.item.size;
      this.#mux.write(one.item.packet, { pts: one.pts - this.#first, dts: one.dts - this.#first, duration: rest });
    }
  }

  #flush(): void {
    const bytes = this.#mux.flush();
    this.#flushed = this.#newest;
    this.#bytes = 0;
    if (bytes.length > 0) this.#file.append(bytes);
    if (this.#file.begun || !this.#anchor) return;
    const { at: from, uncertainty, timeSource } = this.#anchor;
    this.#file.begin({ from, to: undefined, uncertainty, timeSource });
  }
}

function spanOf(begin: WallTime, end: WallTime): Span {
  return { from: begin.at, to: end.at, uncertainty: Math.max(begin.uncertainty, end.uncertainty), timeSource: end.timeSource };
}

/** The last packet in decoding order lasts until the picture after the segment, where that is known. */
function lastDuration(one: Decoded<Held>, end: number | undefined, usual: number): number {
  return end === undefined ? usual : Math.max(1, Math.min(end - one.pts, 10 * usual));
}
