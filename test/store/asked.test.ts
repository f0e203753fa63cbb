import { expect, test } from 'vitest';
import { endsOf } from '../../src/store/asked.ts';

const NOW = new Date('2026-11-22T14:30:00Z');

test.each([
  ['14:00-14:20', 'Asia/Shanghai', '2026-11-22T06:00:00.000Z', '2026-11-22T06:20:00.000Z'],
  ['14:00-14:20 UTC', 'Asia/Shanghai', '2026-11-22T14:00:00.000Z', '2026-11-22T14:20:00.000Z'],
  ['yesterday', 'America/New_York', '2026-11-21T05:00:00.000Z', '2026-11-22T04:59:59.999Z'],
  ['昨天下午2点到3点', 'Asia/Shanghai', '2026-11-21T06:00:00.000Z', '2026-11-21T07:00:00.000Z'],
  ['2026-11-21T14:00/15:00', 'Asia/Shanghai', '2026-11-21T06:00:00.000Z', '2026-11-21T07:00:00.000Z'],
  ['2026-11-21T14:00Z/2026-11-21T15:00Z', 'Asia/Shanghai', '2026-11-21T14:00:00.000Z', '2026-11-21T15:00:00.000Z'],
  ['2026-11-21T14:00+02:00', 'Asia/Tokyo', '2026-11-21T12:00:00.000Z', NOW.toISOString()],
  ['10 minutes ago', 'Asia/Shanghai', '2026-11-22T14:20:00.000Z', NOW.toISOString()],
  [String(NOW.getTime() - 5000), 'Asia/Shanghai', '2026-11-22T14:29:55.000Z', NOW.toISOString()],
  ['2026-01-31 14:05', 'America/Argentina/Buenos_Aires', '2026-01-31T17:05:00.000Z', NOW.toISOString()],
])('%s in %s', (when, timezone, since, until) => {
  const ends = endsOf({ when, timezone }, NOW);
  expect([new Date(ends.since ?? 0).toISOString(), new Date(ends.until ?? 0).toISOString()]).toEqual([since, until]);
});

test('ends one by one, each in the zone of the asker', () => {
  expect(endsOf({ since: '2026-11-21', until: '2026-11-21', timezone: 'Asia/Tokyo' }, NOW)).toEqual({ since: Date.UTC(2026, 10, 20, 15), until: Date.UTC(2026, 10, 21, 15) - 1 });
  expect(endsOf({ since: 'between 2pm and 3pm', timezone: 'Europe/Berlin' }, NOW)).toEqual({ since: Date.UTC(2026, 10, 22, 13), until: Date.UTC(2026, 10, 22, 14) });
  expect(endsOf({}, NOW)).toEqual({});
});
