import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { createLogger } from '../../src/health/log.ts';
import { programFor } from '../../src/health/program.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { freePort } from '../alerts/mosquitto.ts';
import { alert, NOON } from '../store/values.ts';
import { calledHere, lookout, ROOT, start, workFolder } from './lookout.ts';

const log = createLogger({ level: 'silent' });

function withStore<T>(folder: string, use: (store: Store) => T, readOnly = false): T {
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 0, readOnly }, log);
  try {
    return use(store);
  } finally {
    store.close();
  }
}

function folderWithAlerts(config = ''): string {
  const folder = workFolder(config);
  withStore(folder, (store) => ['alert-one', 'alert-two', 'other'].forEach((id) => store.putAlert(alert({ id }))));
  return folder;
}

const words = (folder: string): [string, boolean, string][] => withStore(folder, (store) => store.feedback({}).map((one): [string, boolean, string] => [one.alertId, one.right, one.note]).sort(), true);

test('an alert is judged, and judged again: the last word counts', async () => {
  const folder = folderWithAlerts();
  expect(await calledHere(folder, ['alert', 'alert-o', '--wrong', '--note', 'it was the cleaner\u001b[2J'])).toEqual({ code: 0, stdout: 'Alert alert-one is kept as wrong.\n', stderr: '' });
  expect(await calledHere(folder, ['alert', 'other', '--right', '--json'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^{"alertId":"other","right":true,"note":"","at":\d+}\n$/) });
  expect(words(folder)).toEqual([['alert-one', false, 'it was the cleaner\u001b[2J'], ['other', true, '']]);
  expect((await calledHere(folder, ['alert', 'alert-one'])).stdout).toMatch(/^Judged wrong at .*: “it was the cleaner \[2J”$/m);
  await calledHere(folder, ['alert', 'alert-one', '--right']);
  expect(words(folder)).toEqual([['alert-one', true, ''], ['other', true, '']]);
  expect(await calledHere(folder, ['alert', 'alert', '--right'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^USAGE: /) });
});

test('beside a process that writes without pause, and neither hurts the other', async () => {
  const folder = folderWithAlerts();
  const path = join(folder, 'events.db');
  const { file, flags } = programFor(new URL('./busyWriterChild.ts', import.meta.url));
  const writer = spawn(process.execPath, [...flags, file, path], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    if (writer.exitCode === null && writer.signalCode === null) {
      writer.kill('SIGKILL');
      await once(writer, 'exit');
    }
  });
  let said = '';
  writer.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(writer.stdout, 'data');
  expect(() => withStore(folder, () => undefined)).toThrow(/^STORE_LOCKED: /);
  for (let i = 0; i < 40; i++) expect(await calledHere(folder, ['alert', 'alert-one', i % 2 ? '--wrong' : '--right', '--note', `word ${i}`])).toMatchObject({ code: 0, stderr: '' });
  const both = await Promise.all([lookout(folder, ['alert', 'alert-two', '--wrong']), lookout(folder, ['alert', 'other', '--right'])]);
  expect(both).toMatchObject([{ code: 0, stderr: '' }, { code: 0, stderr: '' }]);
  writer.stdin.end();
  await once(writer, 'close');
  const written = Number(said.trim().split('\n').at(-1));
  expect(writer.exitCode).toBe(0);
  expect(written).toBeGreaterThan(0);
  expect(words(folder)).toEqual([['alert-one', false, 'word 39'], ['alert-two', false, ''], ['other', true, '']]);
  withStore(folder, (store) => expect(store.stats()).toMatchObject({ events: written * 20, alerts: written + 3, pending: written + 3 }));
});

test('beside a running daemon', async () => {
  const folder = folderWithAlerts(`mqtt: { url: "mqtt://127.0.0.1:${await freePort()}" }`);
  const running = start(folder, ['run']);
  await running.says('watching');
  expect(await calledHere(folder, ['alert', 'alert-one', '--wrong'])).toMatchObject({ code: 0, stderr: '' });
  running.child.kill('SIGTERM');
  expect((await running.outcome).code).toBe(0);
  expect(words(folder)).toEqual([['alert-one', false, '']]);
});

/** Six right and six wrong alerts of the phone rule, and one of a rule that is gone. */
function folderWithLabels(): string {
  const folder = workFolder('', { 'rules/phone.yaml': 'alert: someone picks up phone\nthreshold: 0.5\n' });
  const config = readFileSync(join(folder, 'configs/lookout.yaml'), 'utf8');
  writeFileSync(join(folder, 'configs/lookout.yaml'), config.replace(/model: .*/, `model: { name: ${DEMO_MODEL}, device: cpu }`));
  withStore(folder, (store) => {
    for (let i = 0; i < 12; i++) {
      const right = i < 6;
      const text = right ? `a person in ${['red', 'blue', 'green', 'yellow', 'white', 'red'][i]} picks up the phone` : 'a person in red sits down';
      store.putAlert(alert({ id: `alert-${i}`, text, happenedAt: NOON + i, score: right ? 0.9 + i / 100 : 0.52 + i / 100 }));
      store.putFeedback({ alertId: `alert-${i}`, right, note: right ? '' : 'only sat down', at: NOON + 1000 + i });
    }
    store.putAlert(alert({ id: 'gone', ruleId: 'gone', ruleText: 'someone waves' }));
    store.putFeedback({ alertId: 'gone', right: true, note: '', at: NOON + 99_000 });
  });
  return folder;
}

test('rules are scored by what was said, by the scores of then and by the present model', async () => {
  const folder = folderWithLabels();
  const run = async (...args: string[]): Promise<{ rules: Record<string, unknown>[] }> => {
    const { code, stdout, stderr } = await calledHere(folder, ['eval', '--feedback', '--json', ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as { rules: Record<string, unknown>[] };
  };
  const stored = await run('--stored');
  expect(stored.rules).toMatchObject([
    { rule: 'phone', right: 6, wrong: 6, stored: { precision: 0.5 }, rescored: null, suggestion: { threshold: 0.765, rightLost: 0, wrongSpared: 6, right: 6, wrong: 0 } },
    { rule: 'gone', present: false, suggestion: null, enough: false },
  ]);
  const anew = await run();
  expect(anew.rules[0]).toMatchObject({ rescored: { right: 6, wrong: 0, precision: 1 }, suggestion: null });
  expect((await run('--rule', 'gone', '--stored')).rules).toHaveLength(1);
  expect((await run('--since', '2026-11-22T14:31:30Z', '--stored')).rules).toMatchObject([{ rule: 'gone' }]);
});

test('people get it in a table and in words', async () => {
  const { code, stdout, stderr } = await calledHere(folderWithLabels(), ['eval', '--feedback', '--stored']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^RULE +THRESHOLD +RIGHT +WRONG +PRECISION +NOW +SUGGESTED$/m);
  expect(stdout).toMatch(/^phone +0\.5 +6 +6 +50 % \(25 % to 74 %\) +– +0\.765$/m);
  expect(stdout).toContain('phone: a threshold of 0.765 instead of 0.5 would have spared 6 wrong alerts and cost no right one. With so few labels that may be chance.');
  expect(stdout).toContain('gone: 1 right and 0 wrong are too few for a suggestion; it takes 5 of each.');
  expect(stdout).toContain('“a person in red sits down”: “only sat down”');
});

test.each([
  [['eval', '--feedback', '--scenes', '1'], 2, /^USAGE: --feedback goes without videos, scenes and --html\./],
  [['eval', '.', '--feedback'], 2, /^USAGE: --feedback goes without videos, scenes and --html\./],
  [['eval', '--stored'], 2, /^USAGE: --rule, --since and --stored go with --feedback\./],
  [['eval', '--feedback', '--rule', 'none'], 1, /^RULE_NOT_FOUND: /],
  [['eval', '--feedback', '--since', 'soonish'], 1, /^TIME_UNPARSABLE: /],
])('lookout %j ends with %i and one line that says what to do', async (args, code, line) => {
  const outcome = await calledHere(folderWithAlerts(), args);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toMatch(line);
});

test('without a word on any alert there is nothing to score', async () => {
  expect((await calledHere(folderWithAlerts(), ['eval', '--feedback'])).stdout).toMatch(/^No alert has been judged yet\./);
});
