/** A chunk's header as it was sent (RTMP 1.0, 5.3.1): its type says how much of the message's header it repeats. */
export interface ChunkHeader {
  /** of the chunk's header, bytes */
  readonly size: number;
  readonly id: number;
  /** 0: all; 1: no message stream; 2: the time alone; 3: nothing */
  readonly format: number;
  /** timestamp (format 0) or delta, ms; with format 3 the last one of its chunk stream */
  readonly step: number;
  readonly extended: boolean;
  /** format 0 and 1 */
  readonly length: number;
  readonly type: number;
  /** format 0 */
  readonly stream: number;
}

/** What a chunk stream's headers refer back to. */
export interface Before {
  readonly step: number;
  readonly extended: boolean;
  /** a message is under way */
  readonly open: boolean;
}

export const LONGEST_HEADER = 18;
const FIELDS_SIZE = [11, 7, 3, 0] as const;
const EXTENDED = 0xffffff;

/** Reads a chunk's header; undefined while it is not all there. `before` tells what its chunk stream's last header said. */
export function readHeader(data: Buffer, before: (id: number) => Before | undefined): ChunkHeader | undefined {
  const first = data[0] ?? 0;
  const format = first >> 6;
  const low = first & 0x3f;
  const fields = low < 2 ? 2 + low : 1;
  let size = fields + (FIELDS_SIZE[format] ?? 0);
  if (data.length < size) return undefined;
  const id = low < 2 ? 64 + (data[1] ?? 0) + 256 * (low === 1 ? (data[2] ?? 0) : 0) : low;
  const known = before(id);
  let step = format < 3 ? data.readUIntBE(fields, 3) : (known?.step ?? 0);
  const extended = format < 3 ? step === EXTENDED : (known?.extended ?? false);
  if (extended) {
    if (data.length < size + 4) return undefined;
    const full = data.readUInt32BE(size);
    // within a message some encoders repeat the extended timestamp and some do not
    if (!known?.open || full === known.step) size += 4;
    if (!known?.open) step = full;
  }
  const [length, type] = format < 2 ? [data.readUIntBE(fields + 3, 3), data[fields + 6] ?? 0] : [0, 0];
  return { size, id, format, step, extended, length, type, stream: format === 0 ? data.readUInt32LE(fields + 7) : 0 };
}
