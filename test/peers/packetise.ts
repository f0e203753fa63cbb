import type { Codec } from './accessUnits.ts';

/** RTP packets of an access unit, one after another in one buffer, each behind the four bytes that interleave it on channel 0 (RFC 2326 10.12). */
export interface RtpUnit {
  readonly interleaved: Buffer;
  /** where each packet (without those four bytes) begins and ends */
  readonly packets: readonly { readonly from: number; readonly to: number }[];
}

const PAYLOAD = 1400;
const HEADER = 12;
export const PAYLOAD_TYPE = 96;

/** Packetises an access unit as single NAL unit packets and fragmentation units: RFC 6184 5.6 and 5.8, RFC 7798 4.4.1 and 4.4.3. */
export function packetise(codec: Codec, nals: readonly Buffer[], rtp: { readonly sequence: number; readonly timestamp: number; readonly ssrc: number }): RtpUnit {
  const parts = nals.flatMap((nal) => fragments(codec, nal));
  const total = parts.reduce((sum, { head, body }) => sum + 4 + HEADER + head.length + body.length, 0);
  const out = Buffer.allocUnsafe(total);
  const packets: { from: number; to: number }[] = [];
  let at = 0;
  parts.forEach(({ head, body }, i) => {
    const length = HEADER + head.length + body.length;
    out.writeUInt16BE(0x2400, at);
    out.writeUInt16BE(length, at + 2);
    const from = at + 4;
    out.writeUInt8(0x80, from);
    out.writeUInt8((i === parts.length - 1 ? 0x80 : 0) | PAYLOAD_TYPE, from + 1);
    out.writeUInt16BE((rtp.sequence + i) & 0xffff, from + 2);
    out.writeUInt32BE(rtp.timestamp >>> 0, from + 4);
    out.writeUInt32BE(rtp.ssrc, from + 8);
    head.copy(out, from + HEADER);
    body.copy(out, from + HEADER + head.length);
    at = from + length;
    packets.push({ from, to: at });
  });
  return { interleaved: out, packets };
}

const WHOLE = Buffer.alloc(0);

function fragments(codec: Codec, nal: Buffer): { head: Buffer; body: Buffer }[] {
  if (nal.length <= PAYLOAD) return [{ head: WHOLE, body: nal }];
  const first = nal.readUInt8(0);
  const [skip, type] = codec === 'h264' ? [1, first & 0x1f] : [2, (first >> 1) & 0x3f];
  const indicator = codec === 'h264' ? [(first & 0xe0) | 28] : [(first & 0x81) | (49 << 1), nal.readUInt8(1)];
  const room = PAYLOAD - indicator.length - 1;
  const parts: { head: Buffer; body: Buffer }[] = [];
  for (let at = skip; at < nal.length; at += room) {
    const edges = (at === skip ? 0x80 : 0) | (at + room >= nal.length ? 0x40 : 0);
    parts.push({ head: Buffer.from([...indicator, edges | type]), body: nal.subarray(at, at + room) });
  }
  return parts;
}
