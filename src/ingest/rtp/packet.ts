/** An RTP packet's header (RFC 3550, 5.1), read again and again into the same object: there are hundreds a second. */
export class RtpPacket {
  payloadType = 0;
  sequence = 0;
  /** 32 bits */
  timestamp = 0;
  /** where the payload begins, without CSRC list and extension, and ends, without padding */
  from = 0;
  to = 0;

  /** Reads the packet between two places; false where there is none, as with RTCP (payload types 64..95 with the marker bit). */
  read(bytes: Buffer, from: number, to: number): boolean {
    const length = to - from;
    if (length < 12 || to > bytes.length) return false;
    const [first = 0, second = 0] = [bytes[from], bytes[from + 1]];
    if (first >> 6 !== 2 || isRtcp(second)) return false;
    this.payloadType = second & 0x7f;
    this.sequence = bytes.readUInt16BE(from + 2);
    this.timestamp = bytes.readUInt32BE(from + 4);
    const padding = (first & 0x20) === 0 ? 0 : (bytes[to - 1] ?? 0);
    this.to = length >= 12 + padding ? to - padding : to;
    this.from = from + 12 + 4 * (first & 0x0f);
    if ((first & 0x10) !== 0) this.from = this.from + 4 > this.to ? this.to + 1 : this.from + 4 + 4 * bytes.readUInt16BE(this.from + 2);
    return this.from <= this.to;
  }
}

/** RFC 5761, 4: what tells RTCP from RTP, wherever it comes. */
export const isRtcp = (second: number): boolean => second >= 192 && second <= 210;
