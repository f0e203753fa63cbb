import type { Codec } from '../peers/accessUnits.ts';

/** An access unit as it is to be sent, whatever is in it. */
export interface Unit {
  readonly nals: readonly Buffer[];
  /** 90 kHz */
  readonly pts: number;
}

const PMT_PID = 0x1000;
const VIDEO_PID = 0x100;
const STREAM_TYPES: Record<Codec, number> = { h264: 0x1b, hevc: 0x24 };
const PAYLOAD = 184;
const START_CODE = Buffer.from([0, 0, 0, 1]);

/** An MPEG transport stream (ISO/IEC 13818-1) of these units, each in a PES packet of its own: a container that lets any bytes through. */
export function writeTransportStream(codec: Codec, units: readonly Unit[]): Buffer {
  const counters = new Map<number, number>();
  const packets: Buffer[] = [];
  const put = (pid: number, data: Buffer): void => {
    for (let at = 0; at < data.length; at += PAYLOAD) packets.push(packet(counters, pid, data.subarray(at, at + PAYLOAD), at === 0));
  };
  for (const [i, { nals, pts }] of units.entries()) {
    if (i % 20 === 0) {
      put(0, section(0, Buffer.from([0, 1, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff])));
      put(PMT_PID, section(2, Buffer.from([0xe0 | (VIDEO_PID >> 8), VIDEO_PID & 0xff, 0xf0, 0, STREAM_TYPES[codec], 0xe0 | (VIDEO_PID >> 8), VIDEO_PID & 0xff, 0xf0, 0])));
    }
    put(VIDEO_PID, Buffer.concat([pesHeader(pts), ...nals.flatMap((nal) => [START_CODE, nal])]));
  }
  return Buffer.concat(packets);
}

/** 2.4.3.2; what is missing to 184 bytes is stuffed into the adaptation field. */
function packet(counters: Map<number, number>, pid: number, payload: Buffer, first: boolean): Buffer {
  const counter = counters.get(pid) ?? 0;
  counters.set(pid, (counter + 1) & 15);
  const missing = PAYLOAD - payload.length;
  const head = Buffer.from([0x47, (first ? 0x40 : 0) | (pid >> 8), pid & 0xff, (missing > 0 ? 0x30 : 0x10) | counter]);
  const stuffing = Buffer.alloc(missing, 0xff);
  if (missing > 0) stuffing[0] = missing - 1;
  if (missing > 1) stuffing[1] = 0;
  return Buffer.concat([head, stuffing, payload]);
}

/** A table in one section (2.4.4), its pointer field before it, its checksum behind. */
function section(table: number, body: Buffer): Buffer {
  const length = 5 + body.length + 4;
  const bytes = Buffer.concat([Buffer.from([table, 0xb0 | (length >> 8), length & 0xff, 0, 1, 0xc1, 0, 0]), body, Buffer.alloc(4)]);
  bytes.writeUInt32BE(checksum(bytes.subarray(0, -4)), bytes.length - 4);
  return Buffer.concat([Buffer.from([0]), bytes]);
}

/** CRC-32 of annex A: polynomial 0x04C11DB7, not reflected. */
function checksum(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  }
  return crc >>> 0;
}

/** 2.4.3.6, with a PTS and no length. */
function pesHeader(pts: number): Buffer {
  const time = BigInt(pts) & 0x1_ffff_ffffn;
  const part = (shift: bigint, bits: bigint): number => Number((time >> shift) & ((1n << bits) - 1n));
  const stamp = [0x20 | (part(30n, 3n) << 1) | 1, part(22n, 8n), (part(15n, 7n) << 1) | 1, part(7n, 8n), (part(0n, 7n) << 1) | 1];
  return Buffer.from([0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, ...stamp]);
}
