import type { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { openClipWriter } from '../media/clipWriter.ts';
import type { ClipWriter } from '../media/clipWriter.ts';
import { createDecodeTimes } from '../media/decodeTimes.ts';
import type { Decoded } from '../media/decodeTimes.ts';
import { fillDraft } from '../media/draft.ts';
import type { Track } from '../media/track.ts';
import { groupTime } from './packetRing.ts';
import type { Group, RingPacket } from './packetRing.ts';
import { parameterSets } from './parameterSets.ts';

/** Wall clock, ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A clip that is being cut. */
export interface ClipJob {
  /** Takes the next packet of the stream, of which it holds a reference of its own. */
  offer(group: Group, packet: RingPacket): void;
  /** Moves its end, wall clock in ms. */
  until(to: number): void;
  /** No more will come: it ends with what it has. */
  end(): void;
  /** what the file shows, once it is whole. Rejects with MEDIA_GONE (nothing was offered) or MEDIA_WRITE */
  readonly done: Promise<Span>;
}

interface Held {
  readonly packet: Packet;
  readonly size: number;
  readonly ticks: number;
}

/** Groups that lie farther apart are not of one clip, ms. */
const LONGEST_GAP = 30_000;
/** The disk may fall behind by so much, bytes. */
const MAX_WAITING = 64e6;

/** Where a run of groups breaks off: the next one is of another connection, time line or format, or too far away. */
export function follows(before: Group, after: Group): boolean {
  const [a, b] = [groupTime(before), groupTime(after)];
  const [from, to] = [before.packets[0]?.pts ?? 0, after.packets[0]?.pts ?? 0];
  // by the clock as much time has passed as by the stamps
  const steady = a === undefined || b === undefined || Math.abs(b - a - (to - from)) < 1000;
  return before.track === after.track && to > from && to - before.newest < LONGEST_GAP && steady;
}

/** Cuts from the first packet that is offered, which begins a group, to the picture at `to` (wall clock, ms) or the stream's end, into a new file. */
export function startClip(file: string, first: Group, to: number): ClipJob {
  return new Cut(file, first, to);
}

class Cut implements ClipJob {
  readonly done: Promise<Span>;
  readonly #file: string;
  readonly #track: Track;
  readonly #sets: Buffer | undefined;
  /** ms: of the first packet stream time and wall clock, and of a tick */
  readonly #start: number;
  readonly #at: number;
  readonly #tick: number;
  readonly #queue: Held[] = [];
  #waiting = 0;
  #group: Group;
  #ended = false;
  #failure: LookoutError | undefined;
  #wake = (): void => undefined;
  /** last moment that is wanted, in ticks from the first packet */
  #wanted: number;

  constructor(file: string, first: Group, to: number) {
    const { num, den } = first.track.timeBase;
    [this.#file, this.#track, this.#group, this.#sets] = [file, first.track, first, setsOf(first)];
    this.#start = first.packets[0]?.pts ?? 0;
    this.#at = groupTime(first) ?? first.came;
    this.#tick = (1000 * num) / den;
    this.#wanted = (to - this.#at) / this.#tick;
    this.done = fillDraft(file, () => this.#cut()).finally(() => {
      this.#ended = true;
      for (const { packet } of this.#queue.splice(0)) packet.free();
    });
  }

  until(to: number): void {
    this.#wanted = (to - this.#at) / this.#tick;
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  offer(group: Group, { packet, pts, size }: RingPacket): void {
    if (this.#ended) return;
    if (group !== this.#group && !(follows(this.#group, group) && same(this.#sets, setsOf(group)))) return this.end();
    this.#group = group;
    // pictures that are shown before the first keyframe refer to what is not there
    if (pts < this.#start) return;
    const own = packet.clone();
    if (!own) return this.end();
    this.#queue.push({ packet: own, size, ticks: Math.round((pts - this.#start) / this.#tick) });
    this.#waiting += size;
    if (this.#waiting > MAX_WAITING) {
      this.#failure = new LookoutError('MEDIA_WRITE', `${this.#file}: the disk does not keep up.`);
      this.#ended = true;
    }
    this.#wake();
  }

  async #cut(): Promise<Span> {
    const writer = await openClipWriter(this.#file, this.#track, { at: this.#at, extradata: this.#sets });
    try {
      const last = await copy(writer, () => this.#next(), () => this.#wanted);
      if (last === undefined) throw new LookoutError('MEDIA_GONE', `${this.#file}: the camera no longer has the moment, or not yet.`);
      await writer.finish();
      return { from: this.#at, to: this.#at + last * this.#tick };
    } finally {
      await writer.close();
    }
  }

  async #next(): Promise<Held | undefined> {
    while (this.#queue.length === 0 && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#failure) throw this.#failure;
    const next = this.#queue.shift();
    this.#waiting -= next?.size ?? 0;
    return next;
  }
}

/** Writes until every picture up to the wanted moment is in; returns the last picture's, both in ticks; undefined: there was none. */
async function copy(writer: ClipWriter, next: () => Promise<Held | undefined>, wanted: () => number): Promise<number | undefined> {
  const times = createDecodeTimes<Held>();
  const ready: Decoded<Held>[] = [];
  let newest: number | undefined;
  let duration = 1;
  try {
    for (;;) {
      const held = await next();
      ready.push(...(held ? times.push(held, held.ticks) : times.drain()));
      for (let one = ready[0]; one; one = ready[0]) {
        newest = Math.max(newest ?? 0, one.pts);
        const after = ready[1];
        const last = one.whole && newest >= wanted();
        // how long it is shown is told by the one after it
        if (!after && !last && held) break;
        ready.shift();
        if (after) duration = after.dts - one.dts;
        await writer.write(one.item.packet, { pts: one.pts, dts: one.dts, duration });
        if (last) return newest;
      }
      if (!held) return newest;
    }
  } finally {
    for (const { item } of [...ready, ...times.drain()]) item.packet.free();
  }
}

/** Parameter sets that a group begins with. */
export function setsOf(group: Group): Buffer | undefined {
  // a packet keeps a copy of its bytes once they have been looked at
  const keyframe = group.packets[0]?.packet.clone();
  const sets = keyframe?.data ? parameterSets(group.track.codec, keyframe.data) : undefined;
  keyframe?.free();
  return sets;
}

/** Sets that are not repeated have not changed. */
export function same(first: Buffer | undefined, next: Buffer | undefined): boolean {
  return !first || !next || first.equals(next);
}
