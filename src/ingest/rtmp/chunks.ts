import { type ChunkHeader, LONGEST_HEADER, readHeader } from './chunkHeader.ts';
import type { ChunkLimits } from './limits.ts';
import { type Message, TYPE } from './message.ts';
import { refusal } from './refusal.ts';

interface ChunkStream {
  time: number;
  /** the last timestamp or delta as it was sent; chunks of format 3 mean the same again */
  step: number;
  extended: boolean;
  length: number;
  type: number;
  stream: number;
  /** undefined between messages */
  payload: Buffer | undefined;
  filled: number;
}

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
        const header = readHeader(data.subarray(at, at + LONGEST_HEADER), this.#before);
        if (!header) {
          this.#held = Buffer.from(data.subarray(at));
          return;
        }
        this.#start(header);
        at += header.size;
      }
      at += this.#fill(data.subarray(at));
      const message = this.#close();
      if (message) yield message;
    }
  }

  readonly #before = (id: number): { step: number; extended: boolean; open: boolean } | undefined => {
    const stream = this.#streams.get(id);
    return stream && { step: stream.step, extended: stream.extended, open: stream.payload !== undefined };
  };

  #start(header: ChunkHeader): void {
    const stream = this.#streams.get(header.id) ?? this.#add(header);
    if (stream.payload === undefined) this.#begin(stream, header);
    else if (header.format !== 3) throw refusal('A message was begun before the one before it was complete.');
    this.#open = stream;
    this.#left = Math.min(this.#chunkSize, stream.length - stream.filled);
  }

  #add({ id, format }: ChunkHeader): ChunkStream {
    if (format > 1) throw refusal('A chunk refers to a message that never was.');
    if (this.#streams.size >= this.limits.chunkStreams) throw refusal(`More than ${this.limits.chunkStreams} chunk streams were opened.`);
    const stream: ChunkStream = { time: 0, step: 0, extended: false, length: 0, type: 0, stream: 0, payload: undefined, filled: 0 };
    this.#streams.set(id, stream);
    return stream;
  }

  #begin(stream: ChunkStream, { format, step, extended, length, type, stream: id }: ChunkHeader): void {
    stream.time = format === 0 ? step : (stream.time + step) % 2 ** 32;
    Object.assign(stream, { step, extended }, format < 2 && { length, type }, format === 0 && { stream: id });
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
