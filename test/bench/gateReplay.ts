import { createPace } from '../../src/sample/pace.ts';
import { createPacketGate } from '../../src/sample/packetGate.ts';
import type { PacketSeen } from '../../src/sample/packetGate.ts';
import { Sampler } from '../../src/sample/sampler.ts';
import type { Candidate, SampleOptions } from '../../src/sample/sampler.ts';
import { thumbnailOf } from './gateRecording.ts';
import type { Recording } from './gateRecording.ts';

/** What a camera's process would have done with a video. Times in seconds from its first picture. */
export interface Replay {
  readonly kept: readonly number[];
  readonly keyframesDecoded: number;
  readonly othersDecoded: number;
  readonly checks: readonly number[];
  /** by sizes or by a check, and whether anything moved before the next sleep */
  readonly wakes: readonly { readonly at: number; readonly by: 'size' | 'check'; moved: boolean }[];
  /** packets that came while asleep, and when the first sleep began (undefined: never) */
  readonly asleep: number;
  readonly firstSleep: number | undefined;
  /** ms of CPU in the gate itself */
  readonly gateMs: number;
}

/** As the camera's process has them: look-back and calm before it sleeps, ms; pictures that are looked at, a second. */
const LOOK_BACK = 2000;
const CALM = 2000;
const LOOKS = 8;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Wake = Replay['wakes'][number];

/** Plays a recording to gate and sampler; without `gated` everything is decoded. */
export function replay(recording: Recording, opts: SampleOptions, gated: boolean): Replay {
  return new CameraReplay(recording, opts, gated).run();
}

class CameraReplay {
  readonly #recording: Recording;
  readonly #gated: boolean;
  readonly #gate = createPacketGate();
  readonly #sampler: Sampler<Candidate>;
  readonly #first: number;
  readonly #pictures: Map<number, Recording['pictures'][number]>;
  /** least pts among the packets from here on: earlier pictures are complete */
  readonly #ahead: number[] = [];
  readonly #looks = createPace(LOOKS);
  readonly #kept: number[] = [];
  readonly #checks: number[] = [];
  readonly #wakes: Wake[] = [];
  readonly #decoded = { keyframes: 0, others: 0 };
  #open: number[] = [];
  #asleep = false;
  #cursor: number | undefined = 0;
  #lookFrom = -Infinity;
  #lastAlarm = -Infinity;
  #slept = 0;
  #firstSleep: number | undefined;
  #gateMs = 0;

  constructor(recording: Recording, opts: SampleOptions, gated: boolean) {
    this.#recording = recording;
    this.#gated = gated;
    this.#sampler = new Sampler(opts);
    this.#first = recording.pictures[0]?.pts ?? 0;
    this.#pictures = new Map(recording.pictures.map((p) => [Math.round(p.pts), p]));
    let least = Infinity;
    for (let i = recording.packets.length - 1; i >= 0; i--) this.#ahead[i] = least = Math.min(least, recording.packets[i]?.pts ?? Infinity);
  }

  run(): Replay {
    this.#recording.packets.forEach((p, i) => this.#packet(p, i));
    const { keyframes: keyframesDecoded, others: othersDecoded } = this.#decoded;
    return { kept: this.#kept, keyframesDecoded, othersDecoded, checks: this.#checks, wakes: this.#wakes, asleep: this.#slept, firstSleep: this.#firstSleep, gateMs: this.#gateMs };
  }

  #packet(p: PacketSeen, i: number): void {
    const before = performance.now();
    const alarm = this.#gate.packet(p);
    this.#gateMs += performance.now() - before;
    if (alarm) this.#lastAlarm = p.pts;
    if (!this.#gated || !this.#asleep) return this.#advance(i);
    this.#slept++;
    if (alarm) return this.#wake(p.pts, i, 'size');
    if (p.keyframe && this.#gate.checkDue(p.pts)) this.#check(p, i);
  }

  #advance(upTo: number): void {
    for (let i = this.#cursor ?? upTo; i <= upTo; i++) this.#decode(i, i === upTo);
    this.#cursor = upTo + 1;
  }

  #wake(at: number, i: number, by: Wake['by']): void {
    let start = i;
    const { packets } = this.#recording;
    while (start > 0 && !(packets[start]?.keyframe && (packets[start]?.pts ?? 0) <= at - LOOK_BACK)) start--;
    if (this.#cursor === undefined || this.#cursor < start) {
      this.#cursor = start;
      this.#open = [];
    }
    this.#lookFrom = at - LOOK_BACK;
    this.#asleep = false;
    this.#wakes.push({ at: (at - this.#first) / 1000, by, moved: false });
    this.#advance(i);
  }

  #check(p: PacketSeen, i: number): void {
    const picture = this.#pictures.get(Math.round(p.pts));
    if (!picture) return;
    this.#count(p);
    this.#cursor = undefined;
    this.#checks.push((p.pts - this.#first) / 1000);
    const candidate = { at: p.pts, thumbnail: thumbnailOf(picture) };
    if (this.#sampler.peek(candidate)) {
      this.#gate.looked(p.pts, true, true);
      return this.#wake(p.pts, i, 'check');
    }
    this.#keep(this.#sampler.take(candidate));
    this.#gate.looked(p.pts, this.#sampler.awake, true);
  }

  #decode(i: number, newest: boolean): void {
    const p = this.#recording.packets[i];
    if (!p) return;
    this.#count(p);
    this.#open.push(p.pts);
    this.#open.sort((a, b) => a - b);
    const ready = this.#ahead[i + 1] ?? Infinity;
    while ((this.#open[0] ?? Infinity) < ready) this.#look(this.#open.shift() ?? 0, newest);
  }

  #look(pts: number, newest: boolean): void {
    const picture = this.#pictures.get(Math.round(pts));
    if (!picture || pts < this.#lookFrom || !this.#looks.due(pts)) return;
    this.#looks.kept(pts);
    this.#keep(this.#sampler.take({ at: pts, thumbnail: thumbnailOf(picture) }));
    const { awake } = this.#sampler;
    this.#gate.looked(pts, awake, false);
    const wake: Mutable<Wake> | undefined = this.#wakes.at(-1);
    if (awake && wake) wake.moved = true;
    if (newest && this.#sampler.quietFor(pts) >= CALM && pts - this.#lastAlarm >= CALM && this.#gated) {
      this.#asleep = true;
      this.#firstSleep ??= (pts - this.#first) / 1000;
    }
  }

  #keep(candidates: readonly Candidate[]): void {
    for (const { at } of candidates) this.#kept.push((at - this.#first) / 1000);
  }

  #count(p: PacketSeen): void {
    if (p.keyframe) this.#decoded.keyframes++;
    else this.#decoded.others++;
  }
}
