import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calledHere, workFolder } from './lookout.ts';

const phone = (folder: string): string => readFileSync(join(folder, 'rules/phone.yaml'), 'utf8');

test('every part of a rule can be given when it is added, and is told in a sentence', async () => {
  const folder = workFolder('cameras: [{ id: hall, url: "rtsp://192.0.2.1/x" }]');
  const add = (...args: string[]): ReturnType<typeof calledHere> => calledHere(folder, ['rule', 'add', ...args]);
  expect(await add('someone leaves a bag', '--id', 'bag', '--without', 'they take it', '--within', '5m', '--camera', 'hall', '--cooldown', '1h', '--verify')).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(join(folder, 'rules/bag.yaml'), 'utf8')).toBe('id: bag\nalert: someone leaves a bag\ncameras:\n  - hall\nwithout: they take it\nwithin: 5m\nverify: true\ncooldown: 1h\n');
  await add('the door is open', '--id', 'door', '--for', '30', '--schedule', 'mon-fri 22:00-06:00 Europe/Berlin', '--until', '2099-12-31');
  await add('someone waves', '--id', 'waves', '--count', '3 in 5m', '--schedule', 'sat,sun');
  await add('someone feeds the cat', '--id', 'cat', '--absent', '12h');
  await add('someone rings', '--id', 'rings', '--then', 'the door opens', '--within', '30s', '--schedule', '08:00-12:00,13:00-17:00 UTC');
  const rules = JSON.parse((await calledHere(folder, ['rule', 'list', '--json'])).stdout) as { id: string }[];
  expect(Object.fromEntries(rules.map((rule) => [rule.id, rule]))).toMatchObject({
    bag: { without: 'they take it', within: 300, cooldown: 3600, verify: true, cameras: ['hall'] },
    door: { for: 30, schedule: { days: [1, 2, 3, 4, 5], hours: [{ from: 1320, to: 360 }], timezone: 'Europe/Berlin' } },
    waves: { count: { times: 3, within: 300 }, schedule: { days: [0, 6], hours: [] } },
    cat: { absent: 43_200 },
    rings: expect.objectContaining({ within: 30, schedule: { days: [], hours: [{ from: 480, to: 720 }, { from: 780, to: 1020 }], timezone: 'UTC' } }),
  });
  const table = (await calledHere(folder, ['rule', 'list'])).stdout;
  expect(table).toMatch(/^RULE +STATE +SEVERITY +THRESHOLD +WHAT IT DOES$/m);
  expect(table).toContain('Alerts when “someone leaves a bag” and not, within 5m, “they take it” on hall');
  expect((await calledHere(folder, ['rule', 'show', 'cat'])).stdout).toBe('Alerts when “someone feeds the cat” has not happened for 12h.\ncat: on, info, threshold 0.5.\n');
  expect(JSON.parse((await calledHere(folder, ['rule', 'show', 'cat', '--json'])).stdout)).toMatchObject({ id: 'cat', absent: 43_200, says: 'Alerts when “someone feeds the cat” has not happened for 12h.' });
});

test('a rule is switched, snoozed and woken, and its file says so', async () => {
  const folder = workFolder('', { 'rules/phone.yaml': '# mine\nalert: someone picks up phone # really\n' });
  expect(await calledHere(folder, ['rule', 'off', 'phone'])).toEqual({ code: 0, stdout: 'Rule phone is off.\n', stderr: '' });
  expect(phone(folder)).toMatch(/^# mine\nalert: someone picks up phone # really\nenabled: false\n$/);
  expect((await calledHere(folder, ['rule', 'show', 'phone'])).stdout).toContain('phone: off');
  await calledHere(folder, ['rule', 'on', 'phone']);
  const snoozed = await calledHere(folder, ['rule', 'snooze', 'phone', '1h30m']);
  expect(snoozed.stdout).toMatch(/^Rule phone is snoozed until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\n$/);
  const until = new Date(/snoozed_until: "?([^"\n]+)/.exec(phone(folder))?.[1] ?? '').getTime() - Date.now();
  expect(Math.abs(until - 5_400_000)).toBeLessThan(60_000);
  expect((await calledHere(folder, ['rule', 'list'])).stdout).toMatch(/^phone +snoozed /m);
  expect((await calledHere(folder, ['rule', 'snooze', 'phone', '0'])).stdout).toBe('Rule phone is no longer snoozed.\n');
  expect(phone(folder)).not.toContain('snoozed_until');
});

test.each([
  [['rule', 'on', 'none'], 1, /^RULE_NOT_FOUND: /],
  [['rule', 'snooze', 'none', '2h'], 1, /^RULE_NOT_FOUND: /],
  [['rule', 'snooze', 'phone', 'a while'], 2, /^USAGE: .*A length of time: 90, 30m, 2h, 1h30m\./],
  [['rule', 'snooze', 'phone'], 2, /^USAGE: missing required argument 'time'/],
  [['rule', 'show', 'none'], 1, /^RULE_NOT_FOUND: there is no rule none\./],
  [['rule', 'add', 'x y z', '--for', '30s', '--absent', '5m'], 1, /^CONFIG_INVALID: rules\/x-y-z\.yaml:\d+:\d+: absent: cannot stand beside for/],
  [['rule', 'add', 'x y z', '--schedule', 'Europe/Berlin UTC'], 2, /^USAGE: --schedule /],
])('lookout %j ends with %i and one line that says what to do', async (args, code, line) => {
  const outcome = await calledHere(workFolder(), args);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toMatch(line);
});
