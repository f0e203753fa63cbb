import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { csvCell } from '../../src/cli/csv.ts';
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

test('an alert is one line, in its newest state, unless its phases are asked for', async () => {
  const { folder, now } = folderWithLog();
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  store.markPublished('a1', 'new', now - 118_000);
  store.putAlert(alert({ id: 'a1', phase: 'end', text: 'it is over', happenedAt: now - 120_000, publishedAt: now - 60_000 }));
  store.close();
  const lines = async (...args: string[]): Promise<string[]> => (await calledHere(folder, ['alerts', ...args])).stdout.trimEnd().split('\n').slice(1);
  expect(await lines()).toEqual([expect.stringMatching(/ 2\.0 s +hall +phone +warning +end +waits +it is over$/)]);
  expect(await lines('--phases')).toEqual([expect.stringMatching(/ new +yes +a person/), expect.stringMatching(/ 60\.0 s .* end +waits /)]);
  expect(await lines('--phase', 'new')).toHaveLength(1);
  expect(JSON.parse((await calledHere(folder, ['alerts', '--json'])).stdout)).toMatchObject([{ phase: 'new' }, { phase: 'end' }]);
});

test('a stretch of time is said in words, without quotes too', async () => {
  const { folder } = folderWithLog();
  expect(await ids(folder, 'last', '10', 'minutes')).toEqual(['new', 'zh']);
  expect(await ids(folder, '最近10分钟', '--camera', 'yard')).toEqual([]);
  expect(await ids(folder, '--since', 'from 90 minutes ago to 30 minutes ago')).toEqual(['fall']);
  expect(await ids(folder, '--phase', 'new')).toEqual([]);
  expect(await calledHere(folder, ['events', 'yesterday', '--since', '1h'])).toMatchObject({ code: 2, stderr: 'USAGE: give the time either at once or with --since and --until. See --help.\n' });
  expect((await calledHere(folder, ['events', '--limit', '100000'])).stderr).toMatch(/^USAGE: at most 99999 at once/);
  expect((await calledHere(folder, ['events', '--limit', '4'])).stderr).toBe('');
  expect((await calledHere(folder, ['events', 'last', 'blue', 'moon'])).stderr).toMatch(/^TIME_UNPARSABLE: "last blue moon" is no stretch of time I can read/);
});

test('every answer says when nobody watched: to people, in JSON and for spreadsheets', async () => {
  const { folder, now } = folderWithLog();
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  const gap = (from: number, to: number, detail = 'no route to host'): void => store.putCoverage({ camera: 'yard', start: now - from, end: now - to, reason: 'offline', detail });
  gap(90 * 60_000, 80 * 60_000);
  gap(79 * 60_000, 50 * 60_000, '=cmd|\u001b[2J, "quoted"');
  store.openGap('hall', 'disabled', '', now - 30_000);
  store.close();
  const iso = (ago: number): string => new Date(now - ago).toISOString();

  const table = (await calledHere(folder, ['events', '--since', '85m', '--camera', 'yard'])).stdout.trimEnd().split('\n');
  expect(table).toHaveLength(4);
  expect(table[2]).toMatch(/^yard was not watched \d{4}-\d\d-\d\d [\d:.]+ – .*[\d:.]+ \(offline: no route to host\)\.$/);
  expect((await calledHere(folder, ['alerts', '--rule', 'none', '--camera', 'hall'])).stdout).toMatch(/^No alerts\.\nhall was not watched since \d{4}.* \(disabled\)\.\n$/);

  const json = JSON.parse((await calledHere(folder, ['events', '--json', '--since', '61 minutes ago', '--until', '59 minutes ago'])).stdout) as Record<string, unknown>[];
  expect(json).toMatchObject([{ id: 'fall' }, { not_watched: 'offline', camera: 'yard', detail: '=cmd|\u001b[2J, "quoted"' }]);
  // Within the range that was asked for.
  expect(Number(json[1]?.end_ms) - Number(json[1]?.start_ms)).toBeLessThanOrEqual(120_000);

  const csv = (await calledHere(folder, ['events', '--csv', '--camera', 'yard'])).stdout;
  expect(csv.split('\r\n')).toEqual([
    'kind,start,end,camera,text,phase,confidence,start_uncertainty_ms,end_uncertainty_ms,id',
    `event,${iso(HOUR)},${iso(HOUR - 2000)},yard,a person in red falls  [2J,end,0.91,125,130.25,fall`,
    `not watched,${iso(90 * 60_000)},${iso(80 * 60_000)},yard,offline: no route to host,,,,,`,
    `not watched,${iso(79 * 60_000)},${iso(50 * 60_000)},yard,"offline: =cmd| [2J, ""quoted""",,,,,`,
    '',
  ]);
});

test('since the daemon was last heard of, nobody watches', async () => {
  const { folder, now } = folderWithLog();
  writeFileSync(join(folder, 'configs/lookout.yaml'), `${readFileSync(join(folder, 'configs/lookout.yaml'), 'utf8')}cameras: [{ id: hall, url: "rtsp://192.0.2.1/a" }]\n`);
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  store.markAlive(now - 90_000);
  store.close();
  expect((await calledHere(folder, ['events', '--since', '5m'])).stdout).toMatch(/hall was not watched since .* \(offline: Lookout is not running\)\.\n$/);
  expect((await calledHere(folder, ['events', '--until', '5m'])).stdout).not.toContain('not watched');
});

test.each([
  ['plain', 'plain'], ['=1+1', "'=1+1"], ['+49', "'+49"], ['-3', "'-3"], ['@SUM(A1)', "'@SUM(A1)"], ['  =1', "'  =1"], ['a,b', '"a,b"'], ['say "hi"', '"say ""hi"""'],
  ['two\nlines', 'two lines'], ['\t=1', "' =1"], [' padded ', '" padded "'], ['电话', '电话'], [-3, '-3'], [null, ''],
])('a cell of a table for spreadsheets: %j', (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

test('the log is copied beside whoever writes it, and nothing is overwritten unasked', async () => {
  const { folder } = folderWithLog();
  const daemon = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  const made = await lookout(folder, ['backup', 'copy.db']);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toMatch(/^Copied the event log to copy\.db \(0\.\d MB, checked\)\.\n$/);
  expect(await calledHere(folder, ['backup', 'copy.db'])).toMatchObject({ code: 2, stderr: 'USAGE: copy.db exists; --force overwrites it. See --help.\n' });
  expect((await calledHere(folder, ['backup', 'copy.db', '--force'])).code).toBe(0);
  expect((await calledHere(folder, ['backup', 'events.db', '--force'])).stderr).toMatch(/^USAGE: the copy would overwrite the log itself/);
  daemon.close();
  const copy = openStore({ path: join(folder, 'copy.db'), retentionDays: 0, readOnly: true }, createLogger({ level: 'silent' }));
  expect(copy.events({}).map((e) => e.id)).toEqual(['zh', 'new', 'fall', 'old']);
  copy.close();
});

test('a range that ends before it begins is a mistake', async () => {
  const { folder } = folderWithLog();
  const outcome = await calledHere(folder, ['events', '--since', '1 hour ago', '--until', '2 hours ago']);
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(outcome.stderr).toMatch(/^USAGE: --since \(.*\) is later than --until/);
});
