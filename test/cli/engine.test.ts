import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saveClip } from '../../src/demo/clip.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { heldOutRooms } from '../../src/eval/scenes.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import { chatServer } from '../chat/chatServer.ts';
import type { ChatServer } from '../chat/chatServer.ts';
import { event } from '../store/values.ts';
import { calledHere, lookout, workFolder } from './lookout.ts';

const room = heldOutRooms(1, 12, 24)[0];
if (!room) throw new Error('there is no such room');
const films = mkdtempSync(join(tmpdir(), 'lookout-engine-'));
const video = join(films, 'room.mp4');
let engine: ChatServer;

beforeAll(async () => {
  await saveClip(room, join(films, 'room'), { width: 384, height: 256, fps: 10 });
  engine = await chatServer(DEMO_MODEL);
});
afterAll(async () => {
  await engine.stop();
  rmSync(films, { recursive: true, force: true });
});

/** A folder whose model an engine serves; the demo's folder only says how frames are cut for it. */
function folderWith(url = `${engine.api.url}/v1`, settings = ''): string {
  const config = `model: { backend: openai, name: ${DEMO_MODEL} }
engine: { endpoints: [{ url: "${url}", api_key: "${engine.api.token('viewer')}" }], timeout: 60${settings} }
store: { path: ../events.db }\nrules_dir: ../rules\napi: { enabled: false }
cameras: [{ id: hall, url: "rtsp://192.0.2.1/x", enabled: false }]\n`;
  return workFolder('', { 'configs/lookout.yaml': config });
}

test('a video is asked about as with a model of ours', async () => {
  const engines = await calledHere(folderWith(), ['ask', video, '--json']);
  const own = await calledHere(films, ['ask', video, '--json', '--model', DEMO_MODEL, '--device', 'cpu']);
  expect(engines.stderr).toBe('');
  expect(own.stdout.split('\n').length).toBeGreaterThan(2);
  const lines = (text: string): object[] => text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { confidence: number }).map(({ confidence, ...line }) => ({ ...line, sure: confidence > 0.5 }));
  expect(lines(engines.stdout)).toEqual(lines(own.stdout));
});

test('a rule is tried on the log', async () => {
  const folder = folderWith();
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 30 }, createLogger({ level: 'silent' }));
  const at = Date.now() - 3_600_000;
  store.putEvent(event({ id: 'e', camera: 'hall', text: 'a person in blue picks up the phone', start: at, end: at + 3000, detectedAt: at, phase: 'end' }));
  store.markAlive(Date.now());
  store.close();
  const { code, stdout, stderr } = await calledHere(folder, ['rule', 'test', '--json', 'someone picks up phone', '--since', '3d']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ alerts: 1 });
});

test('labelled video is scored with it', async () => {
  const { code, stdout } = await calledHere(folderWith(), ['eval', video, '--json', '--jobs', '1']);
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as { model: string }).model).toBe('demo');
});

test('the doctor says what it is and can do, and what is wrong where it is not there', async () => {
  const well = await calledHere(folderWith(), ['doctor']);
  expect(well.stdout).toMatch(/^ok {4}engine {11}Lookout at 127\.0\.0\.1:\d+ serves demo: frames as a video with their own times, answers held to the JSON schema, scores by log-probabilities/m);
  const gone = await calledHere(folderWith('http://127.0.0.1:9/v1'), ['doctor']);
  expect(gone.stdout).toMatch(/^FAIL {2}engine {11}ENGINE_UNREACHABLE: /m);
  const other = await calledHere(folderWith(undefined, ', model: another'), ['doctor']);
  expect(other.stdout).toMatch(/^FAIL {2}engine {11}ENGINE_UNSUITABLE: The server does not serve another, but demo\./m);
});

test.each([
  ['a device of this machine', ['ask', video, '--device', 'cpu'], /^USAGE: --device is of a model that runs on this machine/, 2],
])('%s is refused in words', async (_, args, message, exit) => {
  const { code, stderr } = await calledHere(folderWith('http://127.0.0.1:9/v1'), args);
  expect(stderr).toMatch(message);
  expect(code).toBe(exit);
});

test('a command ends at once where the engine is not there', async () => {
  const { code, stderr } = await lookout(folderWith('http://127.0.0.1:9/v1'), ['ask', video]);
  expect(stderr).toMatch(/ENGINE_UNREACHABLE: /);
  expect(code).toBe(1);
});

test.each([
  ['a password in an address', 'model: { backend: openai }\nengine: { endpoints: [{ url: "http://me:hunter22@gpu:8000/v1" }] }\n', 'CONFIG_INVALID c.yaml:2:25: engine.endpoints[0].url: may name no user'],
  ['no endpoints', 'model: { backend: openai }\n', 'CONFIG_INVALID c.yaml:1:10: model.backend: needs engine.endpoints'],
  ['a fallback without a checkpoint', 'model: { backend: openai }\nengine: { endpoints: [{ url: "http://h" }], fallback: onnx }\n', 'engine.fallback: needs model.name'],
  ['TLS beside an address without it', 'model: { backend: openai }\nengine: { endpoints: [{ url: "http://h", verify: false }] }\n', 'engine.endpoints[0].verify: is of TLS'],
  ['an address that is none', 'model: { backend: openai }\nengine: { endpoints: [{ url: "gpu1:8000" }] }\n', 'engine.endpoints[0].url: '],
])('a configuration with %s is refused', async (_, config, message) => {
  const folder = workFolder('', { 'configs/lookout.yaml': `${config}rules_dir: ../rules\n` });
  const { stderr, code } = await calledHere(folder, ['camera', 'list']);
  expect(stderr).toContain(message.replace('c.yaml', 'configs/lookout.yaml').replace('CONFIG_INVALID ', 'CONFIG_INVALID: '));
  expect(code).toBe(1);
});
