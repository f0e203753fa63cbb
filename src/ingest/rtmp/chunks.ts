import type { ChunkLimits } from './limits.ts';
import { type Message, TYPE } from './message.ts';
import { refusal } from './refusal.ts';

interface ChunkStream {
  time: number;
  /** the last timestamp or delta as it was sent; chunks of type 3 mean the same again */
  step: number;
  extended: boolean;
  length: number;
  type: number;
  stream: number;
  /** undefined between messages */
  payload: Buffer | undefined;
  filled: number;
}

const HEADER_SIZE = [11, 7, 3, 0] as const;
const EXTENDED = 0xffffff;
/** Memory is set aside as bytes arrive, not as they are announced; this much to begin with. */
const FIRST_PIECE = 4096;

/**
 * Takes chunks apart into messages (RTMP 1.0, 5.3), with a bound on all that it keeps. Chunk sizes and aborts are followed here and
 * not handed on. Throws RTMP_REFUSED at whatever oversteps its limits or makes no sense.
 */
export class ChunkReader {
  limits: ChunkLimits;
  readonly #streams = new Map<number, ChunkStream>();
  #chunkSize = 128;
  #pending = 0;
  /** bytes of a header that is not complete: at most 17 */
  #held: Buffer = Buffer.alloc(0);
  /** the chunk stream whose chunk is being read, and what is left of that chunk */
  #open: ChunkStream | undefined;
  #left = 0;

  constructor(limits: ChunkLimits) {
    this.limits = limits;
  }

  *read(bytes: Buffer): Generator<Message, void> {
    const data = this.#held.length > 0 ? Buffer.concat([this.#held, bytes]) : bytes;
    this.#held = Buffer.alloc(0);
    let at = 0;
    while (at < data.length) {
      if (!this.#open) {
        const size = this.#header(data.subarray(at, at + 18));
        if (size === 0) {
          this.#held = Buffer.from(data.subarray(at));
          return;
        }
        at += size;
      }
      at += this.#fill(data.subarray(at));
      const message = this.#close();
      if (message) yield message;
    }
  }

  /** Reads a chunk's header and opens the chunk. Returns its size, 0 when it is not all there: nothing has changed then. */
  #header(data: Buffer): number {
    const first = data[0] ?? 0;
    const format = first >> 6;
    const low = first & 0x3f;
    let at = low < 2 ? 2 + low : 1;
    if (data.length < at) return 0;
    const id = low < 2 ? 64 + (data[1] ?? 0) + 256 * (low === 1 ? (data[2] ?? 0) : 0) : low;
    const fields = at;
    at += HEADER_SIZE[format] ?? 0;
    if (data.length < at) return 0;
    const known = this.#streams.get(id);
    let step = format < 3 ? data.readUIntBE(fields, 3) : (known?.step ?? 0);
    const extended = format < 3 ? step === EXTENDED : (known?.extended ?? false);
    if (extended) {
      if (data.length < at + 4) return 0;
      const full = data.readUInt32BE(at);
      // within a message some encoders repeat the extended timestamp and some do not
      if (known?.payload === undefined || full === known.step) at += 4;
      if (known?.payload === undefined) step = full;
    }
    const stream = known ?? this.#add(id, format);
    if (stream.payload === undefined) this.#begin(stream, format, data.subarray(fields), step, extended);
    else if (format !== 3) throw refusal('A message was begun before the one before it was complete.');
    this.#open = stream;
    this.#left = Math.min(this.#chunkSize, stream.length - stream.filled);
    return at;
  }

  #add(id: number, format: number): ChunkStream {
    if (format > 1) throw refusal('A chunk refers to a message that never was.');
    if (this.#streams.size >= this.limits.chunkStreams) throw refusal(`More than ${this.limits.chunkStreams} chunk streams were opened.`);
    const stream: ChunkStream = { time: 0, step: 0, extended: false, length: 0, type: 0, stream: 0, payload: undefined, filled: 0 };
    this.#streams.set(id, stream);
    return stream;
  }

  #begin(stream: ChunkStream, format: number, fields: Buffer, step: number, extended: boolean): void {
    stream.step = step;
    stream.extended = extended;
    stream.time = format === 0 ? step : (stream.time + step) % 2 ** 32;
    if (format < 2) {
      stream.length = fields.readUIntBE(3, 3);
      stream.type = fields[6] ?? 0;
    }
    if (format === 0) stream.stream = fields.readUInt32LE(7);
    if (stream.length > this.limits.message) throw refusal(`A message of ${stream.length} bytes was announced, where ${this.limits.message} may come.`);
    stream.filled = 0;
    stream.payload = this.#reserve(Math.min(stream.length, FIRST_PIECE));
  }

  #reserve(size: number): Buffer {
    this.#pending += size;
    if (this.#pending > this.limits.pending) throw refusal(`Incomplete messages hold more than ${this.limits.pending} bytes.`);
    return Buffer.allocUnsafeSlow(size);
  }

  /** Copies what there is of the open chunk; returns how much that was. */
  #fill(data: Buffer): number {
    const stream = this.#open;
    if (!stream?.payload) return 0;
    const count = Math.min(this.#left, data.length);
    const needed = stream.filled + count;
    if (needed > stream.payload.length) {
      const larger = this.#reserve(Math.min(stream.length, Math.max(needed, 2 * stream.payload.length)));
      stream.payload.copy(larger, 0, 0, stream.filled);
      this.#pending -= stream.payload.length;
      stream.payload = larger;
    }
    data.copy(stream.payload, stream.filled, 0, count);
    stream.filled = needed;
    this.#left -= count;
    return count;
  }

  /** Ends the chunk when it is all there; returns the message when that was its last. */
  #close(): Message | undefined {
    const stream = this.#open;
    if (!stream?.payload || this.#left > 0) return undefined;
    this.#open = undefined;
    if (stream.filled < stream.length) return undefined;
    const { payload, type, time } = stream;
    this.#drop(stream);
    if (type === TYPE.chunkSize) return this.#resize(payload);
    if (type === TYPE.abort) return this.#abort(payload);
    return { type, stream: stream.stream, time, payload };
  }

  #drop(stream: ChunkStream): void {
    this.#pending -= stream.payload?.length ?? 0;
    stream.payload = undefined;
  }

  #resize(payload: Buffer): undefined {
    const size = payload.length === 4 ? payload.readUInt32BE() : 0;
    if (size < 1 || size > 0x7fffffff) throw refusal('A chunk size makes no sense.');
    this.#chunkSize = size;
  }

  #abort(payload: Buffer): undefined {
    const stream = payload.length === 4 ? this.#streams.get(payload.readUInt32BE()) : undefined;
    if (stream) this.#drop(stream);
  }
}
