import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Event } from '../../src/values.ts';
import { alert, event } from '../store/values.ts';
import { calledHere, lookout, workFolder } from './lookout.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A log with a phone picked up two minutes ago and one 26 hours ago, a fall an hour ago, and one alert that waits. */
function folderWithLog(): { folder: string; now: number } {
  const folder = workFolder();
  const now = Date.now();
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  const put = (id: string, text: string, start: number, more: Partial<Event> = {}): void => store.putEvent(event({ id, text, start, end: start + 2000, phase: 'end', ...more }));
  put('old', 'a person in blue picks up the phone', now - DAY - 2 * HOUR);
  put('fall', 'a person in red falls \u001b[2J', now - HOUR, { camera: 'yard' });
  put('new', 'a person in red picks up the phone', now - 120_000);
  put('zh', '穿红衣服的人拿起电话', now - 60_000);
  store.putAlert(alert({ id: 'a1', happenedAt: now - 120_000, detectedAt: now - 119_000, publishedAt: now - 118_500 }));
  store.close();
  return { folder, now };
}

async function ids(folder: string, ...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await calledHere(folder, ['events', '--json', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);
}

test('events are found by time as people say it, by camera and by text, oldest first', async () => {
  const { folder } = folderWithLog();
  expect(await ids(folder)).toEqual(['old', 'fall', 'new', 'zh']);
  expect(await ids(folder, '--since', '10 minutes ago')).toEqual(['new', 'zh']);
  expect(await ids(folder, '--since', '10分钟前', '--text', '电话')).toEqual(['zh']);
  expect(await ids(folder, '--until', '2 hours ago')).toEqual(['old']);
  expect(await ids(folder, '--camera', 'yard')).toEqual(['fall']);
  expect(await ids(folder, '--text', 'picks phone')).toEqual(['old', 'new']);
  expect(await ids(folder, '--limit', '1')).toEqual(['zh']);
});

test('an event is told with its times, to people and to programs', async () => {
  const { folder, now } = folderWithLog();
  const json = JSON.parse((await lookout(folder, ['events', '--json', '--camera', 'yard'])).stdout) as unknown[];
  expect(json).toMatchObject([{ id: 'fall', camera: 'yard', start: new Date(now - HOUR).toISOString(), start_ms: now - HOUR, start_uncertainty_ms: 125, time_source: 'rtcp' }]);
  const { stdout, stderr } = await calledHere(folder, ['events', '--limit', '3']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^START +LASTED +CAMERA +SURE +EVENT$/);
  expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d ±0\.1 s +2\.0 s +yard +91 % +a person in red falls  \[2J$/);
  expect(lines).toHaveLength(4);
  expect(stderr).toBe('The newest 3; see --limit, --since and --until for others.\n');
});

test('alerts are found, and tell whether the broker has them', async () => {
  const { folder, now } = folderWithLog();
  const found = JSON.parse((await calledHere(folder, ['alerts', '--json', '--since', '5 minutes ago', '--rule', 'phone'])).stdout) as unknown[];
  expect(found).toMatchObject([{ id: 'a1', rule: 'phone', event: 'a person in red picks up the phone', happened_at_ms: now - 120_000, delivered: false }]);
  expect((await calledHere(folder, ['alerts'])).stdout).toContain('waits');
  expect((await calledHere(folder, ['alerts', '--rule', 'none'])).stdout).toBe('No alerts.\n');
});

test('a range that ends before it begins is a mistake', async () => {
  const { folder } = folderWithLog();
  const outcome = await calledHere(folder, ['events', '--since', '1 hour ago', '--until', '2 hours ago']);
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(outcome.stderr).toMatch(/^USAGE: --since \(.*\) is later than --until/);
});
