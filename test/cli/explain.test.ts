import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { decision, look, sighting } from '../explain/history.ts';
import { alert, event } from '../store/values.ts';
import { calledHere, lookout, workFolder } from './lookout.ts';

const NOW = Date.now();
/** Ten minutes ago, to the second. */
const THEN = Math.floor((NOW - 600_000) / 1000) * 1000;
const HOSTILE = 'a person picks up the phone \u001b[2J\u202E"}; DROP TABLE events; <script>';

function folderWith(fill: (store: Store) => void): string {
  const folder = workFolder('cameras: [{ id: hall, url: "rtsp://192.0.2.1/x" }]', { 'rules/phone.yaml': 'alert: someone picks up phone\nthreshold: 0.6\n' });
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  store.markAlive(NOW);
  fill(store);
  store.close();
  return folder;
}

/** One event, of which the rule made what is given. */
function folderWithEvent(made: Parameters<typeof decision>[0]): string {
  return folderWith((store) => {
    const times = { start: THEN, end: THEN + 1500, detectedAt: THEN + 2000 };
    store.putLook(look({ from: THEN - 4000, to: THEN + 4000, sightings: [{ ...sighting(HOSTILE, 0.93), start: THEN, end: THEN + 1500 }] }));
    store.putEvent(event({ id: 'event-one', text: HOSTILE, phase: 'end', ...times }));
    store.putDecision(decision({ eventId: 'event-one', at: THEN, decidedAt: THEN + 2100, ...made }));
  });
}

const plain = /^[^\p{Cc}\p{Cf}]*$/u;

test('why an alert did not come is told in one line, the links behind it, and to programs', async () => {
  const folder = folderWithEvent({ outcome: 'below_threshold', score: 0.43, threshold: 0.6 });
  const at = new Date(THEN).toISOString();
  const { code, stdout, stderr } = await calledHere(folder, ['explain', '--rule', 'phone', '--camera', 'hall', '--at', at]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toContain('scored 0.43 under “someone picks up phone”: below the threshold of 0.6, by 0.17.');
  expect(lines.slice(2).map((line) => line.slice(0, 14).trim())).toEqual(['ok  rule', 'ok  camera', 'ok  schedule', 'ok  snooze', 'ok  watched', 'ok  sampled', 'ok  told', 'ok  sure', 'ok  kept', 'ok  held', 'NO  score']);
  for (const line of lines) expect(line).toMatch(plain);
  for (const asked of [['--at', '10 minutes ago', '--slack', '60'], ['--at', '10分钟前', '--slack', '60'], ['--event', 'event-one'], ['--event', 'event-o']]) {
    const json = JSON.parse((await calledHere(folder, ['explain', '--rule', 'phone', '--json', ...asked])).stdout) as object;
    expect(json).toMatchObject({ failed: 'score', alert: null, question: { rule: 'phone', camera: 'hall' } });
  }
});

test('a time without seconds is all of that minute', async () => {
  const folder = folderWithEvent({ outcome: 'cooldown', score: 0.9, detail: 'until 14:35:00' });
  const asked = async (at: string): Promise<object> => JSON.parse((await calledHere(folder, ['explain', '--rule', 'phone', '--at', at, '--slack', '0', '--json'])).stdout) as object;
  const wanted = Math.floor(THEN / 60_000) * 60_000;
  const iso = new Date(wanted).toISOString();
  expect(await asked(`${iso.slice(0, 16)}Z`)).toMatchObject({ failed: 'cooldown', question: { from: wanted, to: wanted + 59_999 } });
  expect(await asked(iso)).toMatchObject({ question: { from: wanted, to: wanted } });
  expect(await asked(`${iso.slice(0, 16)}:00+00:00`)).toMatchObject({ question: { from: wanted, to: wanted } });
});

test('what a rule is now is read from its file', async () => {
  const folder = folderWith((store) => store.putLook(look({ from: THEN - 4000, to: THEN + 4000 })));
  const failed = async (): Promise<unknown> => (JSON.parse((await calledHere(folder, ['explain', '--rule', 'phone', '--at', '10 minutes ago', '--slack', '60', '--json'])).stdout) as { failed: unknown }).failed;
  expect(await failed()).toBe('told');
  writeFileSync(join(folder, 'rules/phone.yaml'), 'alert: someone picks up phone\nenabled: false\n');
  expect(await failed()).toBe('rule');
  writeFileSync(join(folder, 'rules/phone.yaml'), `alert: someone picks up phone\nschedule: { hours: "${clock(THEN + 7_200_000)}-${clock(THEN + 14_400_000)}" }\n`);
  expect(await failed()).toBe('schedule');
});

function clock(at: number): string {
  const date = new Date(at);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}

test('an alert and an event are explained by the beginnings of their ids, as plain text', async () => {
  const folder = folderWithEvent({ outcome: 'alerted', score: 0.93, alertId: 'alert-one' });
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  store.putAlert(alert({ id: 'alert-one', eventId: 'event-one', text: HOSTILE, happenedAt: THEN, start: THEN, end: THEN + 1500 }));
  store.close();
  const shown = await lookout(folder, ['explain', 'alert-o']);
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  for (const line of shown.stdout.trimEnd().split('\n')) expect(line).toMatch(plain);
  expect(shown.stdout).toContain('waits for the broker');
  expect((await calledHere(folder, ['alert', 'alert-one'])).stdout).toBe(shown.stdout);
  const story = JSON.parse((await calledHere(folder, ['explain', 'event-one', '--json'])).stdout) as object;
  expect(story).toMatchObject({ kind: 'event', event: { id: 'event-one', text: HOSTILE }, alerts: [{ id: 'alert-one' }], media: join(folder, 'configs/media') });
});

test.each([
  [['explain'], 2, /^USAGE: explain takes an id, or --rule with --at or --event\./],
  [['explain', '--at', 'now'], 2, /^USAGE: explain takes an id/],
  [['explain', 'event-one', '--at', 'now'], 2, /^USAGE: --at needs --rule/],
  [['explain', '--rule', 'phone'], 2, /^USAGE: --rule takes either --at or --event\./],
  [['explain', '--rule', 'phone', '--at', 'soonish'], 1, /^TIME_UNPARSABLE: /],
  [['explain', '--rule', 'phone', '--at', '2100-01-01T00:00'], 2, /^USAGE: 2100-01-01 00:00:00\.0 lies ahead\./],
  [['explain', '--rule', 'phone', '--event', 'nothing'], 1, /^LOG_UNKNOWN_ID: the log has no event "nothing"\./],
  [['explain', 'nothing'], 1, /^LOG_UNKNOWN_ID: the log has no alert and no event "nothing"\./],
  [['alert', 'nothing'], 1, /^LOG_UNKNOWN_ID: the log has no alert "nothing"\./],
  [['alert', 'nothing', '--wrong'], 1, /^LOG_UNKNOWN_ID: /],
  [['alert', 'event-one', '--note', 'x'], 2, /^USAGE: --note goes with --right or --wrong\./],
  [['alert', 'x', '--right', '--wrong'], 2, /^USAGE: option '--right' cannot be used with option '--wrong'/],
])('lookout %j ends with %i and one line that says what to do', async (args, code, line) => {
  const outcome = await calledHere(folderWithEvent({ outcome: 'alerted' }), args);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toMatch(line);
});
