import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { withoutSecrets } from '../../src/config/environment.ts';
import { configJsonSchema } from '../../src/config/jsonSchema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { faultOf, folderWith } from './folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const MODEL = 'model: { name: m }\n';

function load(text: string, files: Record<string, string> = {}, env: NodeJS.ProcessEnv = {}) {
  return loadConfig(join(folderWith({ 'c.yaml': text, ...files }), 'c.yaml'), env);
}

function fault(text: string, files: Record<string, string> = {}, env: NodeJS.ProcessEnv = {}) {
  const folder = folderWith({ 'c.yaml': text, ...files });
  const { code, detail } = faultOf(() => loadConfig(join(folder, 'c.yaml'), env));
  return `${code} ${detail.replaceAll(`${folder}/`, '')}`;
}

describe('the files that come with Lookout', () => {
  const examples = readdirSync(join(ROOT, 'configs')).filter((name) => name.endsWith('.yaml'));

  test.each(examples)('configs/%s loads with every rule', (name) => {
    const { config, rules } = loadConfig(join(ROOT, 'configs', name), {});
    expect(rules.map((rule) => rule.id)).toEqual(expect.arrayContaining(['phone', 'fall', 'left-bag', 'jie-dianhua']));
    expect(config.rules_dir).toBe(join(ROOT, 'rules'));
  });

  test('configs/lookout.yaml names every key, and with its default where it does not say otherwise', () => {
    const text = readFileSync(join(ROOT, 'configs/lookout.yaml'), 'utf8');
    for (const [section, schema] of Object.entries(configSchema.shape)) {
      expect(text).toMatch(new RegExp(`^(# )?${section}:`, 'm'));
      const inner = 'unwrap' in schema && typeof schema.unwrap === 'function' ? schema.unwrap() : schema;
      for (const key of Object.keys('shape' in inner ? inner.shape : {})) expect(text).toMatch(new RegExp(`^  (# )?${key}: `, 'm'));
    }
    const { config } = loadConfig(join(ROOT, 'configs/lookout.yaml'), {});
    const bare = load(MODEL).config;
    for (const section of ['video_processor', 'window', 'events', 'mqtt', 'network', 'log'] as const) expect(config[section]).toEqual(bare[section]);
  });

  // `npx vitest run test/config -u` writes it anew.
  test('configs/lookout.schema.json is the schema of this version', async () => {
    await expect(`${JSON.stringify(configJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(join(ROOT, 'configs/lookout.schema.json'));
  });
});

describe('what is wrong is told with file, line, column and key', () => {
  test.each([
    ['an unknown key', `${MODEL}video_processor:\n  frame_rte: 4\n`, 'CONFIG_INVALID c.yaml:3:3: video_processor.frame_rte: unknown key; did you mean frame_rate?'],
    ['an unknown section', `${MODEL}windows: {}\n`, 'CONFIG_INVALID c.yaml:2:1: windows: unknown key; did you mean window?'],
    ['a wrong type', `${MODEL}window:\n  length: long\n`, 'CONFIG_INVALID c.yaml:3:3: window.length: expected number, received string.'],
    ['a missing section', 'log: { level: info }\n', 'CONFIG_INVALID c.yaml:1:1: model: is missing.'],
    ['a missing key', 'log: {}\nmodel:\n  device: cpu\n', 'CONFIG_INVALID c.yaml:2:1: model.name: is missing.'],
    ['an odd number of frames', `${MODEL}window: { max_frames: 15 }\n`, 'CONFIG_INVALID c.yaml:2:11: window.max_frames: Invalid number: must be a multiple of 2.'],
    ['several faults', `${MODEL}store: { days: 1 }\nlog: { level: loud }\n`, 'CONFIG_INVALID c.yaml:2:10: store.days: unknown key; known are path, retention_days, max_mb (and 1 more: log.level).'],
    ['a key given twice', `${MODEL}log: {}\nlog: {}\n`, 'CONFIG_SYNTAX c.yaml:3:1: Map keys must be unique.'],
    ['broken YAML', `${MODEL}log: [\n`, 'CONFIG_SYNTAX c.yaml:3:1: Flow sequence in block collection must be sufficiently indented and end with a ].'],
    ['an unknown alias', `${MODEL}log: *none\n`, 'CONFIG_SYNTAX c.yaml: Unresolved alias (the anchor must be set before the alias).'],
    ['a hop longer than the window', `${MODEL}window: { length: 2, hop: 3 }\n`, 'CONFIG_INVALID c.yaml:2:22: window.hop: is longer than the window, 2 s: what happens between windows would be missed.'],
    ['a broker that is none', `${MODEL}mqtt: { url: "http://broker" }\n`, 'CONFIG_INVALID c.yaml:2:9: mqtt.url: http is not a protocol of MQTT (mqtt, mqtts, ws, wss).'],
    ['TLS beside an address without it', `${MODEL}mqtt: { url: "mqtt://broker", ca: ca.pem }\n`, 'CONFIG_INVALID c.yaml:2:31: mqtt.ca: is of TLS: mqtt.url has to begin with mqtts:// or wss://.'],
    ['an unverified broker without TLS', `${MODEL}mqtt: { verify: false }\n`, 'CONFIG_INVALID c.yaml:2:9: mqtt.verify: is of TLS: mqtt.url has to begin with mqtts:// or wss://.'],
    ['a certificate without its key', `${MODEL}mqtt: { url: "mqtts://broker", cert: c.pem }\n`, 'CONFIG_INVALID c.yaml:2:32: mqtt.cert: needs mqtt.key.'],
    ['a certificate of the API without its key', `${MODEL}api: { cert: c.pem }\n`, 'CONFIG_INVALID c.yaml:2:8: api.cert: needs api.key.'],
    ['an origin with a path', `${MODEL}api: { origins: ["https://house/"] }\n`, 'CONFIG_INVALID c.yaml:2:18: api.origins[0]: must be like https://house.example or http://192.168.1.5:8123, in small letters.'],
    ['a password without a user', `${MODEL}mqtt: { password: x }\n`, 'CONFIG_INVALID c.yaml:2:9: mqtt.password: needs mqtt.username.'],
  ])('%s', (_, text, message) => {
    expect(fault(text)).toBe(message);
  });

  test.each([
    ['a file as a camera', '- { id: a, url: "file:///etc/passwd" }', "CAMERA_URL_SCHEME c.yaml:3:12: cameras[0].url: file is not a camera's protocol."],
    ['a protocol that no camera speaks', '- { id: a, url: "ftp://u:hunter22@h/s" }', "CAMERA_URL_SCHEME c.yaml:3:12: cameras[0].url: A camera's address cannot be read as ftp://…."],
    ['no URL at all', '- { id: a, url: "/dev/video0" }', 'CAMERA_URL_SCHEME c.yaml:3:12: cameras[0].url: is not a URL.'],
    ['a blank in a password', '- { id: a, url: "rtsp://u:p w@h" }', 'CONFIG_INVALID c.yaml:3:12: cameras[0].url: is not a URL with a host (special characters in a password are written as %40 for @, %20 for a blank, and so on).'],
    ['a URL without a host', '- { id: a, url: "rtsp://" }', 'CONFIG_INVALID c.yaml:3:12: cameras[0].url: is not a URL with a host'],
    ['an id that is no topic', '- { id: "a/b", url: "rtsp://h" }', 'CONFIG_INVALID c.yaml:3:5: cameras[0].id: must be 1 to 64 of a-z, 0-9, _ and -.'],
    ['an id twice', '- { id: a, url: "rtsp://h" }\n- { id: a, url: "rtsp://i" }', 'CONFIG_INVALID c.yaml:4:5: cameras[1].id: camera a is there already, at cameras[0].'],
    ['two sources', '- { id: a, url: "rtsp://h", rtmp_key: 0123456789abcdef }', 'CONFIG_INVALID c.yaml:3:29: cameras[0].rtmp_key: a camera has either a url or an rtmp_key.'],
    ['no source', '- { id: a }', 'CONFIG_INVALID c.yaml:3:3: cameras[0]: needs a url, or an rtmp_key to push with.'],
    ['a mask with two corners', '- { id: a, url: "rtsp://h", masks: [[[0, 0], [1, 1]]] }', 'CONFIG_INVALID c.yaml:3:37: cameras[0].masks[0]: a polygon has three corners or more.'],
    ['a mask in pixels', '- { id: a, url: "rtsp://h", masks: [[[0, 0], [640, 0], [640, 480]]] }', 'CONFIG_INVALID c.yaml:3:47: cameras[0].masks[0][1][0]: Too big'],
    ['a mask that is one polygon and no list of them', '- { id: a, url: "rtsp://h", masks: [[0, 0], [1, 0], [1, 1]] }', 'CONFIG_INVALID c.yaml:3:38: cameras[0].masks[0][0]: expected tuple, received number'],
    ['a size in percent', '- { id: a, url: "rtsp://h", min_size: 5 }', 'CONFIG_INVALID c.yaml:3:29: cameras[0].min_size: Too big'],
    ['a clock that nobody has', '- { id: a, url: "rtsp://h", clock: ntp }', 'CONFIG_INVALID c.yaml:3:29: cameras[0].clock: Invalid option: expected one of "auto"|"camera"|"arrival".'],
    ['a key that can be guessed', '- { id: a, rtmp_key: cam1 }', 'CONFIG_INVALID c.yaml:3:12: cameras[0].rtmp_key: must be 16 to 128 of A-Z, a-z, 0-9, _ and -.'],
    ['a key without a server', '- { id: a, rtmp_key: 0123456789abcdef }', 'CONFIG_INVALID c.yaml:3:12: cameras[0].rtmp_key: needs rtmp.enabled: true.'],
  ])('camera: %s', (_, cameras, message) => {
    expect(fault(`${MODEL}cameras:\n${cameras}\n`)).toContain(message);
  });

  test('no file', () => {
    expect(faultOf(() => loadConfig('/nowhere/c.yaml')).message).toBe('CONFIG_NOT_FOUND: /nowhere/c.yaml: there is no such file. Give the file with -c, or copy configs/lookout.yaml and edit it.');
  });

  test('aliases that multiply without end', () => {
    const bomb = Array.from({ length: 12 }, (_, i) => `k${i}: &a${i} [${i === 0 ? 'x' : Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`).join('\n');
    expect(fault(bomb)).toContain('CONFIG_SYNTAX c.yaml: Excessive alias count');
  });
});

test.each(['rtsp://h/s', 'rtsps://u:p%40w@h:322/s?x=1', 'rtmp://h/live/key', 'https://h/live.flv', 'http://[fd00::1]:8080/a.m3u8', 'http://h/a.ts'])('a camera may be at %s', (url) => {
  expect(load(`${MODEL}cameras: [{ id: a, url: "${url}" }]\n`).config.cameras[0]?.url?.reveal()).toBe(url);
});

describe('where cameras may live', () => {
  test.each(['127.0.0.1', '169.254.10.0/24', '::1', 'fe80::/10', 'localhost', 'go2rtc', 'cam_1.local'])('%s', (place) => {
    expect(load(`${MODEL}network: { allow: ["${place}"] }\n`).config.network.allow).toEqual([place]);
  });

  test.each(['127.0.0', '10.0.0.1/33', '::1/129', 'localhost/8', '10.0.0.1/8/8', 'rtsp://h', 'h:554', 'a b', '', '-h', '*'])('not %j', (place) => {
    expect(fault(`${MODEL}network: { allow: ["${place}"] }\n`)).toContain('CONFIG_INVALID c.yaml:2:20: network.allow[0]: must be an address (127.0.0.1), a network (169.254.0.0/16) or a host name.');
  });
});

test('a camera is decoded, timed and watched as is best, where nothing else is said', () => {
  const { cameras, network } = load(`${MODEL}cameras: [{ id: a, url: "rtsps://h" }, { id: b, url: "rtsp://h", clock: arrival, hardware: off, tls: any, masks: [[[0, 0], [0.5, 0], [0, 1]]], min_size: 0.01 }]\n`).config;
  expect(network).toEqual({ allow: [] });
  expect(cameras[0]).toMatchObject({ transport: 'tcp', tls: 'verify', clock: 'auto', hardware: 'auto', masks: [], min_size: 0 });
  expect(cameras[1]).toMatchObject({ tls: 'any', clock: 'arrival', hardware: 'off', masks: [[[0, 0], [0.5, 0], [0, 1]]], min_size: 0.01 });
});

describe('rules', () => {
  test('one in a file is named by the file, a list names each; defaults are filled in', () => {
    const { rules } = load(MODEL, { 'rules/phone.yaml': 'alert: someone picks up phone\n', 'rules/more.yaml': '- { id: a, alert: 有人摔倒 }\n- { id: b, alert: two words, cooldown: 5 }\n', 'rules/.hidden.yaml': ': broken', 'rules/empty.yaml': '# none yet\n' });
    expect(rules.map((rule) => rule.id)).toEqual(['a', 'b', 'phone']);
    expect(rules[2]).toEqual({ id: 'phone', alert: 'someone picks up phone', cameras: [], cooldown: 0, severity: 'info', threshold: 0.5, enabled: true });
  });

  test.each([
    ['an unknown key', { 'rules/a.yaml': 'alert: x y z\ncooldwn: 3\n' }, 'CONFIG_INVALID rules/a.yaml:2:1: cooldwn: unknown key; did you mean cooldown?'],
    ['no id in a list', { 'rules/a.yaml': '- alert: x y z\n' }, 'CONFIG_INVALID rules/a.yaml:1:3: [0].id: is missing.'],
    ['an id twice', { 'rules/a.yaml': 'alert: x y z\n', 'rules/b.yaml': '- { id: a, alert: x y z }\n' }, 'CONFIG_INVALID rules/b.yaml:1:5: [0].id: rule a is there already, at rules/a.yaml:1:1.'],
    ['a camera that does not exist', { 'rules/a.yaml': 'alert: x y z\ncameras: [door]\n' }, 'CONFIG_INVALID rules/a.yaml:2:11: cameras[0]: rule a is for camera door, which does not exist.'],
    ['a threshold beyond 1', { 'rules/a.yaml': 'alert: x y z\nthreshold: 50\n' }, 'CONFIG_INVALID rules/a.yaml:2:1: threshold: Too big'],
  ])('%s', (_, files, message) => {
    expect(fault(MODEL, files)).toContain(message);
  });

  test('a folder that is not there is a fault: nobody would be alerted, and nobody would know', () => {
    expect(fault(`${MODEL}rules_dir: rulez\n`)).toMatch(/^CONFIG_INVALID c\.yaml:2:1: rules_dir: there is no folder .*rulez\.$/);
  });
});

describe('environment variables and secrets', () => {
  const CAMERA = `${MODEL}cameras: [{ id: a, url: "rtsp://u:\${PW}@h/s" }]\n`;

  test('stand for values, and never for keys', () => {
    const { config } = load(CAMERA, {}, { PW: 'x",evil:1' });
    expect(config.cameras[0]?.url?.reveal()).toBe('rtsp://u:x",evil:1@h/s');
  });

  test('that are not set are a fault, except where secrets are not needed', () => {
    expect(fault(CAMERA)).toBe('CONFIG_INVALID c.yaml:2:20: cameras[0].url: the environment variable PW is not set.');
    expect(load(CAMERA, {}, withoutSecrets).config.cameras[0]?.id).toBe('a');
    expect(load(`${MODEL}mqtt: { url: "\${NO_SUCH_BROKER}" }\n`, {}, withoutSecrets).config.mqtt.prefix).toBe('lookout');
  });

  test('give numbers where one is wanted, and passwords of digits stay text', () => {
    const text = `${MODEL}api: { port: "875\${I}" }\nrtmp: { port: "\${PORT}" }\nmqtt: { username: u, password: "\${PW}" }\n`;
    const { config } = load(text, {}, { I: '2', PORT: '1936', PW: '12345' });
    expect([config.api.port, config.rtmp.port, config.mqtt.password?.reveal()]).toEqual([8752, 1936, '12345']);
    expect(fault(text, {}, { I: '2', PORT: 'x', PW: 'y' })).toMatch(/^CONFIG_INVALID c\.yaml:3:\d+: rtmp\.port: expected (number|int), received string/);
    expect(fault(`${MODEL}rtmp: { port: "1936" }\n`)).toMatch(/rtmp\.port: expected (number|int), received string/);
    expect(load(text, {}, withoutSecrets).config.api.port).toBe(8750);
  });

  test('do not show when a configuration is printed', () => {
    const { config } = load(`${CAMERA}mqtt: { username: u, password: "\${PW}" }\n`, {}, { PW: 'hunter22' });
    expect(config.mqtt.password?.reveal()).toBe('hunter22');
    expect(`${JSON.stringify(config)}${inspect(config, { depth: 9 })}`).not.toContain('hunter22');
  });

  test('do not show in errors', () => {
    expect(fault(`${MODEL}cameras: [{ id: a, url: "ftp://u:hunter22@h/s" }]\n`)).not.toContain('hunter22');
  });
});

test('relative paths start at the configuration’s folder', () => {
  const folder = folderWith({ 'etc/c.yaml': 'model: { name: ../models/m }\nstore: { path: /var/lib/x.db }\nrules_dir: ../rules\n' });
  const { config } = loadConfig(join(folder, 'etc/c.yaml'), {});
  expect([config.model.name, config.store.path, config.rules_dir]).toEqual([join(folder, 'models/m'), '/var/lib/x.db', join(folder, 'rules')]);
});
