import type { Reports } from './settings.ts';

const EPOCH_1900 = 2_208_988_800_000;
const CNAME = Buffer.from('camera');

/**
 * An RTCP sender report and its SDES (RFC 3550 6.4.1, 6.5), behind four bytes that interleave it on channel 1.
 * @param report.ntp wall clock, ms
 */
export function senderReport(report: { readonly ssrc: number; readonly ntp: number; readonly rtp: number; readonly packets: number; readonly octets: number }): Buffer {
  const sdes = 4 + 4 + 2 + CNAME.length;
  const padded = Math.ceil((sdes + 1) / 4) * 4;
  const out = Buffer.alloc(4 + 28 + padded);
  out.writeUInt16BE(0x2401, 0);
  out.writeUInt16BE(28 + padded, 2);
  out.writeUInt32BE(0x80c8_0006, 4);
  out.writeUInt32BE(report.ssrc, 8);
  const seconds = Math.floor((report.ntp + EPOCH_1900) / 1000);
  const fraction = (report.ntp + EPOCH_1900) / 1000 - seconds;
  out.writeUInt32BE(seconds % 2 ** 32, 12);
  out.writeUInt32BE(Math.min(2 ** 32 - 1, Math.floor(fraction * 2 ** 32)), 16);
  out.writeUInt32BE(report.rtp >>> 0, 20);
  out.writeUInt32BE(report.packets >>> 0, 24);
  out.writeUInt32BE(report.octets >>> 0, 28);
  out.writeUInt32BE((0x81ca_0000 | (padded / 4 - 1)) >>> 0, 32);
  out.writeUInt32BE(report.ssrc, 36);
  out.writeUInt8(1, 40);
  out.writeUInt8(CNAME.length, 41);
  CNAME.copy(out, 42);
  return out;
}

/** The moments at which a camera makes its reports, and how late each goes out. */
export interface ReportSchedule {
  /** begins anew with the present settings */
  restart(): void;
  /** one out of turn */
  once(send: (made: number, late: number) => void): void;
  close(): void;
}

/** @param send gets the moment at which a report was made (wall clock, ms) and, `late` ms after it, is called */
export function scheduleReports(settings: () => Reports, random: () => number, send: (made: number, late: number) => void): ReportSchedule {
  const waiting = new Set<NodeJS.Timeout>();
  let interval: NodeJS.Timeout | undefined;
  const once = (how: typeof send): void => {
    const { late: mean, prompt } = settings();
    const made = Date.now();
    const late = mean > 0 && random() >= prompt ? -mean * Math.log(1 - random()) : 0;
    if (late === 0) return how(made, 0);
    const timer = setTimeout(() => {
      waiting.delete(timer);
      how(made, late);
    }, late);
    waiting.add(timer);
  };
  return {
    once,
    restart() {
      clearInterval(interval);
      const { every } = settings();
      if (every > 0) interval = setInterval(() => once(send), every);
    },
    close() {
      clearInterval(interval);
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
}
