import { describe, expect, it } from 'vitest';
import { createAlignment } from '../../../src/ingest/rtp/alignment.ts';
import type { Counted } from '../../../src/ingest/rtp/alignment.ts';
import { createRandom } from '../random.ts';

/** Access units of random sizes, whose timestamps begin at `first`. */
function units(count: number, first: number, seed = 1): Counted[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => ({ ticks: first + 3600 * i, mark: `${1000 + Math.floor(random() * 4000)} P` }));
}
const late = (list: readonly Counted[], by: number): Counted[] => list.map(({ ticks, mark }) => ({ ticks: ticks + by, mark }));

describe('the alignment of what passed with what libav gave out', () => {
  it('is found from twelve packets on, and each is then the next one', () => {
    const passed = units(100, 7);
    const alignment = createAlignment<Counted>();
    passed.forEach((unit) => alignment.passed(unit));
    const given = late(passed, 5000).slice(20);
    const found = given.map((packet) => alignment.packet(packet));
    expect(found.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => undefined));
    expect(found.slice(11)).toEqual(passed.slice(31));
    expect(alignment).toMatchObject({ offset: 5000, broken: 0, waiting: [] });
  });

  it.each([
    ['another stream', (passed: readonly Counted[]) => units(passed.length, 0, 2)],
    ['other steps in time', (passed: readonly Counted[]) => passed.map(({ ticks, mark }) => ({ ticks: 2 * ticks, mark }))],
    ['a byte more in each', (passed: readonly Counted[]) => passed.map(({ ticks, mark }) => ({ ticks, mark: `1${mark}` }))],
    ['an access unit that is missing now and then', (passed: readonly Counted[]) => passed.filter((_, i) => i % 9 !== 0)],
  ])('is never found with %s', (_name, other) => {
    const passed = units(300, 0);
    const alignment = createAlignment<Counted>();
    passed.forEach((unit) => alignment.passed(unit));
    for (const packet of other(passed)) expect(alignment.packet(packet)).toBeUndefined();
    expect(alignment.offset).toBeUndefined();
  });

  it('is not found where it would hold anywhere', () => {
    for (const marks of [['9 P'], ['9 P', '8 P'], Array.from({ length: 6 }, (_, i) => `${i} P`)]) {
      const passed = Array.from({ length: 60 }, (_, i) => ({ ticks: 3600 * i, mark: marks[i % marks.length] ?? '' }));
      const alignment = createAlignment<Counted>();
      passed.forEach((unit) => alignment.passed(unit));
      for (const packet of passed.slice(0, 40)) expect(alignment.packet(packet)).toBeUndefined();
    }
  });

  it('ends with the first packet that differs, and is found again', () => {
    const passed = units(200, 0);
    const alignment = createAlignment<Counted>();
    passed.forEach((unit) => alignment.passed(unit));
    const given = late(passed, 40);
    given.slice(0, 50).forEach((packet) => alignment.packet(packet));
    expect(alignment.offset).toBe(40);
    // one was lost on the way
    expect(alignment.packet(given[51] ?? { ticks: 0, mark: '' })).toBeUndefined();
    expect(alignment).toMatchObject({ offset: undefined, broken: 1 });
    const found = given.slice(52, 80).map((packet) => alignment.packet(packet));
    expect(found.at(-1)).toBe(passed[79]);
  });

  it('goes on over what is left out', () => {
    const passed = units(100, 0);
    const alignment = createAlignment<Counted>();
    passed.forEach((unit) => alignment.passed(unit));
    passed.slice(0, 20).forEach((packet) => alignment.packet(packet));
    const out = new Set(passed.slice(30, 60));
    alignment.leave((unit) => out.has(unit));
    for (const packet of [...passed.slice(20, 30), ...passed.slice(60)]) expect(alignment.packet(packet)).toBe(packet);
    expect(alignment.broken).toBe(0);
  });
});
