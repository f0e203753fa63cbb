import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BacktestReport } from '../../src/backtest/backtest.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { event } from '../store/values.ts';
import { calledHere, lookout, start, workFolder } from './lookout.ts';

const NOW = Date.now();
const HOUR = 3_600_000;
const HOSTILE = 'a person in red picks up the phone \u001b[2J\u202E';

/** Two days of a hall: every three hours someone picks up the phone, and half an hour later falls. */
function folderWithDays(more: (store: Store) => void = () => undefined): string {
  const folder = workFolder(`cameras: [{ id: hall, url: "rtsp://192.0.2.1/x" }]`, {
    'rules/phone.yaml': 'alert: someone picks up phone\ncooldown: 30\n',
    'rules/many.yaml': '- { id: falls, alert: someone falls down }\n- { id: night, alert: someone falls down, enabled: false, schedule: { hours: "22:00-23:00" } }\n',
  });
  const config = readFileSync(join(folder, 'configs/lookout.yaml'), 'utf8');
  writeFileSync(join(folder, 'configs/lookout.yaml'), config.replace(/model: .*/, `model: { name: ${DEMO_MODEL}, device: cpu }`));
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  for (let i = 0; i < 16; i++) {
    const at = NOW - 48 * HOUR + i * 3 * HOUR + 60_000;
    const put = (id: string, text: string, begin: number): void => store.putEvent(event({ id, text, start: begin, end: begin + 3000, detectedAt: begin + 1500, phase: 'end' }));
    put(`phone-${i}`, i % 2 ? HOSTILE : 'a person in blue picks up the phone', at);
    put(`fall-${i}`, 'a person in red falls down', at + HOUR / 2);
  }
  more(store);
  store.markAlive(NOW);
  store.close();
  return folder;
}

async function tried(folder: string, ...args: string[]): Promise<BacktestReport> {
  const { code, stdout, stderr } = await calledHere(folder, ['rule', 'test', '--json', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as BacktestReport;
}

test('a sentence is tried on what happened, with scores, days and other thresholds', async () => {
  const folder = folderWithDays();
  const report = await tried(folder, 'someone picks up phone', '--since', '3d', '--thresholds', '0.2,0.99999');
  expect(report).toMatchObject({ alerts: 16, events: 32, texts: 3, nearMissEvents: 0, byCamera: [{ camera: 'hall', alerts: 16 }], thresholds: [{ threshold: 0.2, alerts: 16 }, { threshold: 0.5, alerts: 16 }, { threshold: 0.99999, alerts: 0 }] });
  expect(report.list[0]).toMatchObject({ camera: 'hall', eventId: 'phone-0', evidence: [{ eventId: 'phone-0' }] });
  expect(report.list[0]?.score).toBeGreaterThan(0.9);
  expect(report.perDay).toBeCloseTo(8, 0);
  expect(report.days.reduce((sum, day) => sum + day.alerts, 0)).toBe(16);
  expect((await tried(folder, 'someone picks up phone', '--since', '24h')).alerts).toBe(8);
  expect((await tried(folder, 'someone picks up phone', '--since', '48h', '--until', '24h')).alerts).toBe(8);
});

test('what lasts, follows, counts and is absent is tried as it would run', async () => {
  const folder = folderWithDays();
  const alerts = async (...args: string[]): Promise<number> => (await tried(folder, ...args)).alerts;
  expect(await alerts('phone', '--count', '2 in 4h')).toBe(8);
  expect(await alerts('phone', '--then', 'someone falls down', '--within', '31m')).toBe(16);
  expect(await alerts('phone', '--without', 'someone falls down', '--within', '29m')).toBe(16);
  expect(await alerts('phone', '--without', 'someone falls down', '--within', '31m')).toBe(0);
  expect(await alerts('phone', '--absent', '2h')).toBe(16);
  expect(await alerts('phone', '--for', '2s')).toBe(16);
  expect(await alerts('phone', '--for', '4s')).toBe(0);
  expect(await alerts('phone', '--cooldown', '4h')).toBe(8);
  expect(await alerts('phone', '--camera', 'hall', '--threshold', '1')).toBe(0);
  const vain = await tried(folder, 'phone', '--count', '2 in 1h');
  expect(vain).toMatchObject({ alerts: 0, inVainCount: 16, inVain: expect.arrayContaining([expect.objectContaining({ detail: '1 of 2' })]) });
});

test('what nobody watched is no absence', async () => {
  const folder = folderWithDays((store) => store.putCoverage({ camera: 'hall', start: NOW - 47 * HOUR, end: NOW - 2 * HOUR, reason: 'offline', detail: '' }));
  expect((await tried(folder, 'phone', '--absent', '2h', '--since', '3d')).alerts).toBeLessThan(3);
});

test('a rule of a file, or of the folder, is tried as it stands, also one that is off', async () => {
  const folder = folderWithDays();
  writeFileSync(join(folder, 'one.yaml'), 'alert: someone falls down\ncooldown: 4h\n');
  expect(await tried(folder, '--rule', 'one.yaml')).toMatchObject({ alerts: 8, rule: { id: 'one', cooldown: 14_400 } });
  expect(await tried(folder, 'falls')).toMatchObject({ alerts: 16, rule: { id: 'falls' } });
  const night = await tried(folder, 'night');
  expect(night).toMatchObject({ rule: { id: 'night', enabled: false } });
  for (const one of night.list) expect(new Date(one.happenedAt).getHours()).toBe(22);
});

test('people get it in words and tables, as plain text', async () => {
  const { code, stdout, stderr } = await lookout(folderWithDays(), ['rule', 'test', 'alert', 'when', 'someone', 'picks', 'up', 'phone', '--limit', '4']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('Alerts when “someone picks up phone”.');
  expect(lines[2]).toMatch(/^It would have alerted 16 times, \d(\.\d)? a day\.$/);
  expect(stdout).toMatch(/^HAPPENED +CAMERA +SCORE +EVENT$/m);
  expect(stdout).toMatch(/^0\.5 \* +16 +/m);
  for (const line of lines) expect(line).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
});

test('Ctrl-C ends it', async () => {
  const running = start(folderWithDays(), ['rule', 'test', 'phone', '--since', '3d']);
  running.child.kill('SIGINT');
  expect((await running.outcome).code).not.toBe(0);
});

test.each([
  [['rule', 'test'], 2, /^USAGE: rule test takes a sentence, the id of a rule, or --rule FILE\./],
  [['rule', 'test', 'x y z', '--rule', 'one.yaml'], 2, /^USAGE: rule test takes/],
  [['rule', 'test', '--rule', 'none.yaml'], 1, /^CONFIG_NOT_FOUND: none\.yaml: there is no such file\./],
  [['rule', 'test', '--rule', 'rules/many.yaml'], 2, /^USAGE: rules\/many\.yaml holds several rules; give one\./],
  [['rule', 'test', 'x y z', '--then', 'a b c'], 1, /^CONFIG_INVALID: rule:\d+:\d+: then: needs within/],
  [['rule', 'test', 'x y z', '--for', 'long'], 1, /^CONFIG_INVALID: rule:\d+:\d+: for: /],
  [['rule', 'test', 'x y z', '--schedule', 'mon-fry'], 1, /^CONFIG_INVALID: rule:\d+:\d+: schedule.*no day of the week/],
  [['rule', 'test', 'x y z', '--since', 'now'], 2, /^USAGE: --since \(.*\) is not before now/],
  [['rule', 'test', 'x y z', '--since', '2d', '--until', '3d'], 2, /^USAGE: --since \(.*\) is not before --until/],
  [['rule', 'test', 'x y z', '--thresholds', '0.5,7'], 2, /^USAGE: .*A number from 0 to 1\./],
])('lookout %j ends with %i and one line that says what to do', async (args, code, line) => {
  const outcome = await calledHere(folderWithDays(), args);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toMatch(line);
});
