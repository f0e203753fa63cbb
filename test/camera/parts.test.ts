import { describe, expect, it } from 'vitest';
import { createClockNotice } from '../../src/camera/clockNotice.ts';
import { createStreamCounter } from '../../src/camera/facts.ts';
import { createOrder } from '../../src/camera/order.ts';
import { createPacketMemory } from '../../src/camera/packetMemory.ts';
import { createProgress } from '../../src/camera/progress.ts';

describe('the packets since the last keyframes', () => {
  const memoryOf = (frames: number, every: number) => {
    const freed: number[] = [];
    const memory = createPacketMemory();
    for (let i = 0; i < frames; i++) memory.push({ pts: i * 40, keyframe: i % every === 0, size: 1000, free: () => freed.push(i) });
    return { memory, freed };
  };

  it('are found by the moment that a decoder has to reach back to', () => {
    const { memory } = memoryOf(200, 50);
    expect(memory.keyframeBefore(150 * 40)).toBe(150);
    expect(memory.keyframeBefore(149 * 40)).toBe(100);
    expect(memory.keyframeBefore(-1)).toBeUndefined();
    expect(memory.oldestKeyframe()).toBe(0);
    expect(memory).toMatchObject({ end: 200, newest: 199 * 40 });
  });

  it('are let go of, each once, when they are not needed any longer', () => {
    const { memory, freed } = memoryOf(200, 50);
    memory.trim(100);
    expect(freed).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(memory.at(99)).toBeUndefined();
    expect(memory.at(100)).toMatchObject({ pts: 4000 });
    expect(memory.keyframeBefore(99 * 40)).toBeUndefined();
    memory.trim(50);
    expect(freed).toHaveLength(100);
    memory.trim(memory.end);
    expect(freed).toHaveLength(200);
  });

  it('are bounded where a stream sends no keyframe for minutes', () => {
    const { memory, freed } = memoryOf(4001, 10_000);
    expect(freed).toHaveLength(4000);
    expect(memory.at(4000)).toBeDefined();
  });

  it('may come before the stream tells its time', () => {
    const memory = createPacketMemory();
    memory.push({ pts: Number.NaN, keyframe: true, size: 1, free: () => undefined });
    memory.push({ pts: 40, keyframe: false, size: 1, free: () => undefined });
    expect(memory.keyframeBefore(0)).toBe(0);
    expect(memory.newest).toBe(40);
  });
});

describe('decoding', () => {
  it('that catches up is let alone, one that cannot follow is stuck', () => {
    let now = 0;
    const progress = createProgress(() => now);
    const stuck = (behind: number): boolean => {
      now += 500;
      return progress.stuck(behind);
    };
    expect([20_000, 18_000, 15_000, 12_000, 9000, 6000, 3000, 1000, 100].map(stuck)).not.toContain(true);
    expect([2500, 2600, 2600, 2500, 2700, 2800, 2900].map(stuck)).not.toContain(true);
    expect(stuck(2900)).toBe(true);
    progress.begin();
    expect(stuck(9000)).toBe(false);
  });
});

describe('the order of what is told', () => {
  it('never runs backwards by a moment, but a clock that was set counts', () => {
    expect([1000, 2000, 1500, 2000, 2001].map(createOrder())).toEqual([true, true, false, false, true]);
    expect([60_000, 70_000, 10_000, 10_500].map(createOrder())).toEqual([true, true, true, true]);
  });
});

describe('what a stream says of itself', () => {
  it('is measured over frames out of order and through pauses', () => {
    const counter = createStreamCounter();
    for (let i = 0; i < 200; i++) counter.packet((i + (i % 3 === 0 ? 2 : -1)) * 40 + (i > 150 ? 9000 : 0), i % 50 === 0, 5000);
    expect(counter.fps).toBeCloseTo(25);
    expect(counter.told).toMatchObject({ packets: 200 });
  });

  it('is told once a second, also after its stamps have jumped', () => {
    const counter = createStreamCounter();
    const told = (from: number): number => Array.from({ length: 100 }, (_, i) => counter.packet(from + i * 40, i % 50 === 0, 1000)).filter(Boolean).length;
    expect(told(0)).toBe(3);
    expect(told(-7_200_000)).toBeGreaterThanOrEqual(3);
    expect(told(9e9)).toBeGreaterThanOrEqual(3);
    expect(counter.told.bitrate).toBeGreaterThan(0);
    expect(counter.keyframeInterval).toBe(2000);
  });
});

describe("a camera's own clock", () => {
  it('is told when it is wrong, when it is wrong by something else, and when it is right again', () => {
    const news = createClockNotice();
    const told = [undefined, 3_600_000.4, 3_600_020, 3_600_900, 1200, undefined, undefined, -1500].map((offset) => news({ believed: 'camera', reports: 3, offset }));
    expect(told).toEqual([undefined, 3_600_000, undefined, undefined, 1200, null, undefined, -1500]);
  });

  it('that was wrong is not right because a new connection knows nothing yet', () => {
    const news = createClockNotice();
    expect(news({ believed: 'arrival', reports: 2, offset: 9000 })).toBe(9000);
    expect(news({ believed: 'arrival', reports: 0 })).toBeUndefined();
    expect(news({ believed: 'arrival', reports: 4, offset: 9100 })).toBeUndefined();
  });
});
