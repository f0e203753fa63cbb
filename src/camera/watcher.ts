import type { StreamClock } from '../ingest/clock/clock.ts';
import type { DecodedPicture } from '../ingest/decoder.ts';
import type { PacketGate, PacketSeen } from '../sample/packetGate.ts';
import type { Decoding, ReadPacket } from './decoding.ts';
import type { Gaze } from './gaze.ts';
import { CALM, Learner } from './learner.ts';
import type { LearningTurns } from './learning.ts';
import type { Place } from './packetMemory.ts';

export interface WatcherParts {
  readonly decoding: Decoding;
  readonly clock: Pick<StreamClock, 'read'>;
  /** undefined: the decoder never sleeps */
  readonly gate: PacketGate | undefined;
  readonly gaze: Gaze;
  /** where turns to learn are asked for; undefined: the gate learns at once */
  readonly learning?: Pick<LearningTurns, 'open'> | undefined;
  /** ms between keyframes, once known */
  keyframeInterval(): number | undefined;
}

/** A stream with keyframes farther apart than this is never slept through: waking would mean decoding all that since the last one, ms. */
const RARE_KEYFRAMES = 20_000;

/**
 * Packets decide whether to decode. Asleep, packets are only remembered, and a keyframe now and then is looked at by itself; when
 * their sizes or such a check say that something moves, decoding begins at a keyframe before that moment and catches up. A stream whose
 * packets mean nothing yet sleeps as well until it may learn: one check shows its first picture, and a check that shows something
 * wakes it at any time, since an event does not wait for a turn.
 */
export class Watcher {
  readonly #parts: WatcherParts;
  readonly #learner: Learner;
  #asleep: boolean;
  /** stream time (ms) at which something asked for the decoder; it has not begun yet */
  #wakeAt: number | undefined;
  #check: Place | undefined;
  /** it is awake for one picture only */
  #glimpse = false;
  /** stream time (ms) from which waking would decode */
  #trimmedTo = Number.POSITIVE_INFINITY;
  #ended = false;
  #news = false;
  #wake = (): void => undefined;

  constructor(parts: WatcherParts) {
    this.#parts = parts;
    this.#learner = new Learner(parts.gate, parts.learning, () => this.#learn());
    this.#asleep = this.#learner.waiting;
    this.#wakeAt = this.#asleep ? undefined : Number.NEGATIVE_INFINITY;
  }

  get asleep(): boolean {
    return this.#asleep;
  }

  /** A packet has been read; `seen` is what the gate may know of it, undefined where it has no time yet. */
  arrived(packet: ReadPacket, seen: PacketSeen | undefined): void {
    const { decoding } = this.#parts;
    const moving = this.#learner.packet(seen, this.#asleep);
    if (!decoding.push(packet)) this.#wakeAt ??= packet.pts;
    if (this.#asleep) {
      if (packet.keyframe) this.#trimmedTo = decoding.trim();
      const tooFar = packet.pts - this.#trimmedTo > RARE_KEYFRAMES;
      if (moving || tooFar) this.#wakeAt ??= packet.pts;
      else if (packet.keyframe && this.#learner.checkDue(packet.pts)) this.#check = decoding.lastPlace;
    }
    // asleep, most packets are nothing to do
    if (!this.#asleep || this.#wakeAt !== undefined || this.#check !== undefined) this.#tell();
  }

  /** No more will come. */
  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** Looks until the signal aborts or everything that came has been seen. */
  async run(signal: AbortSignal): Promise<void> {
    this.#learner.ask();
    try {
      await this.#watch(signal);
    } finally {
      this.#learner.over();
      this.#parts.decoding.close();
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#news = false;
      if ((await this.#step()) || this.#news) continue;
      if (this.#ended) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (!signal.aborted && !this.#asleep) await this.#parts.decoding.drain((picture) => this.#look(picture));
  }

  /** The turn to learn has come. */
  #learn(): void {
    // what is awake already has begun without it
    if (!this.#asleep) return;
    const { newest } = this.#parts.decoding;
    this.#glimpse = false;
    this.#learner.begin(newest);
    this.#wakeAt ??= Number.isNaN(newest) ? Number.NEGATIVE_INFINITY : newest;
    this.#tell();
  }

  #tell(): void {
    this.#news = true;
    this.#wake();
  }

  /** One thing that there is to do now; false when there is none. */
  async #step(): Promise<boolean> {
    const { decoding, clock } = this.#parts;
    // nothing is looked at before its time can be told
    if (!clock.read(decoding.newest)) return false;
    if (this.#wakeAt !== undefined) {
      if (!decoding.begin(this.#wakeAt)) return false;
      if (this.#asleep && this.#learner.waiting) this.#learner.begin(decoding.newest);
      this.#wakeAt = undefined;
      this.#check = undefined;
      this.#asleep = false;
    }
    if (!this.#asleep) return decoding.advance((picture) => this.#look(picture));
    if (this.#check === undefined) return false;
    await this.#checkKeyframe(this.#check);
    return true;
  }

  async #look(picture: DecodedPicture): Promise<void> {
    const { gaze, decoding, keyframeInterval } = this.#parts;
    const { pts } = picture;
    const { quietFor } = await gaze.look(picture, false);
    const calm = quietFor >= CALM && this.#learner.calm(pts);
    const regular = (keyframeInterval() ?? Number.POSITIVE_INFINITY) <= RARE_KEYFRAMES;
    if (!calm || (!this.#glimpse && !(regular && decoding.caughtUp))) return;
    this.#asleep = true;
    this.#glimpse = false;
    this.#trimmedTo = pts;
    this.#learner.sleeps(pts);
    gaze.rest();
  }

  async #checkKeyframe(place: Place): Promise<void> {
    const { decoding, gaze } = this.#parts;
    this.#check = undefined;
    // in case it was lost
    this.#learner.ask();
    let seen = false;
    await decoding.alone(place, async (picture) => {
      seen = true;
      const { pts } = picture;
      const { moving } = await gaze.look(picture, true);
      this.#learner.checked(pts, moving);
      if (moving) this.#wakeAt ??= pts;
    });
    if (seen) return;
    // a keyframe that gives no picture is none to sleep by; but an RTSP stream's first one tells no time, and the next picture will do
    this.#glimpse = this.#learner.waiting;
    if (this.#glimpse) this.#learner.checked(decoding.newest, false);
    this.#wakeAt ??= decoding.newest;
  }
}
