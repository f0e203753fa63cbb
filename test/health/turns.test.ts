import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { spareRoom } from '../../src/health/spare.ts';
import { createTurns } from '../../src/health/turns.ts';
import type { Turns } from '../../src/health/turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** So many that want a turn: who has begun so far, in order, and what ends or gives up each one's. */
function queue(turns: Turns, count: number): { readonly begun: number[]; readonly over: (() => void)[] } {
  const begun: number[] = [];
  return { begun, over: Array.from({ length: count }, (_, i) => turns(() => begun.push(i))) };
}

describe('turns', () => {
  it('come in order, as many at a time as there is room', () => {
    const { begun, over } = queue(createTurns({ atOnce: () => 2, longest: 20_000 }), 5);
    expect(begun).toEqual([0, 1]);
    over[1]?.();
    expect(begun).toEqual([0, 1, 2]);
    over[1]?.();
    expect(begun).toEqual([0, 1, 2]);
    over[0]?.();
    over[2]?.();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it('are not kept for who has gone, nor by who does not end', () => {
    const turns = createTurns({ atOnce: () => 1, longest: 20_000 });
    const { begun, over } = queue(turns, 4);
    over[1]?.();
    over[2]?.();
    vi.advanceTimersByTime(19_999);
    expect(begun).toEqual([0]);
    vi.advanceTimersByTime(1);
    expect(begun).toEqual([0, 3]);
    // ended long ago: that is not another place
    over[0]?.();
    expect(queue(turns, 1).begun).toEqual([]);
  });

  it('come before others where that is urgent', () => {
    const turns = createTurns({ atOnce: () => 1, longest: 20_000 });
    const { begun, over } = queue(turns, 2);
    turns(() => begun.push(9), true);
    over[0]?.();
    expect(begun).toEqual([0, 9]);
  });

  it('that end while they begin make room', () => {
    const begun: number[] = [];
    const turns = createTurns({ atOnce: () => 1, longest: 20_000 });
    for (let i = 0; i < 3; i++) {
      turns((over) => {
        begun.push(i);
        over();
      });
    }
    expect(begun).toEqual([0, 1, 2]);
  });
});

describe('the room for heavy work', () => {
  /** A machine of two cores whose load is set by hand; its clocks run with the timers. */
  function machine() {
    let [idle, total, at, spare] = [0, 0, Date.now(), 1];
    const times = () => {
      const passed = 2 * (Date.now() - at);
      at = Date.now();
      idle += spare * passed;
      total += passed;
      return { idle, total };
    };
    return {
      room: spareRoom({ cores: 2, times, now: () => Date.now() }),
      set spare(share: number) {
        times();
        spare = share;
      },
    };
  }

  it('is one for each core at once, and grows second by second while time is left over', () => {
    const { room } = machine();
    const { begun } = queue(createTurns({ atOnce: room, longest: 60_000 }), 20);
    const counts = Array.from({ length: 7 }, () => {
      vi.advanceTimersByTime(1000);
      return begun.length;
    });
    expect(counts).toEqual([4, 6, 8, 8, 8, 8, 8]);
  });

  it('is one for each core however great the load', () => {
    const busy = machine();
    busy.spare = 0.1;
    const { begun, over } = queue(createTurns({ atOnce: busy.room, longest: 60_000 }), 20);
    vi.advanceTimersByTime(10_000);
    expect(begun).toHaveLength(2);
    over[0]?.();
    expect(begun).toEqual([0, 1, 2]);
    busy.spare = 0.5;
    vi.advanceTimersByTime(2000);
    expect(begun.length).toBeGreaterThan(3);
  });

  it('is not what there was room for an hour ago', () => {
    const { room } = machine();
    room(0);
    vi.advanceTimersByTime(1000);
    expect(room(2)).toBe(4);
    vi.advanceTimersByTime(3_600_000);
    expect(room(2)).toBe(2);
  });

  it('is told by this machine', () => {
    expect(spareRoom()(0)).toBeGreaterThanOrEqual(1);
  });
});
