import { describe, expect, it } from 'vitest';
import { createAccessUnits } from '../../../src/ingest/rtp/accessUnits.ts';
import type { AccessUnit } from '../../../src/ingest/rtp/accessUnits.ts';
import { RtpPacket } from '../../../src/ingest/rtp/packet.ts';
import { createSenderReports } from '../../../src/ingest/rtp/senderReport.ts';
import { packetKind } from '../../../src/sample/packetKind.ts';
import { payloadSize } from '../../../src/sample/payloadSize.ts';
import { packetise } from '../../peers/packetise.ts';
import { senderReport } from '../../peers/reports.ts';
import { createRandom } from '../random.ts';

const random = createRandom(11);
const START = Buffer.from([0, 0, 0, 1]);

/** A NAL unit of this header and length, without zeros that could look like a start code. */
function nal(header: readonly number[], length: number): Buffer {
  return Buffer.concat([Buffer.from(header), Buffer.from(Array.from({ length: length - header.length }, () => 1 + Math.floor(random() * 255)))]);
}
const filler = (header: readonly number[], length: number): Buffer => Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff), Buffer.from([0x80])]);
const annexB = (nals: readonly Buffer[]): Buffer => Buffer.concat(nals.flatMap((one) => [START, one]));

function read(codec: string, list: readonly Buffer[], whole = true): AccessUnit[] {
  const units = createAccessUnits(codec);
  if (!units) throw new Error('It knows no such codec.');
  units.whole = whole;
  const rtp = new RtpPacket();
  return list.flatMap((bytes) => (rtp.read(bytes, 0, bytes.length) ? (units.packet(rtp, bytes) ?? []) : []));
}

/** The RTP packets of several access units, and one more that ends them. */
function packets(codec: 'h264' | 'hevc', groups: readonly (readonly Buffer[])[], timestamp = 1000): Buffer[] {
  return [...groups, [nal(codec === 'h264' ? [0x41] : [2, 1], 20)]].flatMap((nals, i) => {
    const made = packetise(codec, nals, { sequence: 65_530 + i, timestamp: timestamp + 3600 * i, ssrc: 9 });
    return made.packets.map(({ from, to }) => Buffer.from(made.interleaved.subarray(from, to)));
  });
}

/** The same packet with a payload of its own, CSRCs, an extension and padding. */
function dressed(bytes: Buffer, payload: Buffer, extra: { csrc?: number; extension?: number; padding?: number } = {}): Buffer {
  const { csrc = 0, extension, padding = 0 } = extra;
  const head = Buffer.from(bytes.subarray(0, 12));
  head[0] = 0x80 | csrc | (extension === undefined ? 0 : 0x10) | (padding > 0 ? 0x20 : 0);
  const words = extension === undefined ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0xbe, 0xde, extension >> 8, extension & 255]), Buffer.alloc(4 * extension, 7)]);
  const pad = padding > 0 ? Buffer.concat([Buffer.alloc(padding - 1), Buffer.from([padding])]) : Buffer.alloc(0);
  return Buffer.concat([head, Buffer.alloc(4 * csrc, 5), words, payload, pad]);
}

describe.each([
  ['h264', { slice: [0x41], key: [0x65], sets: [[0x67], [0x68]], prefix: [0x6e, 0x80, 0x80, 0x40], filler: [0x0c] }],
  ['hevc', { slice: [0x02, 0x01], key: [0x26, 0x01], sets: [[0x40, 0x01], [0x42, 0x01], [0x44, 0x01]], prefix: [0x4e, 0x01], filler: [0x4c, 0x01] }],
] as const)('the access units of %s', (codec, kinds) => {
  const sets = kinds.sets.map((header) => nal(header, 30));
  const groups = [
    [...sets, nal(kinds.key, 9000)],
    [nal(kinds.slice, 500)],
    [nal(kinds.prefix, 12), nal(kinds.slice, 4000), nal(kinds.slice, 1399)],
    [nal(kinds.slice, 200), filler(kinds.filler, 3000)],
    [nal(kinds.slice, 200), filler(kinds.filler, 40), filler(kinds.filler, 1700)],
  ];

  it('have the size, the kind and the bytes of what libav gives out', () => {
    const units = read(codec, packets(codec, groups));
    expect(units.length).toBe(groups.length);
    units.forEach((unit, i) => {
      const data = annexB(groups[i] ?? []);
      expect(unit).toMatchObject({ timestamp: 1000 + 3600 * i, size: data.length, keyframe: i === 0 });
      expect(unit.size - unit.filler).toBe(payloadSize(codec, data));
      expect(packetKind(codec, unit.head, unit.keyframe)).toBe(packetKind(codec, data, unit.keyframe));
      expect(unit.data).toEqual(i === 0 ? data : undefined);
    });
  });

  it('may be aggregated, and come with CSRCs, extensions and padding', () => {
    const [first = Buffer.alloc(0), ...rest] = packets(codec, [[nal(kinds.slice, 50)], [nal(kinds.slice, 50)]]);
    const nals = [...sets, nal(kinds.key, 300)];
    const sized = nals.flatMap((one) => [Buffer.from([one.length >> 8, one.length & 255]), one]);
    const aggregate = Buffer.concat([Buffer.from(codec === 'h264' ? [0x78] : [0x60, 0x01]), ...sized]);
    for (const extra of [{}, { csrc: 3 }, { extension: 0 }, { extension: 2, padding: 4 }, { csrc: 1, extension: 1, padding: 1 }]) {
      const [unit] = read(codec, [dressed(first, aggregate, extra), ...rest]);
      expect(unit).toMatchObject({ size: annexB(nals).length, keyframe: true, data: annexB(nals) });
    }
  });

  it('survive whatever comes', () => {
    for (let i = 0; i < 20_000; i++) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)));
      if (bytes.length > 1 && i % 2 === 0) bytes[0] = 0x80 | Math.floor(random() * 64);
      if (bytes.length > 13 && i % 3 === 0) bytes[12] = [0x78, 0x7c, 0x60, 0x62, 0x7f][i % 5] ?? 0;
      expect(() => read(codec, [bytes, ...packets(codec, [[nal(kinds.slice, 20)]])])).not.toThrow();
    }
  });
});

describe('sender reports', () => {
  it('tell the time of a timestamp, over its wrap as well', () => {
    const reports = createSenderReports(1 / 90);
    expect(reports.at(5)).toBeUndefined();
    const now = 1_790_000_000_123;
    const bytes = senderReport({ ssrc: 1, packets: 3, octets: 5, ntp: now, rtp: 0xffff_ff00 }).subarray(4);
    reports.take(bytes, 0, bytes.length);
    expect(reports.at(0xffff_ff00)).toBeCloseTo(now, 2);
    expect(reports.at(0xffff_ff00 - 9000)).toBeCloseTo(now - 100, 2);
    expect(reports.at(9000 - 256)).toBeCloseTo(now + 100, 2);
    expect(() => reports.take(bytes.subarray(0, 17), 0, 17)).not.toThrow();
    expect(reports.at(0xffff_ff00)).toBeCloseTo(now, 2);
  });
});
