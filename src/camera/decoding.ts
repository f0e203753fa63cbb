import type { Packet } from 'node-av/lib';
import type { DecodedPicture, Decoder } from '../ingest/decoder.ts';
import type { Keyframe } from './check.ts';
import { createPacketMemory } from './packetMemory.ts';
import type { Place, Remembered } from './packetMemory.ts';
import { createProgress } from './progress.ts';

/** A packet that has been read. */
export interface ReadPacket extends Remembered {
  readonly packet: Packet;
}

/** On waking, pictures from so long before are looked at: the start of what woke is in them, ms. */
export const LOOK_BACK = 2000;

/**
 * The packets in memory and the decoder's place among them. The decoder is in step while it has had every packet since a keyframe:
 * then it can go on where it stopped, so that no packet is ever decoded twice on the way.
 */
export class Decoding {
  readonly #decoder: Decoder;
  /** packets between these times (stream time, ms) were left out */
  readonly #skipped: (from: number, to: number) => void;
  readonly #memory = createPacketMemory<ReadPacket>();
  readonly #progress = createProgress();
  /** the packet that the decoder wants next, while it is in step */
  #cursor: Place | undefined;
  #lookFrom = Number.NEGATIVE_INFINITY;
  #busy = false;
  #taken = 0;

  constructor(decoder: Decoder, skipped: (from: number, to: number) => void) {
    this.#decoder = decoder;
    this.#skipped = skipped;
  }

  /** Takes a packet in; false: there was no room, and decoding has to begin anew. */
  push(packet: ReadPacket): boolean {
    const before = this.#memory.at(this.#cursor ?? -1);
    if (this.#memory.push(packet)) return true;
    if (before && !Number.isNaN(before.pts)) this.#skipped(before.pts, packet.pts);
    this.#cursor = undefined;
    return false;
  }

  /** stream time of the newest packet, ms */
  get newest(): number {
    return this.#memory.newest;
  }

  /** Everything that came has been decoded. */
  get caughtUp(): boolean {
    return this.#cursor === this.#memory.end;
  }

  /** stream time between the newest packet and the one that is decoded next, ms; 0 where none is */
  get behind(): number {
    const next = this.#memory.at(this.#cursor ?? -1);
    return next ? this.#memory.newest - next.pts : 0;
  }

  /** The decoder has a packet, or its picture is being looked at. */
  get busy(): boolean {
    return this.#busy;
  }

  /** packets decoded */
  get taken(): number {
    return this.#taken;
  }

  /** Lets go of what no start needs any longer while nothing is decoded; returns the stream time (ms) from which waking would decode. */
  trim(): number {
    const anchor = this.#memory.keyframeBefore(this.#memory.newest - LOOK_BACK);
    if (anchor !== undefined && anchor > (this.#cursor ?? -1)) this.#memory.trim(anchor);
    else if (this.#cursor !== undefined) this.#memory.trim(this.#cursor);
    const oldest = this.#memory.at(anchor ?? this.#memory.oldestKeyframe() ?? -1);
    return oldest?.pts ?? this.#memory.newest;
  }

  /** Finds where decoding has to begin to show what was before `at` (ms); false while there is no keyframe. */
  begin(at: number): boolean {
    const start = this.#memory.keyframeBefore(at - LOOK_BACK) ?? this.#memory.oldestKeyframe();
    const inStep = this.#cursor !== undefined && (this.caughtUp || this.#memory.at(this.#cursor) !== undefined);
    if (!inStep || (start !== undefined && this.#cursor !== undefined && start > this.#cursor)) {
      this.#decoder.flush();
      this.#cursor = start;
    }
    this.#lookFrom = at - LOOK_BACK;
    this.#progress.begin();
    return this.#cursor !== undefined;
  }

  /** Decodes the next packet and has its pictures looked at; false when there is none. */
  async advance(look: (picture: DecodedPicture) => Promise<void>): Promise<boolean> {
    const next = this.#memory.at(this.#cursor ?? -1);
    if (!next || this.#cursor === undefined) return false;
    const ahead = this.#progress.stuck(this.#memory.newest - next.pts) ? this.#memory.keyframeBefore(Number.POSITIVE_INFINITY) : undefined;
    if (ahead !== undefined && ahead > this.#cursor) return this.#jump(next.pts, ahead);
    this.#cursor += 1;
    await this.#decode(next, look);
    this.#memory.trim(this.#cursor);
    return true;
  }

  /** Decoding cannot follow: the newest wins. */
  #jump(from: number, place: Place): boolean {
    this.#decoder.flush();
    this.#skipped(from, this.#memory.at(place)?.pts ?? from);
    this.#cursor = place;
    this.#memory.trim(place);
    this.#progress.begin();
    return true;
  }

  /** The last pictures of a stream that has ended. */
  async drain(look: (picture: DecodedPicture) => Promise<void>): Promise<void> {
    if (this.#cursor !== undefined) await this.#decode(null, look);
  }

  async #decode(next: ReadPacket | null, look: (picture: DecodedPicture) => Promise<void>): Promise<void> {
    // the memory may let go of the packet meanwhile
    const packet = next ? next.packet.clone() : null;
    await this.#pictures(packet, async (picture) => {
      if (picture.pts < this.#lookFrom) picture.free();
      else await look(picture);
    });
    packet?.free();
  }

  async #pictures(packet: Packet | null, look: (picture: DecodedPicture) => Promise<void>): Promise<void> {
    this.#busy = true;
    for await (const picture of this.#decoder.decode(packet)) await look(picture);
    this.#busy = false;
    this.#taken += 1;
  }

  /** A keyframe by itself, in memory or not: the decoder is out of step afterwards. */
  async alone(packet: Packet, look: (picture: DecodedPicture) => Promise<void>): Promise<void> {
    this.#decoder.flush();
    this.#cursor = undefined;
    for (const part of [packet, null]) await this.#pictures(part, look);
    this.#decoder.flush();
  }

  /** The packet that came last, for whoever frees it; undefined when it is gone. */
  lastPacket(): Keyframe {
    const place = this.#memory.end - 1;
    return () => this.#memory.at(place)?.packet.clone() ?? undefined;
  }

  /** What comes next does not follow on what came so far. */
  forget(): void {
    this.#memory.trim(this.#memory.end);
    this.#cursor = undefined;
  }

  close(): void {
    this.#memory.trim(this.#memory.end);
  }
}
