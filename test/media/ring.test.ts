import { CodecParameters, Packet } from 'node-av/lib';
import { describe, expect, it } from 'vitest';
import { planClip } from '../../src/camera/clipPlan.ts';
import { createPacketRing } from '../../src/camera/packetRing.ts';
import type { Group, PacketRing, TimedTrack } from '../../src/camera/packetRing.ts';
import { createDecodeTimes } from '../../src/media/decodeTimes.ts';

const EPOCH = 1_700_000_000_000;
const packet = new Packet();

function trackOf(epoch: number | undefined = EPOCH): TimedTrack {
  return { codec: 'h264', codecpar: new CodecParameters(), timeBase: { num: 1, den: 1000 }, read: (pts) => (epoch === undefined ? undefined : { at: epoch + pts, uncertainty: 1, timeSource: 'arrival' }) };
}

function ringOf(seconds = 20, bytes = 1e6) {
  const clock = { now: 0 };
  const ring = createPacketRing({ seconds, bytes }, () => clock.now);
  const freed: number[] = [];
  const put = (track: TimedTrack, pts: number, keyframe: boolean, size = 100): void => {
    clock.now = pts;
    ring.push(track, { packet, pts, keyframe, size, free: () => freed.push(pts) });
  };
  return { ring, clock, freed, put };
}

/** 25 pictures a second, a keyframe each second. */
function fill(put: (track: TimedTrack, pts: number, keyframe: boolean) => void, track: TimedTrack, from: number, to: number): void {
  for (let pts = from; pts < to; pts += 40) put(track, pts, (pts - from) % 1000 === 0);
}

const starts = (groups: readonly Group[]): (number | undefined)[] => groups.map((group) => group.packets[0]?.pts);

describe('the ring of packets', () => {
  it('holds whole groups, and the time that it is to hold', () => {
    const { ring, put, freed } = ringOf(5);
    fill(put, trackOf(), 0, 20_000);
    // the newest keyframe came at 19 s: what is needed for 14 s begins with it
    expect(starts(ring.groups)).toEqual([14_000, 15_000, 16_000, 17_000, 18_000, 19_000]);
    expect(freed).toHaveLength(14 * 25);
    expect(new Set(freed).size).toBe(freed.length);
    expect(ring.groups.reduce((sum, group) => sum + group.bytes, 0)).toBe(ring.bytes);
  });

  it('is bounded in bytes, also where a stream sends no keyframe for long', () => {
    const { ring, put, freed } = ringOf(1000, 100_000);
    fill(put, trackOf(), 0, 20_000);
    expect(ring.bytes).toBeLessThanOrEqual(100_000);
    expect(ring.groups.length).toBeGreaterThan(2);
    for (let i = 0; i < 1000; i++) put(trackOf(), 20_000 + 40 * i, i === 0);
    expect(ring.bytes).toBe(0);
    // what does not begin with a keyframe is not kept
    expect(ring.groups).toHaveLength(0);
    expect(freed).toHaveLength(500 + 1000);
    put(trackOf(), 70_000, true);
    expect(starts(ring.groups)).toEqual([70_000]);
    ring.clear();
    expect([ring.bytes, freed.length]).toEqual([0, 1501]);
  });

  it('keeps nothing that cannot be decoded: before a keyframe, without a time, after a leap', () => {
    const { ring, put, freed } = ringOf();
    const track = trackOf();
    put(track, 0, false);
    put(track, Number.NaN, true);
    put(track, 40, false);
    expect([ring.groups.length, freed.length]).toEqual([0, 3]);
    put(track, 1000, true);
    put(track, 1040, false);
    put(track, 90_000, false);
    put(track, 90_040, false);
    put(track, 91_000, true);
    put(track, Number.NaN, false);
    put(track, 91_080, false);
    expect(ring.groups.map((group) => group.packets.length)).toEqual([2, 1]);
  });

  it('keeps the wall clock of what came before its time line jumped', () => {
    const { ring, put } = ringOf();
    let epoch = EPOCH;
    const track: TimedTrack = { ...trackOf(), read: (pts) => ({ at: epoch + pts, uncertainty: 1, timeSource: 'rtcp' }) };
    fill(put, track, 0, 2000);
    put(track, 2000, true);
    epoch += 5_000_000;
    put(track, 3000, true);
    expect(planClip(ring.groups, EPOCH, EPOCH + 2500).map((group) => group.at)).toEqual([EPOCH, EPOCH + 1000]);
  });
});

describe('a clip is planned', () => {
  const plan = (ring: PacketRing, from: number, to: number) => starts(planClip(ring.groups, EPOCH + from, EPOCH + to));

  it('from the keyframe at or before its start to the first one after its end', () => {
    const { ring, put } = ringOf();
    fill(put, trackOf(), 0, 10_000);
    expect(plan(ring, 3500, 5500)).toEqual([3000, 4000, 5000, 6000]);
    expect(plan(ring, 3000, 3100)).toEqual([3000, 4000]);
    expect(plan(ring, 9500, 30_000)).toEqual([9000]);
    expect(plan(ring, -9000, 500)).toEqual([0, 1000]);
    expect(plan(ring, -9000, -500)).toEqual([]);
    expect(plan(ring, 12_000, 15_000)).toEqual([]);
  });

  it('over a gap that a sleeping camera left, but never begins with one', () => {
    const { ring, put } = ringOf();
    const track = trackOf();
    put(track, 0, true);
    fill(put, track, 9000, 12_000);
    expect(plan(ring, 4000, 11_500)).toEqual([9000, 10_000, 11_000]);
    expect(plan(ring, 500, 9500)).toEqual([0, 9000, 10_000]);
    const { ring: torn, put: later } = ringOf(100);
    fill(later, track, 0, 2000);
    fill(later, track, 50_000, 52_000);
    expect(plan(torn, 0, 60_000)).toEqual([0, 1000]);
  });

  it('from one connection alone, that which shows most of it', () => {
    const { ring, put } = ringOf();
    fill(put, trackOf(), 0, 3000);
    ring.cut();
    fill(put, trackOf(), 4000, 10_000);
    expect(plan(ring, 1000, 9000)).toEqual([4000, 5000, 6000, 7000, 8000, 9000]);
    expect(plan(ring, 0, 4500)).toEqual([0, 1000, 2000]);
  });

  it('from nothing while no clock tells', () => {
    const { ring, put } = ringOf();
    fill(put, { ...trackOf(), read: () => undefined }, 0, 3000);
    expect(planClip(ring.groups, 0, Number.MAX_SAFE_INTEGER)).toEqual([]);
  });
});

describe('decoding times', () => {
  const all = (order: readonly number[]) => {
    const times = createDecodeTimes<number>();
    return [...order.flatMap((pts, item) => times.push(item, pts)), ...times.drain()];
  };

  it('are the pictures’ own where none is reordered', () => {
    const order = Array.from({ length: 40 }, (_, i) => 3600 * i);
    expect(all(order)).toEqual(order.map((pts, item) => ({ item, pts, dts: pts, whole: true })));
  });

  it('rise, and are never later than their pictures, for B-frames that refer to B-frames', () => {
    // I, then P with three B-frames before it: 4 2 1 3
    const order = [0, ...Array.from({ length: 10 }, (_, i) => [4, 2, 1, 3].map((k) => 40 * (4 * i + k))).flat()];
    const told = all(order);
    expect(told.map(({ pts }) => pts)).toEqual(order);
    expect(told[0]?.dts).toBe(-80);
    expect(told.every(({ dts }, i) => dts === 40 * i - 80)).toBe(true);
    // a group of them is whole with its last one
    expect(told.filter(({ whole }) => whole).map(({ item }) => item)).toEqual(order.flatMap((_, i) => (i % 4 === 0 ? [i] : [])));
  });

  it('rise whatever comes', () => {
    const told = all([0, 40, 40, 40, 10_000, 80, 120, -500, 160, ...Array.from({ length: 40 }, (_, i) => 200 + ((i * 7919) % 40) * 40)]);
    expect(told).toHaveLength(49);
    expect(told.every(({ dts, pts }, i) => pts >= dts && dts > (told[i - 1]?.dts ?? Number.NEGATIVE_INFINITY))).toBe(true);
  });
});
