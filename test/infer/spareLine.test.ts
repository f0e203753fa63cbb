import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SpareLine } from '../../src/infer/spareLine.ts';
import type { SpareLook } from '../../src/infer/spareLine.ts';
import { playTurns } from './turns.ts';

/** Steps of ten milliseconds, as in the diagrams of playTurns. */
const STEP = 10;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Told {
  readonly line: SpareLine;
  /** `id@step` of each look that began, and `id!step` of each that was skipped */
  readonly told: string[];
  look(id: string, more?: Partial<SpareLook> & { steps?: number }): SpareLook;
}

function spare(more: { perMinute?: number; longest?: number } = {}): Told {
  const told: string[] = [];
  return {
    line: new SpareLine({ now: Date.now, ...more }),
    told,
    look: (id, { steps = 2, ...rest } = {}) => ({
      camera: 'hall', urgent: false, deadline: 60_000,
      run: () => {
        told.push(`${id}@${Date.now() / STEP}`);
        return new Promise((resolve) => setTimeout(resolve, steps * STEP));
      },
      skip: () => told.push(`${id}!${Date.now() / STEP}`),
      ...rest,
    }),
  };
}

describe('second looks beside windows', () => {
  test('begin only when no window waits, and windows do not notice them', async () => {
    const cameras = { door: 'a---b-----c', yard: '-d' };
    const without = await playTurns({ cameras, infer: 3, until: 40 });
    vi.setSystemTime(0);
    const { line, told, look } = spare();
    setTimeout(() => line.add(look('x')), 5);
    setTimeout(() => line.add(look('y', { urgent: true })), 5);
    const run = await playTurns({ cameras, infer: 3, until: 40, options: { spare: line } });
    // a, d and b follow one another: the urgent look comes after them, the other when c is done as well
    expect(without.started).toBe('a@0 d@3 b@6 c@10');
    expect(told).toEqual(['y@9', 'x@14']);
    expect(run.started).toBe('a@0 d@3 b@6 c@11');
    expect(run.overloaded).toBe('');
  });

  test('never run two at a time, the urgent and the newest first', async () => {
    const { line, told, look } = spare();
    setTimeout(() => ['a', 'b', 'c', 'd'].forEach((id) => line.add(look(id, { steps: 4, urgent: id === 'b' }))), 5);
    await playTurns({ cameras: { door: 'w' }, infer: 1, until: 40, options: { spare: line, concurrency: 3 } });
    expect(told.map((t) => t.split('@')[0])).toEqual(['a', 'b', 'd', 'c']);
  });

  test('let windows pass that came while they ran', async () => {
    const { line, told, look } = spare();
    setTimeout(() => ['x', 'y'].forEach((id) => line.add(look(id, { steps: 5 }))), 5);
    const run = await playTurns({ cameras: { door: '--a', yard: '---b' }, infer: 3, until: 40, options: { spare: line } });
    expect(run.started).toBe('a@6 b@9');
    expect(told.map((t) => Math.round(Number(t.split('@')[1])))).toEqual([1, 12]);
  });

  test('are left out where the model has no time: none that nobody waits for, but those that somebody does', async () => {
    const { line, told, look } = spare();
    // 70 % of the time is taken by windows
    const door = 'a---------'.repeat(200);
    setTimeout(() => line.add(look('x', { deadline: 18_000 })), 12_010);
    setTimeout(() => line.add(look('y', { urgent: true, deadline: 18_000 })), 12_010);
    await playTurns({ cameras: { door }, infer: 7, until: 2000, options: { spare: line } });
    expect(told).toEqual(['y@1207', 'x!1800']);
  });

  test('are left out where one would hold a window up for long', async () => {
    const { line, told, look } = spare({ longest: 100 });
    setTimeout(() => line.add(look('x', { deadline: 5000 })), 2000);
    // a window takes 50 ms, a look at frames that nobody has shown yet more: known when one was made
    await playTurns({ cameras: { door: 'a'.padEnd(100, '-').repeat(6) }, infer: 5, until: 600, options: { spare: line } });
    expect(told).toEqual(['x!500']);
  });

  test('have a bound: the newest stay, and nobody waits for one for ever', () => {
    const { line, told, look } = spare();
    line.attach(() => undefined);
    for (let i = 0; i < 36; i++) line.add(look(`l${i}`, { urgent: i === 0 }));
    expect(told).toEqual(['l1!0', 'l2!0', 'l3!0', 'l4!0']);
    line.clear();
    expect(told).toHaveLength(36);
    line.add(look('late'));
    expect(told.at(-1)).toBe('late!0');
  });

  test('come no more than so often a minute from one camera', () => {
    const { line, look } = spare({ perMinute: 2 });
    line.attach(() => undefined);
    for (let i = 0; i < 4; i++) line.add(look(`l${i}`, { deadline: 1e9 }));
    line.add(look('yard', { camera: 'yard', deadline: 1e9 }));
    const taken = (): number => [line.take(), line.take(), line.take(), line.take()].filter(Boolean).length;
    expect(taken()).toBe(3);
    vi.setSystemTime(61_000);
    expect(taken()).toBe(2);
  });

  test('leave no timer behind', async () => {
    const { line, told, look } = spare();
    setTimeout(() => line.add(look('x')), 5);
    const run = await playTurns({ cameras: { door: 'a' }, infer: Infinity, until: 20, options: { spare: line } });
    expect(run.timersLeft).toBe(0);
    expect(told).toEqual(['x!20']);
  });
});
