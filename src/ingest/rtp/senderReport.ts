import { isRtcp } from './packet.ts';

/** RTCP's sender reports (RFC 3550, 6.4.1) of one stream, as libav reads them. */
export interface SenderReports {
  /** Takes what may be a compound RTCP packet. */
  take(bytes: Buffer, from: number, to: number): void;
  /** wall clock, ms to the microsecond, that the last report gives an RTP timestamp; undefined before the first one */
  at(timestamp: number): number | undefined;
}

const SENDER_REPORT = 200;
/** s from 1900, where NTP's time begins, to 1970 */
const NTP_EPOCH = 2_208_988_800;

/** @param tick of the RTP timestamps, ms */
export function createSenderReports(tick: number): SenderReports {
  let last: { readonly micros: number; readonly timestamp: number } | undefined;
  return {
    take(bytes, from, to) {
      for (let at = from; at + 4 <= to; ) {
        const [first = 0, type = 0] = [bytes[at], bytes[at + 1]];
        const length = 4 * (bytes.readUInt16BE(at + 2) + 1);
        if (first >> 6 !== 2 || !isRtcp(type) || at + length > to) return;
        if (type === SENDER_REPORT && length >= 28) {
          const micros = (bytes.readUInt32BE(at + 8) - NTP_EPOCH) * 1e6 + Math.floor((bytes.readUInt32BE(at + 12) * 1e6) / 0xffffffff);
          last = { micros, timestamp: bytes.readUInt32BE(at + 16) };
        }
        at += length;
      }
    },
    at: (timestamp) => last && (last.micros + Math.round(((timestamp - last.timestamp) | 0) * tick * 1000)) / 1000,
  };
}
