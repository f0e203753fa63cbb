import { describe, expect, it } from 'vitest';
import { RtpHold } from '../../../src/ingest/rtp/hold.ts';
import type { RelayedUnit } from '../../../src/ingest/rtp/relayedUnit.ts';
import { walkInterleaved } from '../../../src/network/interleaved.ts';
import { packetise } from '../../peers/packetise.ts';
import { createRandom } from '../random.ts';

const KEYFRAMES = 10;
const MESSAGE = Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Length: 2\r\n\r\n$$');
const REPORT = Buffer.concat([Buffer.from([0x24, 1, 0, 28, 0x80, 200, 0, 6]), Buffer.alloc(24)]);

interface Sent {
  readonly bytes: Buffer;
  readonly sequence: number;
  readonly packets: number;
}

/** Access units of H.264 as they come over the wire, from `first` on. */
function film(count: number, first = 0): Sent[] {
  const random = createRandom(first + 1);
  let sequence = 65_500 + first * 3;
  return Array.from({ length: count }, (_, i) => {
    const n = first + i;
    const nal = Buffer.from(Array.from({ length: 40 + Math.floor(random() * 4000) }, () => 1 + Math.floor(random() * 255)));
    nal[0] = n % KEYFRAMES === 0 ? 0x65 : 0x41;
    const { interleaved, packets } = packetise('h264', [nal], { sequence, timestamp: 0xffff_0000 + 3600 * n, ssrc: 4 });
    const sent = { bytes: interleaved, sequence, packets: packets.length };
    sequence += packets.length;
    return sent;
  });
}
/** The first frame of an access unit. */
const beginning = ({ bytes }: Sent): Buffer => bytes.subarray(0, 4 + bytes.readUInt16BE(2));
const bytesOf = (units: readonly Sent[]): Buffer => Buffer.concat(units.map(({ bytes }) => bytes));

function open(): { hold: RtpHold; units: RelayedUnit[]; out: Buffer[]; broken: () => boolean; feed(bytes: Buffer, step?: number): Promise<void> } {
  const [units, out]: [RelayedUnit[], Buffer[]] = [[], []];
  let broken = false;
  const hold = new RtpHold(0, 60_000);
  hold.attach((bytes) => out.push(...bytes.map((one) => Buffer.from(one))));
  hold.start('h264', 1 / 90, { unit: (unit) => units.push(unit), broken: () => (broken = true), flows: () => undefined });
  return {
    hold, units, out, broken: () => broken,
    async feed(bytes, step = 1000) {
      for (let at = 0; at < bytes.length; at += step) {
        // the relay's buffer is another's after each call
        const chunk = Buffer.from(bytes.subarray(at, at + step));
        out.push(...hold.take(chunk).map((one) => Buffer.from(one)));
        chunk.fill(0xee);
        await Promise.resolve();
      }
    },
  };
}

/** Sequence numbers of the RTP packets in a stream. */
function sequences(bytes: Buffer): number[] {
  const found: number[] = [];
  expect(walkInterleaved(bytes, (own, from, _to, channel) => void (channel === 0 && found.push(own.readUInt16BE(from + 6))))).toBe(bytes.length);
  return found;
}
const placeOf = (units: readonly RelayedUnit[], n: number): number => units[n]?.place ?? Number.NaN;

describe('what stands in the way of a stream', () => {
  it.each([1, 3, 17, 1500, 100_000])('passes everything on as it is, in pieces of %d bytes', async (step) => {
    const { hold, units, out, feed } = open();
    const bytes = Buffer.concat([bytesOf(film(8)), MESSAGE, REPORT, bytesOf(film(7, 8)), MESSAGE]);
    await feed(bytes, step);
    expect(Buffer.concat(out).equals(bytes)).toBe(true);
    expect(units.map(({ keyframe, place }) => ({ keyframe, place }))).toEqual(Array.from({ length: 14 }, (_, i) => ({ keyframe: i % KEYFRAMES === 0, place: undefined })));
    expect(hold.size).toBe(0);
  });

  it.each([1, 999, 100_000])('holds from behind the beginning of an access unit on, and gives it out unchanged, but for reports and messages, which do not wait (%d)', async (step) => {
    const { hold, units, out, feed } = open();
    const [early, late] = [film(5), film(9, 5)];
    await feed(bytesOf(early), step);
    hold.hold();
    const before = Buffer.concat(out).length;
    await feed(Buffer.concat([bytesOf(late.slice(0, 4)), REPORT, MESSAGE, bytesOf(late.slice(4))]), step);
    expect(hold.holding).toBe(true);
    const passed = Buffer.concat([...late.slice(0, 1).map(beginning), REPORT, MESSAGE]);
    expect(Buffer.concat(out).subarray(before).equals(passed)).toBe(true);
    const held = bytesOf(late).subarray(passed.length - REPORT.length - MESSAGE.length);
    expect(hold.size).toBe(held.length);
    hold.release();
    expect(Buffer.concat(out).subarray(before + passed.length).equals(held)).toBe(true);
    expect(hold.size).toBe(0);
    const [unit] = units.slice(10, 11);
    expect(unit?.keyframe).toBe(true);
  });

  it('tells a held keyframe by its bytes', async () => {
    const { hold, units, feed } = open();
    await feed(bytesOf(film(3)));
    hold.hold();
    await feed(bytesOf(film(11, 3)), 700);
    const [keyframe] = units.filter((unit) => unit.keyframe && unit.place !== undefined);
    const data = keyframe && hold.data(keyframe);
    expect(data?.length).toBe(keyframe?.size);
    expect(data?.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 1, 0x65]));
    expect(units[1] && hold.data(units[1])).toBeUndefined();
  });

  it('leaves no gap in the sequence numbers where something is dropped, then or later', async () => {
    const { hold, units, out, feed } = open();
    const all = film(45);
    await feed(bytesOf(all.slice(0, 5)));
    hold.hold();
    await feed(bytesOf(all.slice(5, 32)));
    hold.drop(placeOf(units, 20), units[18], units[19]);
    hold.drop(placeOf(units, 30));
    hold.release();
    await feed(bytesOf(all.slice(32)), 1);
    const passed = Buffer.concat(out);
    const kept = [...all.slice(0, 5), ...all.slice(18, 19), ...all.slice(30)];
    const begun = [all[5], all[19]].flatMap((unit) => (unit ? [beginning(unit)] : []));
    expect(passed.length).toBe(bytesOf(kept).length + Buffer.concat(begun).length);
    const count = kept.reduce((sum, { packets }) => sum + packets, 0) + begun.length;
    expect(sequences(passed)).toEqual(Array.from({ length: count }, (_, i) => (65_500 + i) & 0xffff));
    // and once it tells nothing any more
    hold.stop();
    await feed(bytesOf(film(1, 45)));
    const [next] = sequences(Buffer.concat(out)).slice(count);
    expect(next).toBe((65_500 + count + ((film(1, 45)[0]?.sequence ?? 0) - (all.at(-1)?.sequence ?? 0) - (all.at(-1)?.packets ?? 0))) & 0xffff);
  });

  it('passes on as it is what it does not understand, after all that it held', async () => {
    const { hold, units, out, broken, feed } = open();
    const nonsense = Buffer.from('\0\0 nonsense $$$');
    await feed(bytesOf(film(5)));
    hold.hold();
    await feed(Buffer.concat([bytesOf(film(5, 5)), nonsense]), 5000);
    expect(broken()).toBe(true);
    await feed(Buffer.concat([nonsense, bytesOf(film(3, 10))]));
    const told = units.length;
    expect(Buffer.concat(out).equals(Buffer.concat([bytesOf(film(5)), bytesOf(film(5, 5)), nonsense, nonsense, bytesOf(film(3, 10))]))).toBe(true);
    hold.hold();
    await feed(bytesOf(film(3, 13)));
    expect([hold.holding, units.length]).toEqual([false, told]);
  });

  it('never throws, and loses nothing while it holds nothing, whatever comes', async () => {
    const random = createRandom(4);
    for (let round = 0; round < 300; round++) {
      const { out, feed } = open();
      const bytes = Buffer.concat([bytesOf(film(4)), REPORT, MESSAGE, bytesOf(film(2, 4))]);
      for (let i = 0; i < 12; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      await feed(bytes, 1 + Math.floor(random() * 3000));
      const passed = Buffer.concat(out);
      expect(passed.equals(bytes.subarray(0, passed.length))).toBe(true);
    }
  });

  it('tells nothing of a codec that it cannot take apart, nor of other channels and payload types', async () => {
    expect(new RtpHold(0, 60_000).start('av1', 1 / 90, { unit: () => undefined, broken: () => undefined, flows: () => undefined })).toBe(false);
    const { hold, units, out, feed } = open();
    await feed(bytesOf(film(3)));
    hold.hold();
    await feed(bytesOf(film(3, 3)));
    const before = Buffer.concat(out).length;
    const [sound, other] = [bytesOf(film(1, 9)), bytesOf(film(1, 9))];
    for (let at = 0; at < sound.length; at += 4 + sound.readUInt16BE(at + 2)) sound[at + 1] = 2;
    for (let at = 0; at < other.length; at += 4 + other.readUInt16BE(at + 2)) other[at + 5] = 97;
    await feed(Buffer.concat([sound, other]));
    expect(Buffer.concat(out).subarray(before).equals(Buffer.concat([sound, other]))).toBe(true);
    expect(units.length).toBe(5);
  });
});
