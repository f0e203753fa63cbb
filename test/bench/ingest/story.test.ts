import { expect, test } from 'vitest';
import { createRoom } from '../../../src/demo/room.ts';
import { stateAt } from '../../../src/demo/state.ts';
import { countsAsSeen } from './seen.ts';
import { stretch } from './story.ts';

test.each([3, 31, 411])('a stretched story tells the same happenings at later times (room %i)', (seed) => {
  const room = createRoom(seed, { duration: 30 });
  const story = stretch(room, 300);
  expect(story.duration).toBeCloseTo(300);
  expect(story.labels.map((label) => label.event)).toEqual(room.events.map((event) => event.text));
  for (const [i, { start, end }] of story.labels.entries()) {
    expect(story.storyTime(start)).toBeCloseTo(room.events[i]?.start ?? Number.NaN);
    expect(story.storyTime(end)).toBeCloseTo(room.events[i]?.end ?? Number.NaN);
  }
});

test('its time never goes back, and nobody moves where it stands still', () => {
  const room = createRoom(7, { duration: 40 });
  const story = stretch(room, 400);
  const times = Array.from({ length: 4000 }, (_, i) => story.storyTime(i / 10));
  const steps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...steps)).toBeLessThan(0.11);
  const still = new Set(times.filter((at, i) => at === times[i + 1]));
  expect(still.size).toBeGreaterThan(3);
  for (const at of still) expect(stateAt(room.story, at - 0.15)).toEqual(stateAt(room.story, at + 0.15));
});

test('an event is seen where frames show it from its start on', () => {
  const event = { start: 10_000, end: 11_000 };
  expect(countsAsSeen(event, [9000, 10_200, 10_500])).toBe(true);
  expect(countsAsSeen(event, [10_500, 11_400])).toBe(true);
  // too late, too few, none
  expect(countsAsSeen(event, [10_600, 10_800, 11_000])).toBe(false);
  expect(countsAsSeen(event, [9200, 10_500])).toBe(false);
  expect(countsAsSeen(event, [])).toBe(false);
});
