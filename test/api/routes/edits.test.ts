import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CameraAddedOut, CameraOut, CamerasOut } from '../../../src/api/schemas/cameras.ts';
import type { ConfigEditedOut, ConfigOut, ConfigSchemaOut } from '../../../src/api/schemas/config.ts';
import type { RuleOut, RulesOut } from '../../../src/api/schemas/rules.ts';
import { NOON } from '../../store/values.ts';
import { CANARY, CONFIG, house, refusal, told } from './house.ts';

describe('rules', () => {
  test('are told as they are meant and as they stand in their files', async () => {
    const { get, write } = await house();
    write('rules/full.yaml', 'alert: someone waits\ncameras: [door]\nfor: 1m30s\ncooldown: 5m\nschedule: { days: mon-fri, hours: "22:00-06:00", timezone: Europe/Berlin }\nseverity: critical\nverify: true\nuntil: 2026-12-31T00:00Z\nsnoozed_until: 2026-11-22T15:00Z\n');
    const { items, problem } = await told<RulesOut>(get('/v1/rules'));
    expect(problem).toBeNull();
    expect(items.map(({ id, state, line }) => [id, state, line])).toEqual([['full', 'snoozed', 1], ['bag', 'on', 1], ['dog', 'off', 4], ['phone', 'on', 2]]);
    expect(items[0]).toMatchObject({
      for: 90, cooldown: 300, schedule: { days: [1, 2, 3, 4, 5], hours: [{ from: 1320, to: 360 }], timezone: 'Europe/Berlin' }, verify: true, absent: null, count: null,
      until_ms: Date.UTC(2026, 11, 31), snoozed_until: '2026-11-22T15:00:00.000Z', entry: { id: 'full', for: '1m30s', cooldown: '5m', schedule: { days: 'mon-fri' } },
      says: expect.stringContaining('goes on for 1m30s'), file: expect.stringMatching(/full\.yaml$/),
    });
    expect(await told<RuleOut>(get('/v1/rules/phone'))).toMatchObject({ id: 'phone', threshold: 0.5 });
    expect(await refusal(get('/v1/rules/nobody'))).toBe('404 RULE_NOT_FOUND');
  });

  test('are added with their whole language, and checked as files are', async () => {
    const { post, read, get } = await house();
    const added = await post('/v1/rules', { alert: 'alert when someone leaves a bag', count: '3 in 5m', cooldown: '1h', cameras: ['door'] });
    expect(added.status).toBe(201);
    expect(await told<RuleOut>(added)).toMatchObject({ id: 'someone-leaves-a-bag', count: { times: 3, within: 300 }, cooldown: 3600 });
    expect(read('rules/someone-leaves-a-bag.yaml')).toBe('id: someone-leaves-a-bag\nalert: alert when someone leaves a bag\ncameras:\n  - door\ncooldown: 1h\ncount: 3 in 5m\n');
    expect((await told<RuleOut>(post('/v1/rules', { alert: 'alert when someone leaves a bag' }))).id).toBe('someone-leaves-a-bag-2');
    const refused: [object, string][] = [
      [{ id: 'phone', alert: 'someone rings' }, '409 RULE_EXISTS'],
      [{ id: 'cat', alert: 'a cat comes', cameras: ['nowhere'] }, '422 CONFIG_INVALID'],
      [{ id: 'cat', alert: 'a cat comes', for: '1m', absent: '2m' }, '422 CONFIG_INVALID'],
      [{ id: 'cat', alert: 'a cat comes', treshold: 0.4 }, '422 CONFIG_INVALID'],
      [{ id: 'cat', alert: 'a cat comes', schedule: { days: 'sometimes' } }, '422 CONFIG_INVALID'],
      [{ id: '../cat', alert: 'a cat comes' }, '400 REQUEST_INVALID'],
      [{ id: 'cat' }, '400 REQUEST_INVALID'],
      [{ id: 'cat', alert: 'a cat comes', threshold: 2 }, '400 REQUEST_INVALID'],
    ];
    for (const [body, wanted] of refused) expect(await refusal(post('/v1/rules', body))).toBe(wanted);
    expect(await refusal(post('/v1/rules', { alert: 'a cat comes' }, { scope: 'viewer' }))).toBe('403 TOKEN_SCOPE');
    expect((await told<RulesOut>(get('/v1/rules'))).items).toHaveLength(5);
  });

  test('are patched key by key, comments kept; a kind takes the place of another', async () => {
    const { patch, read, write } = await house();
    expect(await told<RuleOut>(patch('/v1/rules/phone', { threshold: 0.7, cooldown: '30s', cameras: ['door', 'hall'] }))).toMatchObject({ threshold: 0.7, cooldown: 30 });
    expect(read('rules/phone.yaml')).toBe('# everybody knows it\nalert: someone picks up phone # or not\nthreshold: 0.7\ncameras: [ door, hall ]\ncooldown: 30s\n');
    await told(patch('/v1/rules/phone', { cooldown: null, cameras: null, enabled: false }));
    expect(read('rules/phone.yaml')).toBe('# everybody knows it\nalert: someone picks up phone # or not\nthreshold: 0.7\nenabled: false\n');
    await told(patch('/v1/rules/bag', '{ "then": "they walk out", "within": "5m" }', { headers: { 'content-type': 'application/json' } }));
    const absent = await told<RuleOut>(patch('/v1/rules/bag', { absent: '10m' }));
    expect([absent.absent, absent.then, absent.within]).toEqual([600, null, null]);
    expect(read('rules/list.yaml')).toBe('- id: bag # left\n  alert: a bag is left\n  cameras: [hall]\n  absent: 10m\n- id: dog\n  alert: a dog barks\n  enabled: false\n');
    write('rules/flow.yaml', '{ alert: "someone, or two: wait", for: 5m } # short\n');
    await told(patch('/v1/rules/flow', { for: '6m', alert: 'yes: "they" wait # really' }));
    expect(read('rules/flow.yaml')).toContain('# short');
    const before = read('rules/list.yaml');
    for (const [body, wanted] of [[{ cameras: ['nowhere'] }, '422 CONFIG_INVALID'], [{ id: 'else' }, '422 CONFIG_INVALID'], [{ absent: '1m', verify: true }, '422 CONFIG_INVALID'], [{ unheard_of: 1 }, '422 CONFIG_INVALID'], [{ alert: null }, '422 CONFIG_INVALID']] as const) {
      expect(await refusal(patch('/v1/rules/bag', body))).toBe(wanted);
    }
    expect(await refusal(patch('/v1/rules/nobody', { threshold: 0.1 }))).toBe('404 RULE_NOT_FOUND');
    expect(read('rules/list.yaml')).toBe(before);
  });

  test('what people write stays one value, whatever notation it looks like', async () => {
    const { post, patch, get, read } = await house();
    const words = ['x\nthreshold: 0\n# y', '"quoted" and: more', '- id: evil', '{ a: b }', '*alias &anchor !tag', '当有人：提醒我 # 不', '%yaml', 'a'.repeat(500)];
    for (const [i, alert] of words.entries()) {
      expect((await told<RuleOut>(post('/v1/rules', { id: `w${i}`, alert }))).alert).toBe(alert);
      expect((await told<RuleOut>(patch(`/v1/rules/w${i}`, { alert: `${alert.slice(0, 490)} again`, threshold: 0.9 }))).entry).toMatchObject({ alert: `${alert.slice(0, 490)} again`, threshold: 0.9 });
      expect((await told<RuleOut>(patch('/v1/rules/bag', { alert }))).alert).toBe(alert);
    }
    expect(read('rules/list.yaml')).toMatch(/^- id: bag # left\n/);
    expect((await told<RulesOut>(get('/v1/rules'))).items).toHaveLength(3 + words.length);
    expect(await refusal(post('/v1/cameras', { id: 'x', url: 'rtsp://h/s\nrules_dir: /etc' }))).toBe('422 CONFIG_INVALID');
  });

  test('are snoozed and removed; a version that was edited in between is refused', async () => {
    const { get, post, patch, request, read, folder, write } = await house();
    expect(await told<RuleOut>(post('/v1/rules/phone/snooze', { for: '2h' }))).toMatchObject({ state: 'snoozed', snoozed_until_ms: NOON + 60_000 + 7_200_000 });
    expect(await told<RuleOut>(post('/v1/rules/phone/snooze', { for: 0 }))).toMatchObject({ state: 'on', snoozed_until: null });
    for (const length of ['a while', -5, '5y', 1e12]) expect(await refusal(post('/v1/rules/phone/snooze', { for: length }))).toBe('400 USAGE');
    const first = await get('/v1/rules/bag');
    const { etag } = await told<RuleOut>(first);
    expect(first.headers.get('etag')).toBe(`"${etag}"`);
    write('rules/list.yaml', `${read('rules/list.yaml')}# by hand\n`);
    const headers = { 'if-match': `"${etag}"` };
    expect(await refusal(patch('/v1/rules/bag', { threshold: 0.9 }, { headers }))).toBe('412 CONFIG_CHANGED');
    expect(await refusal(request('DELETE', '/v1/rules/bag', undefined, { headers }))).toBe('412 CONFIG_CHANGED');
    const now = (await get('/v1/rules/bag')).headers.get('etag') ?? '';
    expect((await patch('/v1/rules/bag', { threshold: 0.9 }, { headers: { 'if-match': now } })).status).toBe(200);
    expect((await request('DELETE', '/v1/rules/bag', undefined, { headers: { 'if-match': '*' } })).status).toBe(204);
    expect(read('rules/list.yaml')).toBe('- id: dog\n  alert: a dog barks\n  enabled: false\n# by hand\n');
    expect((await request('DELETE', '/v1/rules/phone')).status).toBe(204);
    expect(existsSync(join(folder, 'rules/phone.yaml'))).toBe(false);
    expect(await refusal(request('DELETE', '/v1/rules/phone'))).toBe('404 RULE_NOT_FOUND');
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('cameras', () => {
  test('are told with their state and never with what only they may know', async () => {
    const { get, statuses } = await house();
    statuses.set('door', { state: 'offline', since: NOON, reason: 'no route to rtsp://viewer:hunter2@h/', code: 'CAMERA_UNREACHABLE' });
    statuses.set('hall', { state: 'online', since: NOON, clockOffset: -5000 });
    const { items } = await told<CamerasOut>(get('/v1/cameras', { scope: 'editor' }));
    expect(items).toMatchObject([
      { id: 'door', kind: 'pull', source: 'rtsp://192.168.1.20:554/stream1', enabled: true, transport: 'tcp', masks: [], rules: ['dog', 'phone'], status: { state: 'offline', since_ms: NOON, code: 'CAMERA_UNREACHABLE', reason: 'no route to rtsp://[redacted]@h/' } },
      { id: 'hall', source: 'rtsp://192.168.1.21/user=[redacted]&password=[redacted]&channel=1', rules: ['bag', 'dog', 'phone'], status: { state: 'online', clock_offset_ms: -5000 } },
      { id: 'yard', kind: 'push', source: 'pushed over RTMP', enabled: false, status: { state: 'disabled', since: null } },
    ]);
    const seen = await told<CamerasOut>(get('/v1/cameras'));
    expect(seen.items.map(({ source }) => source)).toEqual(['rtsp://192.168.1.20:554/…', 'rtsp://192.168.1.21/…', 'pushed over RTMP']);
    expect(await told<CameraOut>(get('/v1/cameras/door'))).toMatchObject({ source: 'rtsp://192.168.1.20:554/…' });
    expect(await refusal(get('/v1/cameras/attic'))).toBe('404 CAMERA_NOT_FOUND');
  });

  test('are added, patched and removed, every other byte kept', async () => {
    const { post, patch, request, read, get } = await house();
    const pushed = await told<CameraAddedOut>(post('/v1/cameras', { id: 'gate', push: true, clock: 'arrival' }, { scope: 'editor' }));
    const key = /\/live\/([\w-]{24})$/.exec(pushed.push_url ?? '')?.[1] ?? '';
    expect(pushed).toMatchObject({ camera: { id: 'gate', kind: 'push', clock: 'arrival', status: { state: 'unknown' } }, push_url: expect.stringMatching(/^rtmp:\/\/[^/]+:1935\/live\//) });
    expect(read('lookout.yaml')).toBe(`${CONFIG}  - id: gate\n    clock: arrival\n    rtmp_key: ${key}\n`);
    expect(await (await get('/v1/cameras')).text()).not.toContain(key);
    expect((await told<CameraOut>(patch('/v1/cameras/door', { enabled: false, masks: [[[0, 0], [1, 0], [1, 0.1]]], tls: 'any' }))).masks).toEqual([[[0, 0], [1, 0], [1, 0.1]]]);
    const door = `  - id: door     # of oak\n    url: rtsp://viewer:${CANARY}@192.168.1.20:554/stream1?token=${CANARY}\n    enabled: false\n    tls: any\n    masks: [ [ [ 0, 0 ], [ 1, 0 ], [ 1, 0.1 ] ] ]\n`;
    expect(read('lookout.yaml')).toContain(`  # the front\n${door}  - id: hall\n`);
    await told(patch('/v1/cameras/door', { masks: null, tls: null, enabled: null, url: 'rtsp://10.0.0.9/second' }));
    expect(read('lookout.yaml')).toContain('  # the front\n  - id: door     # of oak\n    url: rtsp://10.0.0.9/second\n  - id: hall\n');
    expect((await request('DELETE', '/v1/cameras/gate')).status).toBe(204);
    expect(await refusal(request('DELETE', '/v1/cameras/hall'))).toBe('422 CONFIG_INVALID');
    expect(await refusal(request('DELETE', '/v1/cameras/attic'))).toBe('404 CAMERA_NOT_FOUND');
  });

  test.each([
    [{ id: 'x', url: 'ftp://h/s' }, '400 CAMERA_URL_SCHEME'],
    [{ id: 'x', url: 'file:///etc/passwd' }, '400 CAMERA_URL_SCHEME'],
    [{ id: 'x', url: '/etc/passwd' }, '400 CAMERA_URL_SCHEME'],
    [{ id: 'door', url: 'rtsp://h/s' }, '409 CAMERA_EXISTS'],
    [{ id: 'x' }, '400 USAGE'],
    [{ id: 'x', push: true, url: 'rtsp://h/s' }, '400 USAGE'],
    [{ id: 'x', url: 'rtsp://h/s', colour: 'red' }, '422 CONFIG_INVALID'],
    [{ id: 'x', rtmp_key: 'short' }, '400 REQUEST_INVALID'],
    [{ id: 'X/Y', url: 'rtsp://h/s' }, '400 REQUEST_INVALID'],
    [{ id: 'x', url: 'http://evil.example/${MQTT_PASSWORD}.flv' }, '403 TOKEN_SCOPE'],
  ])('%j is refused with %s', async (body, wanted) => {
    const { post, read } = await house();
    expect(await refusal(post('/v1/cameras', body, { scope: 'editor' }))).toBe(wanted);
    expect(read('lookout.yaml')).toBe(CONFIG);
  });

  test('may name variables of the environment where an admin says so', async () => {
    vi.stubEnv('LOOKOUT_HOUSE', 'cellar');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { post, patch, get } = await house();
    expect(await refusal(patch('/v1/cameras/door', { url: 'rtsp://h/${HOME}' }, { scope: 'editor' }))).toBe('403 TOKEN_SCOPE');
    await told(post('/v1/cameras', { id: 'x', url: 'rtsp://u:${LOOKOUT_HOUSE}@h/${LOOKOUT_HOUSE}/s' }));
    expect((await told<CameraOut>(get('/v1/cameras/x', { scope: 'editor' }))).source).toBe('rtsp://h/${LOOKOUT_HOUSE}/s');
  });

  test('are probed by an id or an address, and never a file; a refused address is one', async () => {
    const { post } = await house();
    const probe = (body: object): Promise<string> => refusal(post('/v1/cameras/probe', body));
    expect(await probe({ camera: 'attic' })).toBe('404 CAMERA_NOT_FOUND');
    expect(await probe({ url: 'file:///etc/passwd' })).toBe('400 CAMERA_URL_SCHEME');
    expect(await probe({ url: '/etc/passwd' })).toBe('400 CAMERA_URL_SCHEME');
    expect(await probe({})).toBe('400 USAGE');
    expect(await probe({ camera: 'door', url: 'rtsp://h/s' })).toBe('400 USAGE');
    expect(await probe({ camera: 'door', seconds: 600 })).toBe('400 REQUEST_INVALID');
    expect(await probe({ url: 'rtsp://127.0.0.1:9/s', seconds: 1 })).toBe('422 ADDRESS_REFUSED');
  });
});

describe('the configuration', () => {
  test('is told with every default, its secrets redacted, variables as they are written', async () => {
    const { get, write } = await house({ files: { 'lookout.yaml': CONFIG.replace('  settle: 0.5', '  ca: ${HOME}/ca.pem\n  settle: 0.5').replace('mqtt://lookout', 'mqtts://lookout') } });
    const answer = await get('/v1/config', { scope: 'admin' });
    const config = await told<ConfigOut>(answer);
    expect(answer.headers.get('etag')).toBe(`"${config.etag}"`);
    expect(config).toMatchObject({
      problem: null, restart: [], secrets: [['mqtt', 'password'], ['cameras', 0, 'url'], ['cameras', 1, 'url'], ['cameras', 2, 'rtmp_key']],
      values: {
        model: { name: 'm', memory_mb: 4096 }, store: { path: 'log/lookout.db' }, window: { length: 8 },
        mqtt: { url: 'mqtts://[redacted]@broker.example:1883', password: '[redacted]', ca: '${HOME}/ca.pem', settle: 0.5 },
        cameras: [{ id: 'door', url: '[redacted]', transport: 'tcp' }, { id: 'hall' }, { id: 'yard', rtmp_key: '[redacted]' }],
      },
    });
    expect(config.written).toEqual(expect.arrayContaining([['model', 'name'], ['mqtt', 'settle'], ['cameras', 0, 'id'], ['cameras', 2, 'enabled']]));
    expect(config.written).not.toContainEqual(['window', 'length']);
    write('lookout.yaml', `${CONFIG}window: { length: [\n`);
    expect(await told<ConfigOut>(get('/v1/config', { scope: 'admin' }))).toMatchObject({ problem: { code: 'CONFIG_SYNTAX' }, values: { mqtt: { password: '[redacted]' } } });
    expect(await refusal(get('/v1/config', { scope: 'editor' }))).toBe('403 TOKEN_SCOPE');
  });

  test('its schema tells every key, which are secret, and which want a restart', async () => {
    const { get } = await house();
    const { schema, rules, restart } = await told<ConfigSchemaOut>(get('/v1/config/schema', { scope: 'admin' }));
    expect(schema).toMatchObject({ properties: { mqtt: { properties: { password: { writeOnly: true }, url: { description: expect.any(String) } } }, cameras: { items: { properties: { url: { writeOnly: true } } } } } });
    expect(rules).toHaveProperty('anyOf');
    expect(restart).toEqual(expect.arrayContaining(['model', 'mqtt', 'store']));
  });

  test('is edited by keys, all or none, comments kept, secrets set and not told', async () => {
    const { patch, read, get } = await house();
    const edit = (...edits: { path: (string | number)[]; value?: unknown }[]): Promise<Response> => patch('/v1/config', { edits });
    const done = await told<ConfigEditedOut>(edit({ path: ['mqtt', 'settle'], value: 2 }, { path: ['mqtt', 'password'], value: 'new one' }, { path: ['window', 'length'], value: 12 }, { path: ['network', 'allow'], value: ['10.9.8.7'] }, { path: ['network', 'allow', 1], value: 'cam.local' }, { path: ['store', 'retention_days'], value: 7 }));
    expect(done).toMatchObject({ changed: true, restart: ['mqtt', 'store'] });
    const text = read('lookout.yaml');
    expect(text).toContain('  password: new one\n  # how long\n  settle: 2\ncameras:\n  # the front\n  - id: door     # of oak\n');
    expect(text).toContain('model: { name: m }   # small\nstore: { path: log/lookout.db, retention_days: 7 }\nmedia');
    expect(text).toMatch(/window:\n {2}length: 12\nnetwork:\n {2}allow: *\[ ?10\.9\.8\.7, cam\.local ?\]\n$/);
    const config = await told<ConfigOut>(get('/v1/config', { scope: 'admin' }));
    expect(config).toMatchObject({ etag: done.etag, restart: ['mqtt', 'store'], values: { mqtt: { password: '[redacted]', settle: 2 }, window: { length: 12 } } });
    expect(await told<ConfigEditedOut>(edit({ path: ['window', 'hop'], value: null }))).toMatchObject({ changed: false, restart: [], etag: done.etag });
    expect(await told<ConfigEditedOut>(edit({ path: ['window', 'length'], value: null }, { path: ['cameras', 1, 'enabled'], value: false }))).toMatchObject({ changed: true, restart: [] });
    const before = read('lookout.yaml');
    const refused: [{ path: (string | number)[]; value?: unknown }[], string][] = [
      [[{ path: ['mqtt', 'settle'], value: 3 }, { path: ['mqtt', 'sttle'], value: 3 }], '422 CONFIG_INVALID'],
      [[{ path: ['mqtt', 'password'], value: '[redacted]' }], '422 CONFIG_INVALID'],
      [[{ path: ['mqtt', 'url'], value: 'mqtt://[redacted]@broker.example:1883' }], '422 CONFIG_INVALID'],
      [[{ path: ['cameras', 0, 'url'], value: 'ftp://h/s' }], '400 CAMERA_URL_SCHEME'],
      [[{ path: ['cameras', 9, 'enabled'], value: false }], '422 CONFIG_INVALID'],
      [[{ path: ['cameras', 'door', 'enabled'], value: false }], '422 CONFIG_INVALID'],
      [[{ path: ['cameras', 1], value: null }], '422 CONFIG_INVALID'],
      [[{ path: ['window', 'hop'], value: 60 }], '422 CONFIG_INVALID'],
      [[{ path: ['rules_dir'], value: 'nowhere' }], '422 CONFIG_INVALID'],
      [[{ path: ['__proto__', 'polluted'], value: 1 }], '422 CONFIG_INVALID'],
      [[], '400 REQUEST_INVALID'],
    ];
    for (const [edits, wanted] of refused) expect([edits, await refusal(edit(...edits))]).toEqual([edits, wanted]);
    expect(read('lookout.yaml')).toBe(before);
    expect(await refusal(patch('/v1/config', { edits: [{ path: ['log', 'level'], value: 'debug' }] }, { scope: 'editor' }))).toBe('403 TOKEN_SCOPE');
  });

  test('a version that is gone is not edited', async () => {
    const { patch, get, write, read } = await house();
    const headers = { 'if-match': (await get('/v1/config', { scope: 'admin' })).headers.get('etag') ?? '' };
    const edits = [{ path: ['log', 'level'], value: 'debug' }];
    write('lookout.yaml', `${CONFIG}# by hand\n`);
    expect(await refusal(patch('/v1/config', { edits }, { headers }))).toBe('412 CONFIG_CHANGED');
    expect(await refusal(patch('/v1/cameras/door', { enabled: false }, { headers }))).toBe('412 CONFIG_CHANGED');
    expect(await refusal(patch('/v1/config', { edits }, { headers: { 'if-match': '"a", "b"' } }))).toBe('400 USAGE');
    expect(read('lookout.yaml')).toBe(`${CONFIG}# by hand\n`);
    const fresh = { 'if-match': `W/${(await get('/v1/config', { scope: 'admin' })).headers.get('etag') ?? ''}` };
    expect((await patch('/v1/config', { edits }, { headers: fresh })).status).toBe(200);
  });
});

test('files that do not load: what is in force is told, with why; edits are refused, and nothing is lost', async () => {
  const { get, post, patch, write, read } = await house();
  const broken = CONFIG.replace('settle: 0.5', 'settle: [');
  write('lookout.yaml', broken);
  expect(await told<RulesOut>(get('/v1/rules'))).toMatchObject({ problem: { code: 'CONFIG_SYNTAX', message: expect.stringContaining('lookout.yaml') }, items: [{ id: 'bag', entry: null, file: null, etag: null }, {}, { id: 'phone' }] });
  expect(await told<CamerasOut>(get('/v1/cameras'))).toMatchObject({ problem: { code: 'CONFIG_SYNTAX' }, items: [{ id: 'door', source: 'rtsp://192.168.1.20:554/…' }, {}, {}] });
  for (const answer of [post('/v1/rules', { alert: 'a cat comes' }), patch('/v1/cameras/door', { enabled: false }), patch('/v1/config', { edits: [{ path: ['log', 'level'], value: 'debug' }] })]) expect(await refusal(answer)).toBe('422 CONFIG_SYNTAX');
  expect(read('lookout.yaml')).toBe(broken);
  write('lookout.yaml', CONFIG);
  write('rules/phone.yaml', 'alert: someone picks up phone\nthreshold: much\n');
  expect(await told<RulesOut>(get('/v1/rules'))).toMatchObject({ problem: { code: 'CONFIG_INVALID', message: expect.stringContaining('phone.yaml:2') } });
  write('rules/phone.yaml', 'alert: someone picks up phone\ncameras: [attic]\n');
  expect(await told<RulesOut>(get('/v1/rules'))).toMatchObject({ problem: { code: 'CONFIG_INVALID', message: expect.stringContaining('attic') } });
});

test('edits at once are all kept; a lock that a crash left is passed over', async () => {
  const { post, patch, get, folder } = await house();
  await Promise.all([
    ...Array.from({ length: 8 }, (_, i) => post('/v1/cameras', { id: `c${i}`, url: `rtsp://10.0.0.${i}/s` })),
    ...Array.from({ length: 8 }, (_, i) => post('/v1/rules', { id: `r${i}`, alert: `thing ${i} happens` })),
    patch('/v1/cameras/door', { enabled: false }), patch('/v1/config', { edits: [{ path: ['log', 'level'], value: 'debug' }] }),
  ]).then((answers) => expect(answers.map(({ status }) => status)).toEqual([...Array<number>(16).fill(201), 200, 200]));
  expect((await told<CamerasOut>(get('/v1/cameras'))).items).toHaveLength(11);
  expect((await told<RulesOut>(get('/v1/rules'))).items).toHaveLength(11);
  const lock = join(folder, '.lookout.yaml.lock');
  writeFileSync(lock, '');
  expect(await refusal(patch('/v1/cameras/door', { enabled: true }))).toBe('503 CONFIG_WRITE');
  utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
  expect((await patch('/v1/cameras/door', { enabled: true })).status).toBe(200);
  expect(existsSync(lock)).toBe(false);
});
