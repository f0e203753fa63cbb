import { depacketiseH264, depacketiseH265 } from './nalUnits.ts';
import type { Depacketise, NalSink } from './nalUnits.ts';
import type { RtpPacket } from './packet.ts';

/** What RTP packets of one timestamp tell of the access unit that they carry. */
export interface AccessUnit {
  /** 32 bits */
  readonly timestamp: number;
  /** bytes as libav puts it together: every NAL unit behind a start code of four */
  readonly size: number;
  /** of these, bytes of filler at its end */
  readonly filler: number;
  /** it holds an IDR or IRAP picture */
  readonly keyframe: boolean;
  /** its first slice's first bytes behind a start code, and those of a prefix before it: enough to tell its kind */
  readonly head: Buffer;
  /** all of a keyframe, where that was asked for */
  readonly data: Buffer | undefined;
}

export interface AccessUnits {
  /** Takes an RTP packet in the order of the stream; the access unit that it ends, by beginning the next one. */
  packet(rtp: RtpPacket, bytes: Buffer): AccessUnit | undefined;
  /** whether keyframes come with their data */
  whole: boolean;
}

interface Coding {
  readonly depacketise: Depacketise;
  readonly header: 1 | 2;
  type(header: number): number;
  readonly filler: number;
  isSlice(type: number): boolean;
  isPrefix(type: number): boolean;
  isKey(type: number): boolean;
}

/** By libav's names: ITU-T H.264, table 7-1, and H.265, table 7-1. */
const CODINGS: Record<string, Coding> = {
  h264: { depacketise: depacketiseH264, header: 1, type: (h) => h & 0x1f, filler: 12, isSlice: (t) => t === 1 || t === 2 || t === 5, isPrefix: (t) => t === 14, isKey: (t) => t === 5 },
  hevc: { depacketise: depacketiseH265, header: 2, type: (h) => (h >> 1) & 0x3f, filler: 38, isSlice: (t) => t < 32, isPrefix: () => false, isKey: (t) => t >= 16 && t <= 23 },
};
const START = Buffer.from([0, 0, 0, 1]);
/** Bytes behind its header that a slice's kind is read from. */
const SLICE_HEAD = 12;

/** Puts access units together, of which it only counts what there is. Undefined for a codec whose payloads it does not know. */
export function createAccessUnits(codec: string): AccessUnits | undefined {
  const coding = CODINGS[codec];
  return coding && new Assembler(coding);
}

/** An access unit's bytes from its RTP payloads, as libav would give them out. */
export class Whole implements NalSink {
  readonly #parts: Buffer[] = [];
  readonly #header: 1 | 2;

  constructor(header: 1 | 2) {
    this.#header = header;
  }

  begin(header: number, second: number, bytes: Buffer, from: number, to: number): void {
    this.#parts.push(START, Buffer.from(this.#header === 2 ? [header, second] : [header]), bytes.subarray(from, to));
  }

  more(bytes: Buffer, from: number, to: number): void {
    this.#parts.push(bytes.subarray(from, to));
  }

  get data(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** Reads RTP payloads of one access unit into its bytes. */
export function createWhole(codec: string): { add(rtp: RtpPacket, bytes: Buffer): void; readonly data: Buffer } | undefined {
  const coding = CODINGS[codec];
  if (!coding) return undefined;
  const whole = new Whole(coding.header);
  return {
    add: (rtp, bytes) => coding.depacketise(bytes, rtp.from, rtp.to, whole),
    get data() {
      return whole.data;
    },
  };
}

class Assembler implements AccessUnits, NalSink {
  whole = false;
  readonly #coding: Coding;
  #timestamp: number | undefined;
  #size = 0;
  #filler = 0;
  #inFiller = false;
  #keyframe = false;
  #head: Buffer[] = [];
  #hasSlice = false;
  #data: Whole | undefined;

  constructor(coding: Coding) {
    this.#coding = coding;
  }

  packet(rtp: RtpPacket, bytes: Buffer): AccessUnit | undefined {
    const ended = this.#timestamp !== undefined && this.#timestamp !== rtp.timestamp ? this.#end(this.#timestamp) : undefined;
    this.#timestamp = rtp.timestamp;
    this.#coding.depacketise(bytes, rtp.from, rtp.to, this);
    return ended;
  }

  begin(header: number, second: number, bytes: Buffer, from: number, to: number): void {
    const { isSlice, isPrefix, isKey, type: typeOf, filler, header: headerSize } = this.#coding;
    const type = typeOf(header);
    const size = START.length + headerSize + to - from;
    this.#size += size;
    this.#inFiller = type === filler;
    this.#filler = this.#inFiller ? this.#filler + size : 0;
    if (isKey(type)) this.#keyframe = true;
    if (!this.#hasSlice && (isSlice(type) || isPrefix(type))) {
      this.#head.push(START, Buffer.from([header, ...(headerSize === 2 ? [second] : []), ...bytes.subarray(from, Math.min(to, from + SLICE_HEAD))]));
      this.#hasSlice = isSlice(type);
    }
    // the bytes are another's soon
    if (this.whole) (this.#data ??= new Whole(headerSize)).begin(header, second, Buffer.from(bytes.subarray(from, to)), 0, to - from);
  }

  more(bytes: Buffer, from: number, to: number): void {
    this.#size += to - from;
    if (this.#inFiller) this.#filler += to - from;
    if (this.whole) this.#data?.more(Buffer.from(bytes.subarray(from, to)), 0, to - from);
  }

  #end(timestamp: number): AccessUnit {
    const data = this.whole && this.#keyframe ? this.#data?.data : undefined;
    const unit = { timestamp, size: this.#size, filler: this.#filler, keyframe: this.#keyframe, head: Buffer.concat(this.#head), data };
    this.#size = this.#filler = 0;
    this.#inFiller = this.#keyframe = this.#hasSlice = false;
    this.#head = [];
    this.#data = undefined;
    return unit;
  }
}
