import { NEVER, of, VirtualTimeScheduler } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inferWindows } from '../../src/infer/schedule.ts';
import { WaitingLine } from '../../src/infer/waiting.ts';
import type { Window } from '../../src/values.ts';
import { playTurns } from './turns.ts';
import { windowAt } from './windows.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A diagram of a window every `step` steps. */
function every(step: number, letter: string, times = 200): string {
  return `${letter}${'-'.repeat(step - 1)}`.repeat(times);
}

/** How many of the windows in `id@step` lists have one of these ids. */
function count(list: string, ids: string): number {
  return list.split(' ').filter((entry) => ids.includes(entry.charAt(0))).length;
}

describe('the line of windows that wait', () => {
  test('activity goes before a heartbeat that came earlier', async () => {
    const run = await playTurns({ cameras: { door: 'a', attic: '-h', yard: '--b' }, heartbeats: 'h', infer: 4, until: 20 });
    expect(run.started).toBe('a@0 b@4 h@8');
  });

  test('among equals the camera whose wait began first; a newer window keeps the promise', async () => {
    const run = await playTurns({ cameras: { door: 'a', yard: '-b-e', hall: '--c', gate: '---d' }, infer: 5, until: 30 });
    expect(run.started).toBe('a@0 e@5 c@10 d@15');
    expect(run.overloaded).toBe('b@3');
  });

  test('a heartbeat that overtakes waiting activity keeps its rank', async () => {
    const run = await playTurns({ cameras: { door: 'a', yard: '-bh', hall: '---c' }, heartbeats: 'h', infer: 5, until: 30 });
    expect(run.started).toBe('a@0 h@5 c@10');
  });

  test('activity may pass a heartbeat three times in a row', async () => {
    const cameras = { attic: '-h', c1: every(2, 'a'), c2: every(2, 'b'), c3: every(2, 'c'), c4: every(2, 'd') };
    const run = await playTurns({ cameras, heartbeats: 'h', infer: 5, until: 40 });
    expect(run.started).toBe('a@0 b@5 c@10 d@15 h@20 a@25 b@30 c@35 d@40');
  });

  test('heartbeats have no more than a quarter of a busy model', async () => {
    const quiet = Object.fromEntries([...'mnopqrstu'].map((letter, i) => [letter, '-'.repeat(2 * i) + every(20, letter, 20)]));
    const run = await playTurns({ cameras: { ...quiet, c1: every(2, 'a'), c2: every(2, 'b') }, heartbeats: 'mnopqrstu', infer: 4, until: 400, maxAge: 10 });
    const share = count(run.started, 'mnopqrstu') / run.started.split(' ').length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
    // and they share it evenly, although a heartbeat waits for half of the time only
    const each = [...'mnopqrstu'].map((letter) => count(run.started, letter));
    expect(Math.min(...each)).toBeGreaterThanOrEqual(2);
    expect(run.oldest).toBeLessThanOrEqual(10);
  });

  test('a camera that floods takes nothing from the others', async () => {
    const run = await playTurns({ cameras: { flood: every(1, 'f', 400), yard: every(10, 'b'), hall: every(10, 'c') }, infer: 10, until: 400, maxAge: 80 });
    const started = ['f', 'b', 'c'].map((letter) => count(run.started, letter));
    expect(Math.max(...started) - Math.min(...started)).toBeLessThanOrEqual(1);
  });

  test('a window that grew too old leaves its place to the next one of its camera', async () => {
    // four cameras of activity take 20 steps for a round: more than z may wait
    const busy = { c1: every(2, 'a'), c2: every(2, 'b'), c3: every(2, 'c'), c4: every(2, 'd') };
    const run = await playTurns({ cameras: { ...busy, late: '-z-----------------------y' }, infer: 5, maxAge: 12, until: 45 });
    expect(run.overloaded).toContain('z@13');
    expect(run.started).toBe('a@0 b@5 c@10 d@15 a@20 y@25 b@30 c@35 d@40 a@45');
  });
});

describe('a window that waits', () => {
  test('is dropped when its last frame is too old, even while the model hangs', async () => {
    const run = await playTurns({ cameras: { door: 'a', yard: '--b', hall: '---c-----d' }, infer: Infinity, maxAge: 8, until: 30 });
    expect(run.started).toBe('a@0');
    expect(run.overloaded).toBe('c@9 b@10 d@17');
    expect(run.oldest).toBeLessThanOrEqual(8);
    expect(run.timersLeft).toBe(0);
  });

  test('has an age of its own camera’s', async () => {
    const maxAge = (window: Window): number => (window.camera === 'yard' ? 40 : 80);
    const run = await playTurns({ cameras: { door: 'a', yard: '-b', hall: '-c' }, infer: 6, until: 30, options: { maxAge } });
    expect(run.overloaded).toBe('b@5');
    expect(run.answered).toBe('a@6 c@12');
  });

  test('is never too old for a model that is free', async () => {
    const answered: string[] = [];
    const answers = of(windowAt('hall', [-60_000], 'old')).pipe(
      inferWindows({
        backend: () => ({ name: 'm', events: (w) => Promise.resolve({ ...EMPTY, windowId: w.id }), score: () => Promise.resolve(0), ask: () => Promise.resolve('') }),
        lookFor: () => [], now: Date.now, maxAge: 8000, onDropped: (w) => answered.push(`dropped ${w.id}`),
      }),
    );
    answers.subscribe((answer) => answered.push(answer.windowId));
    await vi.advanceTimersByTimeAsync(0);
    expect(answered).toEqual(['old']);
  });

  test('is the last to be told of: the stream completes when it is dropped', async () => {
    const run = await playTurns({ cameras: { door: 'a-----|', yard: '--b' }, infer: 12, maxAge: 8, until: 30 });
    expect(run.overloaded).toBe('b@10');
    expect(run.answered).toBe('a@12 |@12');
  });

  test('is timed by the scheduler that is given', () => {
    const scheduler = new VirtualTimeScheduler(undefined, 20_000);
    const dropped: string[] = [];
    const hanging = { name: 'm', events: () => new Promise<never>(() => undefined), score: () => Promise.resolve(0), ask: () => Promise.resolve('') };
    of(windowAt('door', [0], 'a'), windowAt('yard', [0], 'b'), windowAt('hall', [500], 'c'))
      .pipe(inferWindows({ backend: () => hanging, lookFor: () => [], now: () => scheduler.now(), scheduler, maxAge: 8000, onDropped: (w) => dropped.push(`${w.id} ${scheduler.now()}`) }))
      .subscribe();
    scheduler.flush();
    expect(dropped).toEqual(['b 8000', 'c 8500']);
  });

  test('is let go of without a word when nobody listens, and so is the timer', async () => {
    const dropped: string[] = [];
    const hanging = { name: 'm', events: () => new Promise<never>(() => undefined), score: () => Promise.resolve(0), ask: () => Promise.resolve('') };
    const subscription = of(windowAt('door', [0], 'a'), windowAt('yard', [0], 'b'))
      .pipe(inferWindows({ backend: () => hanging, lookFor: () => [], now: Date.now, maxAge: 8000, growing$: NEVER, onDropped: (w) => dropped.push(w.id) }))
      .subscribe();
    expect(vi.getTimerCount()).toBe(1);
    subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(dropped).toEqual([]);
  });

  test('is timed by the wall clock, even when that is set', async () => {
    const dropped: string[] = [];
    let set = 0;
    const hanging = { name: 'm', events: () => new Promise<never>(() => undefined), score: () => Promise.resolve(0), ask: () => Promise.resolve('') };
    const subscription = of(windowAt('door', [0], 'a'), windowAt('yard', [0], 'b'))
      .pipe(inferWindows({ backend: () => hanging, lookFor: () => [], now: () => Date.now() + set, maxAge: 8000, onDropped: (w) => dropped.push(`${w.id} ${Date.now()}`) }))
      .subscribe();
    await vi.advanceTimersByTimeAsync(1000);
    set = -3_600_000;
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(dropped).toEqual([]);
    await vi.advanceTimersByTimeAsync(8000);
    expect(dropped).toEqual(['b 3608000']);
    subscription.unsubscribe();
  });
});

test('the places that are kept for cameras without a window are bounded', () => {
  const line = new WaitingLine();
  for (let i = 0; i < 3000; i++) {
    line.put(windowAt(`camera-${i}`, [i]), i + 1);
    line.expire(i + 1);
  }
  // the camera whose place was forgotten begins to wait anew, behind the one whose place was kept
  line.put(windowAt('camera-0', [4000]), Infinity);
  line.put(windowAt('camera-2990', [4000]), Infinity);
  expect(line.take(() => true)?.camera).toBe('camera-2990');
  expect(line.size).toBe(1);
});

const EMPTY = {
  camera: 'hall', reason: 'hop', from: 0, to: 0, timeSource: 'rtcp', sightings: [], model: 'm', visualTokens: 0, latency: { capture: 0, queue: 0, infer: 0 },
} as const;
