import { expect, test } from 'vitest';
import { turnsOf } from '../../src/chat/messages.ts';
import type { Pace } from '../../src/chat/messages.ts';

const asked = (urls: string, pace: Pace) => turnsOf([{ role: 'user', content: [{ type: 'video_url', video_url: { url: `data:video/jpeg;base64,${urls}` } }] }], pace);

test('commas are no frames without end', () => {
  expect(() => asked(','.repeat(4_000_000), {})).toThrow(/512 frames/);
});

test.each([
  ['a rate of next to nothing', { indices: [0, 1], indexRate: 5e-324 }],
  ['places beyond all time', { indices: [0, 1e300], indexRate: 1000 }],
  ['a rate of next to nothing without places', { indexRate: 5e-324 }],
])('%s makes no times', (_, pace) => {
  expect(() => asked('a,b', pace)).toThrow(/within/);
});

test('frames of years are taken as they are', () => {
  expect(asked('a,b', { indices: [0, 123_456_789_000], indexRate: 1000 })).toMatchObject([{ parts: [{ kind: 'frames', times: [0, 123_456_789] }] }]);
});
