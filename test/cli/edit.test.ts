import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calledHere, lookout, workFolder } from './lookout.ts';

test('cameras are added, listed without their password, and removed', async () => {
  const folder = workFolder('rtmp: { enabled: true }');
  const added = await lookout(folder, ['camera', 'add', 'door', 'rtsp://viewer:hunter22@192.0.2.1/stream1', '--transport', 'udp']);
  expect(added).toEqual({ code: 0, stdout: 'Camera door is added. Try: npx lookout camera probe door\n', stderr: '' });
  const pushed = await calledHere(folder, ['camera', 'add', 'yard', '--push']);
  expect(pushed.stdout).toMatch(/rtmp:\/\/127\.0\.0\.1:1935\/live\/[\w-]{24}\n/);
  const list = await lookout(folder, ['camera', 'list', '--json']);
  expect(JSON.parse(list.stdout)).toEqual([
    { id: 'door', enabled: true, source: 'rtsp://192.0.2.1/stream1', transport: 'udp' },
    { id: 'yard', enabled: true, source: 'pushed over RTMP', transport: 'tcp' },
  ]);
  expect((await calledHere(folder, ['camera', 'list'])).stdout).toMatch(/^CAMERA +STATE +SOURCE\ndoor +enabled +rtsp:\/\/192\.0\.2\.1\/stream1\n/);
  expect(await calledHere(folder, ['camera', 'remove', 'door'])).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'configs/lookout.yaml'), 'utf8')).not.toContain('hunter22');
});

test('a camera is added with how it is to be read, and with nothing that is the default', async () => {
  const folder = workFolder();
  await calledHere(folder, ['camera', 'add', 'shop', 'rtsps://192.0.2.1/live', '--tls', 'any', '--clock', 'arrival', '--hardware', 'off']);
  expect(readFileSync(join(folder, 'configs/lookout.yaml'), 'utf8')).toContain('cameras:\n  - id: shop\n    url: rtsps://192.0.2.1/live\n    tls: any\n    clock: arrival\n    hardware: off\n');
});

test('rules are added with an id made from the sentence, listed and removed', async () => {
  const folder = workFolder();
  const first = await calledHere(folder, ['rule', 'add', 'Alert when a person falls!', '--severity', 'critical', '--cooldown', '30']);
  expect(first.stdout).toBe('Rule a-person-falls is in rules/a-person-falls.yaml.\n');
  expect(readFileSync(join(folder, 'rules/a-person-falls.yaml'), 'utf8')).toBe('id: a-person-falls\nalert: Alert when a person falls!\ncooldown: 30\nseverity: critical\n');
  expect((await calledHere(folder, ['rule', 'add', '当有人拿起电话时提醒我'])).stdout).toBe('Rule rule is in rules/rule.yaml.\n');
  const rules = JSON.parse((await calledHere(folder, ['rule', 'list', '--json'])).stdout) as { id: string; alert: string }[];
  expect(rules.map((rule) => rule.id)).toEqual(['a-person-falls', 'phone', 'rule']);
  expect(rules[2]?.alert).toBe('当有人拿起电话时提醒我');
  expect(await calledHere(folder, ['rule', 'remove', 'a-person-falls'])).toMatchObject({ code: 0, stderr: '' });
});

test('misuse ends with 2, and so does a command that is none', async () => {
  expect(await lookout(workFolder(), ['rune'])).toEqual({ code: 2, stdout: '', stderr: "USAGE: unknown command 'rune' (Did you mean one of rule, run?) See --help.\n" });
});

test.each([
  [['rule', 'remove', 'none'], 1, /^RULE_NOT_FOUND: rules has no rule none\. See `lookout rule list` for the ids\.\n$/],
  [['rule', 'add', 'x y z', '--id', 'phone'], 1, /^RULE_EXISTS: rule phone is in rules\/phone\.yaml\./],
  [['rule', 'add', 'x y z', '--camera', 'nowhere'], 1, /^CONFIG_INVALID: rules\/x-y-z\.yaml:\d+:\d+: cameras\[0\]: rule x-y-z is for camera nowhere/],
  [['camera', 'add', 'a', 'ftp://h/x'], 1, /^CAMERA_URL_SCHEME: configs\/lookout\.yaml:\d+:\d+: cameras\[0\]\.url: A camera's address cannot be read as ftp:\/\/…/],
  [['camera', 'add', 'a', '--push'], 1, /^CONFIG_INVALID: .*needs rtmp\.enabled: true/],
  [['camera', 'remove', 'a'], 1, /^CAMERA_NOT_FOUND: /],
  [['camera', 'add', 'a'], 2, /^USAGE: camera add takes either a URL or --push\. See --help\.\n$/],
  [['camera', 'add', 'A b', 'rtsp://h'], 2, /^USAGE: .*'A b'.*An id is 1 to 64 of a-z, 0-9, _ and -\./],
  [['rule', 'add'], 2, /^USAGE: missing required argument 'sentence'\. See --help\.\n$/],
  [['rule', 'add', 'x y z', '--threshold', '7'], 2, /^USAGE: .*A number from 0 to 1\./],
  [['run', '--speed', '3'], 2, /^USAGE: unknown option '--speed'/],
  [['run', '-c', 'none.yaml'], 1, /^CONFIG_NOT_FOUND: there is no none\.yaml here\. Give the file with -c/],
  [['events', '--since', 'the day of the jackal'], 1, /^TIME_UNPARSABLE: /],
  [['events'], 1, /^STORE_OPEN: there is no event log at events\.db yet/],
  [['eval'], 2, /^USAGE: eval takes either videos or --scenes, or --feedback\./],
  [['eval', '.', '--model', 'none'], 1, /^MODEL_NOT_FOUND: /],
  [['model', 'check', 'none', '--reference', 'none.safetensors'], 1, /REFERENCE_INVALID: |MODEL_NOT_FOUND: /],
  [['camera', 'probe', 'file:///etc/passwd'], 1, /^CAMERA_URL_SCHEME: /],
  [['camera', 'probe', 'rtsp://u:hunter22@127.0.0.1:1/x'], 1, /ADDRESS_REFUSED: (?!.*hunter22)/],
])('lookout %j ends with %i and one line that says what to do', async (args, code, line) => {
  const outcome = await calledHere(workFolder(), args);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toMatch(line);
  expect(outcome.stderr.trim().split('\n').filter((text) => /^[A-Z_]+: /.test(text))).toHaveLength(1);
});

test('an unknown key is told with file, line and key', async () => {
  const outcome = await lookout(workFolder('video_processor:\n  frame_rte: 4'), ['rule', 'list']);
  expect(outcome).toEqual({
    code: 1,
    stdout: '',
    stderr: 'CONFIG_INVALID: configs/lookout.yaml:5:3: video_processor.frame_rte: unknown key; did you mean frame_rate? Mend the key at the file and line shown; configs/lookout.yaml shows every key.\n',
  });
});

test('$LOOKOUT_CONFIG and -c name another configuration', async () => {
  const folder = workFolder('', { 'other/c.yaml': 'model: { name: m }\ncameras: [{ id: elsewhere, url: "rtsp://h" }]\n', 'other/rules/r.yaml': '' });
  expect((await lookout(folder, ['camera', 'list'], { LOOKOUT_CONFIG: 'other/c.yaml' })).stdout).toContain('elsewhere');
  expect((await calledHere(folder, ['camera', 'list', '-c', 'other/c.yaml'])).stdout).toContain('elsewhere');
});
