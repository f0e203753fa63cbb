import { FRAME_HEAD, walkInterleaved } from '../../network/interleaved.ts';
import type { Passage } from '../../network/rtspRelay.ts';
import { createAccessUnits } from './accessUnits.ts';
import type { AccessUnits } from './accessUnits.ts';
import { isRtcp, RtpPacket } from './packet.ts';
import { heldData } from './heldData.ts';
import type { HoldListener, RelayedUnit } from './relayedUnit.ts';
import { createReserve } from './reserve.ts';
import type { Place } from './reserve.ts';
import { createRuns } from './runs.ts';
import { createSenderReports } from './senderReport.ts';
import type { SenderReports } from './senderReport.ts';

/** ms */
const LONGEST = 20_000;
/** More than a frame usually has, bytes. */
const SEAM = 4096;
const NOTHING = Buffer.alloc(0);

/**
 * Stands in the way of a playing stream's bytes (RTSP over TCP). It passes whole frames on, tells of the access units in them, and, where
 * it is asked to, holds the stream back from an access unit on, of which the beginning still passes; reports and messages always go on at once. What is
 * held can be released, or dropped up to an access unit: then sequence numbers are renumbered, since a gap of thousands would look like
 * another stream to libav (RFC 3550, A.1).
 */
export class RtpHold implements Passage {
  readonly #rtp: number;
  readonly #packet = new RtpPacket();
  readonly #reserve = createReserve();
  #out: (bytes: readonly Buffer[]) => void = () => undefined;
  #rest: Buffer = NOTHING;
  #arrival = 0;
  #codec = '';
  #units: AccessUnits | undefined;
  #reports: SenderReports | undefined;
  #listener: HoldListener | undefined;
  #payloadType: number | undefined;
  #broken = false;
  #wanted = false;
  /** of the access unit that is coming */
  #begun: { readonly place: Place | undefined; readonly reported: number | undefined } = { place: undefined, reported: undefined };
  readonly #whole: RelayedUnit[] = [];
  readonly #runs = createRuns((bytes) => this.#reserve.add(Buffer.from(bytes)));
  /** libav must get something to read every so often (ms), to keep the session alive */
  readonly longest: number;
  holding = false;
  /** RTP timestamp of the access unit that libav got a part of last, and cannot give out yet */
  passing: number | undefined;

  /** @param rtp the channel of the stream's RTP packets */
  constructor(rtp: number, longest: number) {
    this.#rtp = rtp;
    this.longest = Math.min(LONGEST, longest);
  }

  /** Begins to tell of access units; false for a codec that it cannot take apart. `tick`: of RTP timestamps, ms. */
  start(codec: string, tick: number, listener: HoldListener): boolean {
    this.#codec = codec;
    this.#units = createAccessUnits(codec);
    this.#reports = createSenderReports(tick);
    this.#listener = listener;
    return this.#units !== undefined && !this.#broken;
  }

  attach(out: (bytes: readonly Buffer[]) => void): void {
    this.#out = out;
  }

  /** Whether keyframes are told with their data. */
  set proving(on: boolean) {
    if (this.#units) this.#units.whole = on;
  }

  /** what is held, bytes */
  get size(): number {
    return this.#reserve.size;
  }

  /** Holds from the next access unit on. */
  hold(): void {
    this.#wanted = !this.#broken;
  }

  /** Everything held goes on, and so does what comes. */
  release(): void {
    this.#wanted = this.holding = false;
    const bytes = this.#reserve.pass(Number.POSITIVE_INFINITY);
    if (bytes.length > 0) this.#out(bytes);
    this.#listener?.flows();
  }


  /** What is held before a place is left out, but for one access unit and the beginning of the next, which go on to libav. */
  drop(to: Place, kept?: RelayedUnit, cut?: RelayedUnit): void {
    if (kept?.place !== undefined && cut?.place !== undefined) {
      this.#reserve.leave(kept.place);
      this.#out(this.#reserve.pass(this.#reserve.frameEnd(cut.place)));
      this.passing = cut.timestamp;
      this.#listener?.flows();
    }
    this.#reserve.leave(to);
  }

  /** Tells nothing any more, and holds nothing. */
  stop(): void {
    this.release();
    this.#units = this.#listener = undefined;
  }

  /** The bytes of an access unit that is held, as libav would give it out; undefined where it is not. */
  data(unit: RelayedUnit): Buffer | undefined {
    return heldData(this.#codec, this.#reserve, unit);
  }

  take(chunk: Buffer): readonly Buffer[] {
    if (this.#broken) return [chunk];
    this.#arrival = Date.now();
    const passed: Buffer[] = [];
    // what two reads share is put together by itself, rather than all of it copied
    const seam = this.#rest.length === 0 ? undefined : Buffer.concat([this.#rest, chunk.subarray(0, SEAM)]);
    let bytes = seam ?? chunk;
    let after = seam ? chunk.subarray(SEAM) : NOTHING;
    try {
      const end = this.#walk(bytes, passed);
      if (seam && end > this.#rest.length) bytes = chunk.subarray(end - this.#rest.length);
      else bytes = seam ? Buffer.concat([seam.subarray(end), after]) : bytes.subarray(end);
      after = NOTHING;
      if (seam) bytes = bytes.subarray(this.#walk(bytes, passed));
      this.#rest = Buffer.from(bytes);
    } catch {
      passed.push(...this.#runs.end(), ...this.#giveUp(), bytes.subarray(this.#runs.to), after);
    }
    if (this.#whole.length > 0) queueMicrotask(this.#tell);
    return passed;
  }

  #walk(bytes: Buffer, passed: Buffer[]): number {
    this.#runs.begin(bytes);
    const end = walkInterleaved(bytes, (own, from, to, channel) => this.#runs.add(to, this.#isHeld(own, from, to, channel)));
    passed.push(...this.#runs.end());
    return end;
  }

  #giveUp(): readonly Buffer[] {
    const held = this.#reserve.pass(Number.POSITIVE_INFINITY);
    this.#rest = NOTHING;
    this.#broken = true;
    this.holding = this.#wanted = false;
    this.#listener?.broken();
    return held;
  }

  #isHeld(bytes: Buffer, from: number, to: number, channel: number): boolean {
    if (channel === -1) return false;
    const rtp = this.#packet;
    if (channel !== this.#rtp || !rtp.read(bytes, from + FRAME_HEAD, to)) {
      if (isRtcp(bytes[from + FRAME_HEAD + 1] ?? 0)) this.#reports?.take(bytes, from + FRAME_HEAD, to);
      return false;
    }
    // libav reads no other
    this.#payloadType ??= rtp.payloadType;
    if (rtp.payloadType !== this.#payloadType) return false;
    const ended = this.#units?.packet(rtp, bytes);
    if (ended) {
      this.#whole.push({ ...ended, ...this.#begun, arrival: this.#arrival });
      const place = this.holding ? this.#reserve.end + this.#runs.heldBefore(from) : undefined;
      this.#begun = { place, reported: this.#reports?.at(rtp.timestamp) };
    }
    if (!this.holding && this.#reserve.left !== 0) bytes.writeUInt16BE((rtp.sequence - this.#reserve.left) & 0xffff, from + FRAME_HEAD + 2);
    const held = this.holding;
    if (!held) this.passing = rtp.timestamp;
    // with its beginning passed on, libav gives out the one before
    if (ended && this.#wanted) this.holding = true;
    return held;
  }

  readonly #tell = (): void => {
    for (const unit of this.#whole.splice(0)) this.#listener?.unit(unit);
  };
}
