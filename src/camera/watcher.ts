import type { DecodedPicture } from '../ingest/decoder.ts';
import type { PacketSeen } from '../sample/packetGate.ts';
import { Check } from './check.ts';
import type { Keyframe } from './check.ts';
import { LOOK_BACK } from './decoding.ts';
import type { ReadPacket } from './decoding.ts';
import { CALM, Learner } from './learner.ts';
import type { Foretold } from './relayed.ts';
import type { WatcherParts } from './watcherParts.ts';

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
  readonly #check = new Check();
  /** stream time of the newest packet that is known of, ms */
  #newest = Number.NaN;
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

  /** Asleep, with nothing to do. */
  get still(): boolean {
    return this.#asleep && this.#wakeAt === undefined && !this.#check.pending;
  }

  /** A packet has been read; `seen` is what the gate may know of it, undefined where it has no time yet, and null where it was told before. */
  arrived(packet: ReadPacket, seen: PacketSeen | undefined | null): void {
    const { decoding } = this.#parts;
    if (!decoding.push(packet)) this.#rouse(packet.pts);
    if (this.#asleep && packet.keyframe) this.#trimmedTo = decoding.trim();
    if (seen !== null) this.#known(packet.pts, packet.keyframe, seen, () => decoding.lastPacket());
    // asleep, most packets are nothing to do
    if (!this.still) this.#tell();
  }

  /** A packet is known of that has yet to be read, and perhaps only when it is asked for. */
  foretold({ seen, packet }: Pick<Foretold, 'seen' | 'packet'>): void {
    this.#known(seen.pts, seen.keyframe, seen, () => packet);
    if (!this.still) this.#tell();
  }

  /** What will be read next does not follow on what was: it begins with the keyframe of this stream time (ms). */
  left(pts: number): void {
    this.#parts.decoding.forget();
    this.#trimmedTo = pts;
  }

  #known(pts: number, keyframe: boolean, seen: PacketSeen | undefined, packet: () => Keyframe | undefined): void {
    this.#newest = pts;
    const moving = this.#learner.packet(seen, this.#asleep);
    if (!this.#asleep) return;
    const due = keyframe && this.#learner.checkDue(pts) ? packet() : undefined;
    if (moving || pts - this.#trimmedTo > RARE_KEYFRAMES) this.#rouse(pts);
    else if (due) this.#check.wants(due);
  }

  #rouse(at: number): void {
    this.#wakeAt ??= at;
    this.#parts.release?.();
  }

  /** No more will come. */
  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** Looks until the signal aborts or everything that came has been seen. */
  run(signal: AbortSignal): Promise<void> {
    this.#learner.ask();
    return this.#watch(signal).finally(() => {
      this.#learner.over();
      this.#parts.decoding.close();
    });
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
    const newest = this.#newest;
    this.#glimpse = false;
    this.#learner.begin(newest);
    this.#rouse(Number.isNaN(newest) ? Number.NEGATIVE_INFINITY : newest);
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
    if (!clock.read(this.#newest)) return false;
    if (this.#wakeAt !== undefined) {
      // what was held back comes from its beginning on, which may be long before
      if (!this.#ended && decoding.newest < this.#wakeAt - LOOK_BACK) return false;
      if (!decoding.begin(this.#wakeAt)) return false;
      if (this.#asleep && this.#learner.waiting) this.#learner.begin(this.#newest);
      this.#wakeAt = undefined;
      this.#check.forget();
      this.#asleep = false;
    }
    if (!this.#asleep) return decoding.advance((picture) => this.#look(picture));
    if (!this.#check.waits) return false;
    await this.#checkKeyframe();
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

  async #checkKeyframe(): Promise<void> {
    const { decoding, gaze } = this.#parts;
    // in case it was lost
    this.#learner.ask();
    const seen = await this.#check.run(decoding, gaze, (pts, moving) => {
      this.#learner.checked(pts, moving);
      if (moving) this.#rouse(pts);
    });
    if (seen) return;
    // a keyframe that gives no picture is none to sleep by; but an RTSP stream's first one tells no time, and the next picture will do
    this.#glimpse = this.#learner.waiting;
    if (this.#glimpse) this.#learner.checked(this.#newest, false);
    this.#rouse(this.#newest);
  }
}
