import { describe, expect, it } from 'vitest';
import { createClock } from '../../../src/ingest/clock/clock.ts';
import type { StreamClock } from '../../../src/ingest/clock/clock.ts';
import { readEncoderDelay } from '../../../src/ingest/clock/encoderDelay.ts';
import { createEnvelope } from '../../../src/ingest/clock/envelope.ts';
import { createRandom } from '../random.ts';

const EPOCH = 1_790_000_000_000;
const FRAME = 1000 / 15;
const clockOf = (opts: Partial<Parameters<typeof createClock>[0]> = {}) => createClock({ framePeriod: () => FRAME, heldBack: () => 0, trueDts: true, ...opts });

/** Feeds packets `arrival = capture + delay` and returns the errors of the times the clock tells, ms. */
function feed(clock: StreamClock, from: number, count: number, packet: (i: number) => { pts: number; capture: number; delay: number; reported?: number }): number[] {
  const errors: number[] = [];
  for (let i = from; i < from + count; i++) {
    const { pts, capture, delay, reported } = packet(i);
    clock.packet({ pts, dts: pts, arrival: capture + delay, reported });
    const time = clock.read(pts);
    if (time) errors.push(time.at - capture);
  }
  return errors;
}

const worst = (errors: readonly number[]): number => Math.max(...errors.map(Math.abs));

describe('the clock', () => {
  it('takes jittered arrivals for late, never early', () => {
    const random = createRandom(1);
    const errors = feed(clockOf(), 0, 900, (i) => ({ pts: i * FRAME, capture: EPOCH + i * FRAME, delay: 20 + 200 * random() ** 3 }));
    expect(worst(errors)).toBeLessThan(30);
  });

  it('is silent until a burst of cached packets is over', () => {
    const clock = clockOf();
    const begin = EPOCH + 150 * FRAME;
    const burst = feed(clock, 0, 150, (i) => ({ pts: i * FRAME, capture: EPOCH + i * FRAME, delay: begin - EPOCH - i * FRAME }));
    expect(burst).toEqual([]);
    const live = feed(clock, 150, 60, (i) => ({ pts: i * FRAME, capture: EPOCH + i * FRAME, delay: 15 }));
    expect(live.length).toBeGreaterThan(40);
    expect(worst(live)).toBeLessThan(20);
    expect(Math.abs((clock.read(100 * FRAME)?.at ?? 0) - (EPOCH + 100 * FRAME))).toBeLessThan(20);
  });

  it('follows a camera whose stamps run fast or slow', () => {
    for (const rate of [1.0005, 25 / 21]) {
      const errors = feed(clockOf(), 0, 1800, (i) => ({ pts: i * FRAME * rate, capture: EPOCH + i * FRAME, delay: 10 + (i % 7) }));
      expect(worst(errors.slice(400))).toBeLessThan(60);
    }
  });

  it('keeps its line through a stall that is made up, and draws a new one where the stream was cut', () => {
    const clock = clockOf();
    feed(clock, 0, 300, (i) => ({ pts: i * FRAME, capture: EPOCH + i * FRAME, delay: 10 }));
    // four seconds of packets at once
    const resume = EPOCH + 360 * FRAME;
    const stalled = feed(clock, 300, 200, (i) => ({ pts: i * FRAME, capture: EPOCH + i * FRAME, delay: Math.max(10, resume - EPOCH - i * FRAME) }));
    expect(worst(stalled)).toBeLessThan(30);
    // a publisher came back after 20 s, and the server goes on counting where it stopped
    const cut = feed(clock, 500, 100, (i) => ({ pts: i * FRAME, capture: EPOCH + 20_000 + i * FRAME, delay: 10 }));
    expect(worst(cut)).toBeLessThan(30);
  });

  it('begins anew when stamps jump ahead', () => {
    const clock = clockOf();
    feed(clock, 0, 200, (i) => ({ pts: i * FRAME, capture: EPOCH + i * FRAME, delay: 10 }));
    const errors = feed(clock, 200, 60, (i) => ({ pts: i * FRAME + 60_000, capture: EPOCH + i * FRAME, delay: 10 }));
    expect(worst(errors.slice(1))).toBeLessThan(30);
  });

  it('prefers sender reports, and takes the least delayed of them', () => {
    const random = createRandom(2);
    let late = 0;
    const clock = clockOf();
    const errors = feed(clock, 0, 1200, (i) => {
      if (i % 75 === 0) late = i % 150 === 0 ? 1 : 300 * random();
      return { pts: i * FRAME, capture: EPOCH + i * FRAME, delay: 400 + 50 * random(), reported: EPOCH + i * FRAME + late };
    });
    expect(worst(errors.slice(100))).toBeLessThan(10);
    expect(clock.source).toBe('rtcp');
  });

  it('does not believe a camera whose clock is wrong by an hour', () => {
    const clock = clockOf();
    const errors = feed(clock, 0, 300, (i) => ({ pts: i * FRAME, capture: EPOCH + i * FRAME, delay: 20, reported: EPOCH + i * FRAME + 3_600_000 }));
    expect(worst(errors)).toBeLessThan(30);
    expect(clock.source).toBe('arrival');
  });

  it('takes the known delay of an encoder out', () => {
    const clock = clockOf();
    clock.encoder({ frames: 12, bframes: 2, dtsFrames: 2 });
    const errors: number[] = [];
    for (let i = 0; i < 300; i++) {
      // a pattern of P b b: the P-frame comes first and is stamped three frames ahead
      const ahead = i % 3 === 0 ? 2 : -1;
      const pts = (i + ahead) * FRAME;
      clock.packet({ pts, dts: (i - 2) * FRAME, arrival: EPOCH + (i + 12) * FRAME, reported: undefined });
      const time = clock.read(pts);
      if (time) errors.push(time.at - (EPOCH + pts));
    }
    expect(worst(errors)).toBeLessThan(5);
  });
});

describe('the envelope', () => {
  it('has no line without points, and forgets', () => {
    const envelope = createEnvelope();
    expect(envelope.line()).toBeUndefined();
    for (let i = 0; i < 1000; i++) envelope.add(i * 1000, EPOCH + i * 1000 + (i < 500 ? 0 : 400));
    expect(envelope.line()?.at(999_000)).toBeCloseTo(EPOCH + 999_400, 0);
  });
});

describe("an encoder's own word", () => {
  const uuid = Buffer.from('dc45e9bde6d948b7962cd820d923eeef', 'hex');
  const sei = (options: string) => Buffer.concat([Buffer.from([0, 0, 2, 9, 6, 5, 255]), uuid, Buffer.from(`x264 - core 164 - options: cabac=1 ${options}\0`)]);

  it('tells how many frames it holds back', () => {
    expect(readEncoderDelay(sei('threads=1 sliced_threads=0 bframes=2 b_pyramid=2 b_adapt=0 rc_lookahead=0 rc=crf mbtree=0'))).toEqual({ frames: 2, bframes: 2, dtsFrames: 2 });
    expect(readEncoderDelay(sei('threads=3 sliced_threads=0 bframes=3 b_pyramid=2 b_adapt=1 rc_lookahead=40 rc=crf mbtree=1'))).toEqual({ frames: 46, bframes: 3, dtsFrames: 2 });
    expect(readEncoderDelay(sei('threads=4 sliced_threads=1 bframes=0 rc_lookahead=0 mbtree=0'))).toEqual({ frames: 0, bframes: 0, dtsFrames: 0 });
  });

  it('is not invented', () => {
    expect(readEncoderDelay(Buffer.alloc(5000, 7))).toBeUndefined();
    expect(readEncoderDelay(Buffer.concat([uuid, Buffer.from('other')]))).toBeUndefined();
  });
});
