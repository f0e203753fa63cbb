import { expect, test } from 'vitest';
import { newest } from '../../src/store/walk.ts';
import type { Walk } from '../../src/store/walk.ts';
import { chance } from '../bench/store/happenings.ts';

interface Row {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

const NOW = 1_000_000_000;

/** Rows of which some begin together and some go on for long. */
function rows(seed: number, count: number): Row[] {
  const next = chance(seed);
  return Array.from({ length: count }, (_, i) => {
    const start = NOW - next(next(2) === 0 ? 3_600_000 : 90 * 86_400_000);
    return { id: `r${i}`, start: next(5) === 0 ? start - (start % 60_000) : start, end: start + next(next(10) === 0 ? 5 * 86_400_000 : 5000) };
  });
}

function walkOver(all: readonly Row[], over: Partial<Walk<Row>> & Pick<Walk<Row>, 'wanted'>): Walk<Row> {
  return {
    find: ({ since = -Infinity, until = Infinity, limit }) => all.filter((row) => row.start <= until && row.end >= since).sort((a, b) => b.start - a.start).slice(0, limit),
    at: (row) => row.start, key: (row) => row.id, oldest: () => (all.length > 0 ? Math.min(...all.map(({ start }) => start)) : undefined), now: () => NOW, ...over,
  };
}

test.each(Array.from({ length: 40 }, (_, i) => i + 1))('finds what one question for all of it finds (%i)', async (seed) => {
  const next = chance(seed * 7);
  const all = rows(seed, 5 + next(800));
  const wanted = 1 + next(120);
  const since = next(2) === 0 ? undefined : NOW - next(40 * 86_400_000);
  const until = next(2) === 0 ? undefined : NOW - next(20 * 86_400_000);
  const keep = next(2) === 0 ? undefined : (row: Row): boolean => Number(row.id.slice(1)) % 9 === 0;
  const bounds = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  const expected = all.filter((row) => row.start <= (until ?? Infinity) && row.end >= (since ?? -Infinity) && keep?.(row) !== false).sort((a, b) => b.start - a.start);
  const found = await newest(walkOver(all, { wanted, ...bounds, ...(keep ? { keep } : {}) }));
  expect(found.rows.map(({ start }) => start)).toEqual(expected.slice(0, wanted).map(({ start }) => start));
  expect(found.more).toBe(expected.length > wanted);
  expect(new Set(found.rows.map(({ id }) => id)).size).toBe(found.rows.length);
});

test('an empty log, a range before everything, and rows of the future', async () => {
  expect(await newest(walkOver([], { wanted: 5 }))).toEqual({ rows: [], more: false });
  const ahead = { id: 'ahead', start: NOW + 86_400_000, end: NOW + 86_400_000 };
  expect(await newest(walkOver([ahead], { wanted: 5 }))).toEqual({ rows: [ahead], more: false });
  expect(await newest(walkOver([ahead], { wanted: 5, until: NOW - 1 }))).toEqual({ rows: [], more: false });
});

test('it asks in steps, and stops when nobody waits any more', async () => {
  const all = rows(3, 500);
  const gone = new AbortController();
  let asked = 0;
  const walk = walkOver(all, { wanted: 10, keep: () => false, signal: gone.signal });
  const whole = await newest({ ...walk, find: (q) => (asked++, walk.find(q)) });
  expect([whole.rows, asked > 3]).toEqual([[], true]);
  const broken = newest({
    ...walk,
    find(q) {
      gone.abort(new Error('gone'));
      return walk.find(q);
    },
  });
  await expect(broken).rejects.toThrow('gone');
});
