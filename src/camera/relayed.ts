import { Packet } from 'node-av/lib';
import type { PacketTimes } from '../ingest/clock/clock.ts';
import { createAlignment } from '../ingest/rtp/alignment.ts';
import type { Counted } from '../ingest/rtp/alignment.ts';
import type { RtpHold } from '../ingest/rtp/hold.ts';
import type { RelayedUnit } from '../ingest/rtp/relayedUnit.ts';
import type { Source } from '../ingest/source.ts';
import type { PacketSeen } from '../sample/packetGate.ts';
import { packetKind } from '../sample/packetKind.ts';
import { createHeld } from './held.ts';
import type { Held } from './held.ts';

/** What is known of a packet before libav gives it out. */
export interface Foretold {
  readonly times: PacketTimes;
  readonly seen: PacketSeen;
  /** bytes */
  readonly size: number;
  /** makes the packet, for whoever frees it; undefined where it is not held back */
  readonly packet: (() => Packet | undefined) | undefined;
}

/** An access unit that passed the relay. */
export interface Passed extends Counted {
  readonly unit: RelayedUnit;
  readonly seen: Omit<PacketSeen, 'pts'>;
  /** its facts were told, so that libav's packet is no news */
  told: boolean;
  /** libav got it though nobody needs it */
  left: boolean;
  /** all that was held before it was dropped */
  first: boolean;
}

/** What the stream does with what is told. */
export interface RelayedListener {
  /** A packet is known of. */
  foretold(packet: Foretold): void;
  /** Is nothing decoded, nor about to be? */
  still(): boolean;
  /** Packets before this stream time (ms) will not come any more: what was kept for a wake-up leads nowhere. */
  left(pts: number): void;
}

export interface Relayed {
  /** libav gave out a packet: `new`: what it tells is to be taken in; `told`: that has happened; `left`: it is of no use. */
  packet(times: PacketTimes, seen: Omit<PacketSeen, 'pts'>, data: Buffer): 'new' | 'told' | 'left';
  /** What is held goes on to libav. */
  release(): void;
  /** libav has nothing that it could give out, and would ask for it ten times a second: resolves when there is. undefined: there may be. */
  waits(): Promise<void> | undefined;
}

/** Access units without proof, and proofs that turned out wrong, after which it is left at that. */
const MOST_UNPROVED = 3000;
const MOST_BROKEN = 3;

/**
 * The packets of a stream as the relay sees them pass. They count only once it is proved that they are libav's: by a run of sizes,
 * kinds and times that occurs once, and by a keyframe that is the same to the byte. From then on packets are told when they pass, and
 * while nothing is decoded they are held back. Every packet of libav's goes on to be compared; the first that differs ends it.
 * `lookBack`: from so long before they must be there when they are needed, ms. Undefined where the stream cannot be held back at all.
 */
export function createRelayed(source: Source, listener: RelayedListener, lookBack: number): Relayed | undefined {
  const { hold } = source;
  return hold && new RelayedStream(source, hold, listener, lookBack);
}

class RelayedStream implements Relayed {
  readonly #source: Source;
  readonly #hold: RtpHold;
  readonly #listener: RelayedListener;
  readonly #alignment = createAlignment<Passed>();
  readonly #held: Held;
  #on: boolean;
  #proved = false;
  #unproved = 0;
  #resume = (): void => undefined;
  #ticks = 0;
  #timestamp: number | undefined;
  /** stream time up to which packets were told, ms */
  #toldTo = Number.NEGATIVE_INFINITY;

  constructor(source: Source, hold: RtpHold, listener: RelayedListener, lookBack: number) {
    this.#source = source;
    this.#hold = hold;
    this.#listener = listener;
    this.#held = createHeld(hold, this.#alignment, listener, lookBack);
    this.#on = hold.start(source.codec, source.tick, { unit: (unit) => this.#unit(unit), broken: () => this.#off(), flows: () => this.#resume() });
    hold.proving = this.#on;
  }

  release(): void {
    this.#hold.release();
  }

  waits(): Promise<void> | undefined {
    const [first] = this.#alignment.waiting;
    if (!this.#proved || !this.#hold.holding) return undefined;
    const passedOn = first !== undefined && (first.left || first.unit.place === undefined);
    if (passedOn && first.unit.timestamp !== this.#hold.passing) return undefined;
    return new Promise((resolve) => (this.#resume = resolve));
  }

  packet({ pts }: PacketTimes, seen: Omit<PacketSeen, 'pts'>, data: Buffer): 'new' | 'told' | 'left' {
    if (!this.#on || Number.isNaN(pts)) return 'new';
    const due = this.#alignment.packet({ ticks: Math.round(pts / this.#source.tick), mark: markOf(seen) });
    if (this.#alignment.offset === undefined && this.#proved) this.#broken();
    // by then it is not known any more which ones were told
    if (!due) return pts <= this.#toldTo ? 'told' : 'new';
    if (due.left) return 'left';
    if (due.told) return 'told';
    if (!this.#proved && due.unit.data) this.#prove(due.unit.data.equals(data));
    return 'new';
  }

  #unit(unit: RelayedUnit): void {
    if (!this.#on) return;
    this.#ticks += this.#timestamp === undefined ? 0 : (unit.timestamp - this.#timestamp) | 0;
    this.#timestamp = unit.timestamp;
    const { size, filler, keyframe, head } = unit;
    const seen = { size: size - filler, kind: packetKind(this.#source.codec, head, keyframe), keyframe };
    const passed = { ticks: this.#ticks, mark: markOf(seen), unit, seen, told: false, left: false, first: false };
    this.#alignment.passed(passed);
    if (this.#proved) this.#tell(passed);
    else if (++this.#unproved > MOST_UNPROVED) this.#off();
  }

  #pts({ ticks }: Passed): number {
    return (ticks + (this.#alignment.offset ?? Number.NaN)) * this.#source.tick;
  }

  #tell(passed: Passed): void {
    const { unit, seen } = passed;
    const pts = this.#pts(passed);
    passed.told = true;
    this.#toldTo = Math.max(this.#toldTo, pts);
    const times = { pts, dts: undefined, arrival: unit.arrival, reported: unit.reported };
    this.#listener.foretold({ times, seen: { ...seen, pts }, size: unit.size, packet: unit.place === undefined ? undefined : () => this.#packetOf(passed) });
    this.#held.told(passed, pts);
  }

  #packetOf(passed: Passed): Packet | undefined {
    const data = this.#hold.data(passed.unit);
    if (!data) return undefined;
    const packet = new Packet();
    packet.alloc();
    packet.data = data;
    packet.pts = BigInt(Math.round(this.#pts(passed) / this.#source.tick));
    packet.isKeyframe = passed.seen.keyframe;
    return packet;
  }

  #prove(same: boolean): void {
    if (!same) return this.#off();
    this.#unproved = 0;
    this.#hold.proving = false;
    // after the packet that proved it
    queueMicrotask(() => {
      if (!this.#on || this.#alignment.offset === undefined) return;
      this.#proved = true;
      for (const passed of this.#alignment.waiting) if (!passed.told) this.#tell(passed);
    });
  }

  #broken(): void {
    this.#proved = false;
    this.#hold.release();
    if (this.#alignment.broken >= MOST_BROKEN) this.#off();
    else this.#hold.proving = true;
  }

  /** It stays as it was without the relay. */
  #off(): void {
    this.#on = this.#proved = false;
    this.#hold.stop();
  }
}

const markOf = ({ size, kind, keyframe }: Omit<PacketSeen, 'pts'>): string => `${size} ${kind}${keyframe ? ' key' : ''}`;
