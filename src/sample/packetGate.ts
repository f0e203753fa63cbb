import { createDetectable } from './detectable.ts';
import { createGateTrust } from './gateTrust.ts';
import { createSizeBaseline } from './sizeBaseline.ts';
import type { Residual, SizeBaseline } from './sizeBaseline.ts';
import { createSurprise, farBelow } from './surprise.ts';

/** A packet as the gate sees it: `pts` in ms, `size` in bytes (see payloadSize), `kind` as packetKind tells it. */
export interface PacketSeen {
  readonly pts: number;
  readonly size: number;
  readonly kind: string;
  readonly keyframe: boolean;
}

/** Decides by the sizes of one stream's packets whether it is worth decoding. It learns from what decoding showed. */
export interface PacketGate {
  /** Takes the next packet, in the order of the stream. True: something moves, or too little is known yet: decode. */
  packet(p: PacketSeen): boolean;
  /** What a thumbnail of the picture at `pts` showed; `asleep`: it was a check. */
  looked(pts: number, moving: boolean, asleep: boolean): void;
  /** Asleep, and this is a keyframe: decode it as a check? */
  checkDue(pts: number): boolean;
  /** Another stream begins. */
  reset(): void;
}

/** A packet that waits to be learned from, until it is known what the pictures around it showed. */
interface Waiting extends PacketSeen {
  readonly place: number;
  readonly residual: Residual | undefined;
  readonly means: readonly number[] | undefined;
}

/** Packets wait so long for what thumbnails say of them, ms; and so many at most. */
const WAIT = 1000;
const MOST_WAITING = 256;
/** A packet has to do with a movement or an alarm so far from it, ms. */
const AROUND = 500;
/** A movement after so long a stillness is one of its own, ms; sizes announce it from so long before to so long after its first sight. */
const STILL = 3000;
const ANNOUNCED_BEFORE = 1000;
const ANNOUNCED_AFTER = 600;
/** A wake-up was in vain when nothing moved so long around it, ms. */
const VAIN = 1500;
/** Sizes that are far out for so long, ms, while nothing is seen to move: another bit rate, or another noise. */
const STEP = 2000;
/** A clock that goes back by so much, ms: another stream. */
const BACK = 10_000;

export const createPacketGate = (): PacketGate => new SizeGate();

class SizeGate implements PacketGate {
  #trust = createGateTrust();
  #surprise = createSurprise();
  #detectable = createDetectable();
  #baselines = new Map<string, SizeBaseline>();
  #waiting: Waiting[] = [];
  #place = 0;
  #now = Number.NEGATIVE_INFINITY;
  #alarms: number[] = [];
  /** since when sizes have been far out */
  #oddSince: number | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #stillAt = Number.NEGATIVE_INFINITY;
  #movedAt = Number.NEGATIVE_INFINITY;
  /** movements whose announcement is still open */
  #begun: number[] = [];
  /** the alarm that ended the sleep */
  #wokenAt: number | undefined;

  packet(p: PacketSeen): boolean {
    if (p.pts < this.#now - BACK) this.reset();
    const passed = Math.max(0, Math.min(WAIT, p.pts - this.#now));
    this.#trust.passed(passed);
    this.#now = Math.max(this.#now, p.pts);
    this.#place = p.keyframe ? 0 : this.#place + 1;
    const alarm = this.#measure(p);
    if (alarm) this.#alarm(p.pts);
    else this.#trust.rested(passed);
    this.#learn();
    this.#settle();
    return alarm || this.#trust.blind || !this.#surprise.learned || !this.#sees();
  }

  looked(pts: number, moving: boolean, asleep: boolean): void {
    this.#lookedAt = Math.max(this.#lookedAt, pts);
    // a change that a check shows is judged when decoding has confirmed it
    if (asleep) return moving ? undefined : this.#trust.checked();
    if (moving) {
      if (pts - this.#movedAt > STILL && this.#surprise.learned) this.#begun.push(pts);
      this.#movedAt = Math.max(this.#movedAt, pts);
      if (this.#wokenAt !== undefined && pts > this.#wokenAt - 2 * VAIN) this.#wokenAt = undefined;
    } else this.#stillAt = Math.max(this.#stillAt, pts);
    if (this.#wokenAt !== undefined && pts > this.#wokenAt + VAIN) {
      this.#wokenAt = undefined;
      this.#trust.woken();
    }
  }

  checkDue(pts: number): boolean {
    // a keyframe comes when it comes: half a second early is due
    return pts - this.#lookedAt >= this.#trust.checkEvery - AROUND;
  }

  reset(): void {
    this.#trust = createGateTrust();
    this.#forgetSizes();
    this.#alarms = [];
    this.#begun = [];
    this.#wokenAt = undefined;
    this.#place = 0;
    this.#now = this.#lookedAt = this.#stillAt = this.#movedAt = Number.NEGATIVE_INFINITY;
  }

  #forgetSizes(): void {
    this.#surprise = createSurprise();
    this.#detectable = createDetectable();
    this.#baselines.clear();
    this.#waiting = [];
    this.#oddSince = undefined;
  }

  #baseline(kind: string): SizeBaseline {
    let known = this.#baselines.get(kind);
    if (!known) this.#baselines.set(kind, (known = createSizeBaseline()));
    return known;
  }

  #measure(p: PacketSeen): boolean {
    const residual = this.#baseline(p.kind).residual(this.#place, p.size);
    const means = residual && this.#surprise.push(residual.z);
    this.#waiting.push({ ...p, place: this.#place, residual, means });
    return means !== undefined && this.#surprise.learned && this.#surprise.of(means) >= this.#trust.threshold;
  }

  /** Would a small movement be noticed? */
  #sees(): boolean {
    const { z } = this.#detectable;
    return z !== undefined && this.#trust.sees(this.#surprise.ofLasting(z));
  }

  #alarm(pts: number): void {
    const alarmedAt = this.#alarms.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (this.#now - this.#lookedAt > AROUND && this.#now - alarmedAt > STILL) this.#wokenAt ??= pts;
    if (this.#alarms.push(pts) > MOST_WAITING) this.#alarms.shift();
  }

  /** Learns from packets of which it is known by now that nothing moved around them, or presumed where nobody looked. */
  #learn(): void {
    for (let p = this.#waiting[0]; p && (p.pts < this.#now - WAIT || this.#waiting.length > MOST_WAITING); p = this.#waiting[0]) {
      this.#waiting.shift();
      const { pts } = p;
      if (pts > this.#movedAt - 2 * WAIT && pts < this.#movedAt + AROUND) continue;
      const alarmed = this.#alarms.some((a) => Math.abs(a - pts) <= AROUND);
      if (alarmed && this.#stillAt < pts) continue;
      this.#watchStep(pts, alarmed || (p.means !== undefined && farBelow(p.means)));
      this.#baseline(p.kind).learn(p.place, p.size, p.residual);
      if (p.means) this.#surprise.learn(p.means);
      if (p.keyframe) this.#detectable.keyframe(p.size);
      else if (p.residual) this.#detectable.other(p.residual);
    }
  }

  /** A stream that has become another one is learned anew. */
  #watchStep(pts: number, odd: boolean): void {
    this.#oddSince = odd ? (this.#oddSince ?? pts) : undefined;
    if (this.#oddSince !== undefined && pts - this.#oddSince >= STEP) this.#forgetSizes();
  }

  /** Was it announced what began to move? Known a little after its first sight. */
  #settle(): void {
    for (let at = this.#begun[0]; at !== undefined && this.#now > at + ANNOUNCED_AFTER; at = this.#begun[0]) {
      const first = at;
      this.#begun.shift();
      this.#trust.moved(this.#alarms.some((a) => a >= first - ANNOUNCED_BEFORE && a <= first + ANNOUNCED_AFTER));
    }
  }
}
