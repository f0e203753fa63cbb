import { nalLengths } from './nalUnits.ts';

/** NAL units of filler: type 12 of H.264 (7.4.2.7), type 38 of HEVC. */
const FILLER: Record<string, { readonly type: number; readonly of: (header: number) => number; readonly header: number }> = {
  h264: { type: 12, of: (header) => header & 0x1f, header: 1 },
  hevc: { type: 38, of: (header) => (header >> 1) & 0x3f, header: 2 },
};

/**
 * Bytes of a packet that hold picture. Encoders at a constant bit rate fill packets up to one size, which then says nothing;
 * the filler (FF … FF 80, in a unit at the packet's end) is left out.
 */
export function payloadSize(codec: string, data: Uint8Array): number {
  const filler = FILLER[codec];
  if (!filler) return data.length;
  const lengths = nalLengths(data);
  if (!lengths) return withoutTail(data, filler);
  let size = data.length;
  let at = 4;
  for (const length of lengths) {
    if (filler.of(data[at] ?? 0) === filler.type) size -= length + 4;
    at += length + 4;
  }
  return size;
}

/** From the end, so that a packet without filler costs a look at its last bytes. */
function withoutTail(data: Uint8Array, { type, of, header }: { type: number; of: (byte: number) => number; header: number }): number {
  let end = data.length;
  for (;;) {
    let at = end;
    while (at > 0 && data[at - 1] === 0) at--;
    if (data[at - 1] !== 0x80) return end;
    at--;
    while (at > 0 && data[at - 1] === 0xff) at--;
    const start = at - header;
    const coded = start >= 3 && data[start - 1] === 1 && data[start - 2] === 0 && data[start - 3] === 0;
    if (!coded || of(data[start] ?? 0) !== type) return end;
    end = start - 3;
    if (end > 0 && data[end - 1] === 0) end--;
  }
}
