import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLifeSigns } from '../../src/camera/lifeSigns.ts';
import type { Shown } from '../../src/camera/lifeSigns.ts';
import { startWatchdog } from '../../src/camera/watchdog.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A watchdog whose process is late: between two of its ticks `late` ms more pass than they should. */
function watched() {
  let late = 0;
  const watchdog = startWatchdog(6500, () => Date.now() + late);
  const run = (seconds: number, lateness = 0): boolean => {
    for (let i = 0; i < seconds; i++) {
      late += lateness;
      vi.advanceTimersByTime(1000);
    }
    return watchdog.barked;
  };
  return { watchdog, run, stopped: (ms: number) => (late += ms) };
}

describe('the watchdog', () => {
  it('tells a silence within 8 s, and interrupts what waits', () => {
    const { watchdog, run } = watched();
    const interrupted = vi.fn<() => void>();
    watchdog.guard(interrupted);
    run(3);
    vi.advanceTimersByTime(300);
    watchdog.feed();
    expect(run(6)).toBe(false);
    expect(interrupted).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2000);
    expect(watchdog.barked).toBe(true);
    expect(interrupted).toHaveBeenCalledOnce();
    watchdog.stop();
  });

  it('does not take its own lateness for silence', () => {
    const { watchdog, run, stopped } = watched();
    expect(run(2)).toBe(false);
    stopped(3_600_000);
    expect(run(1)).toBe(false);
    watchdog.feed();
    // every tick three times as late as it should be
    expect(run(6, 2000)).toBe(false);
    expect(run(2, 2000)).toBe(true);
    watchdog.stop();
  });
});

describe('the signs that a stream lives', () => {
  const still: Shown = { asleep: false, busy: false, decoded: 0, taken: 0, behind: 40 };

  it('are pictures, or packets while nobody decodes', () => {
    const lives = createLifeSigns(() => 0);
    expect(lives({ ...still, decoded: 1, taken: 1 })).toBe(true);
    expect(lives({ ...still, decoded: 2, taken: 2 })).toBe(true);
    expect(lives({ ...still, decoded: 2, taken: 2 })).toBe(false);
    expect(lives({ ...still, decoded: 2, taken: 2, asleep: true })).toBe(true);
    // a check that never ends
    expect(lives({ ...still, decoded: 2, taken: 2, asleep: true, busy: true })).toBe(false);
  });

  it('are packets decoded while there is a backlog, but not packets that give no picture where there is none', () => {
    const lives = createLifeSigns(() => 0);
    lives({ ...still, decoded: 1, taken: 1 });
    expect(lives({ ...still, decoded: 1, taken: 2, behind: 5000 })).toBe(true);
    expect(lives({ ...still, decoded: 1, taken: 2, behind: 6000, busy: true })).toBe(false);
    expect(lives({ ...still, decoded: 1, taken: 3, behind: 40 })).toBe(false);
  });

  it('are packets for a minute before the first picture, asleep or awake', () => {
    let now = 0;
    const lives = createLifeSigns(() => now);
    now = 59_000;
    expect(lives(still)).toBe(true);
    now = 61_000;
    expect(lives(still)).toBe(false);
    expect(lives({ ...still, asleep: true })).toBe(false);
  });
});
