import { expect, it } from 'vitest';
import { EventMerger } from '../../src/infer/mergeEvents.ts';
import type { FileEvent } from '../../src/infer/mergeEvents.ts';
import type { Sighting } from '../../src/values.ts';

const seen = (text: string, start: number, end: number, more: Partial<Sighting> = {}): Sighting => ({
  text, start: start * 1000, end: end * 1000, uncertainty: 250, openStart: false, openEnd: false, confidence: 0.95, ...more,
});

/** Windows of ten seconds; of two texts that differ, those that begin alike say the same. */
async function merge(overlap: number, ...windows: readonly (readonly Sighting[])[]): Promise<{ told: string[]; events: FileEvent[] }> {
  const merger = new EventMerger((a, b) => Promise.resolve(a.slice(0, 4) === b.slice(0, 4)));
  const events: FileEvent[] = [];
  for (const [i, sightings] of windows.entries()) {
    const from = i * (10 - overlap) * 1000;
    await merger.add({ from, to: from + 10_000, sightings });
    events.push(...merger.settle(i === windows.length - 1 ? Infinity : from + (10 - overlap) * 1000));
  }
  return { told: events.map((e) => `${e.text} ${e.start / 1000}..${e.end / 1000} ×${e.windows}`), events };
}

it('an event that two windows show is told once, in the surer words', async () => {
  const { told } = await merge(2, [seen('sits', 3, 4), seen('falls', 8.4, 9)], [seen('falls down', 8.6, 9.2, { confidence: 0.97 }), seen('sits', 12, 13)]);
  expect(told).toEqual(['sits 3..4 ×1', 'falls down 8.4..9 ×2', 'sits 12..13 ×1']);
});

it('an event that is cut off goes on in the next windows, whether they overlap or not', async () => {
  const open = { openEnd: true };
  expect((await merge(2, [seen('walks', 7, 10, open)], [seen('walks', 8, 18, { openStart: true, ...open })], [seen('walks', 16, 17.5, { openStart: true })])).told).toEqual(['walks 7..18 ×3']);
  expect((await merge(2, [seen('walks', 7, 10, open)], [seen('walks', 8, 18, { openStart: true, ...open })], [seen('walks', 16, 21, { openStart: true })])).told).toEqual(['walks 7..21 ×3']);
  expect((await merge(0, [seen('walks', 7, 9.6, open)], [seen('walks', 10.4, 13, { openStart: true })])).told).toEqual(['walks 7..13 ×2']);
});

it('the same thing done twice is two events, and two things at once are two', async () => {
  expect((await merge(2, [seen('sits', 6, 7), seen('sits', 8.2, 8.6)], [seen('sits', 8.3, 8.7), seen('sits', 9.6, 9.9)])).told).toEqual(['sits 6..7 ×1', 'sits 8.2..8.6 ×2', 'sits 9.6..9.9 ×1']);
  expect((await merge(2, [seen('sits', 8.5, 9), seen('falls', 8.5, 9)], [seen('falls', 8.5, 9), seen('sits', 8.5, 9)])).told).toEqual(['sits 8.5..9 ×2', 'falls 8.5..9 ×2']);
});

it('what is doubtful at a window’s edge is left out where the window that sees it better does not tell of it', async () => {
  const doubtful = { confidence: 0.6 };
  expect((await merge(4, [seen('sits', 9.5, 10, doubtful), seen('falls', 6.5, 7, doubtful)], [seen('gets up', 6.2, 6.4, doubtful), seen('leaves', 9, 10, doubtful)])).told).toEqual(['falls 6.5..7 ×1', 'leaves 9..10 ×1']);
  expect((await merge(4, [seen('sits', 9.5, 10)], [seen('gets up', 6.2, 6.4)])).told).toEqual(['gets up 6.2..6.4 ×1', 'sits 9.5..10 ×1']);
  expect((await merge(0, [seen('sits', 9.5, 10, doubtful)], [seen('gets up', 10, 10.4, doubtful)])).told).toHaveLength(2);
});

it('an event is told as soon as no window can change it, and forgotten', async () => {
  const merger = new EventMerger(() => Promise.resolve(true));
  await merger.add({ from: 0, to: 10_000, sightings: [seen('a', 1, 2), seen('b', 7.8, 7.9), seen('c', 9, 9.5)] });
  expect(merger.settle(8000).map((e) => e.text)).toEqual(['a']);
  await merger.add({ from: 8000, to: 18_000, sightings: [] });
  expect(merger.settle(16_000).map((e) => e.text)).toEqual(['b', 'c']);
  expect(merger.settle(Infinity)).toEqual([]);
});
