import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProbeOut } from '../../../src/api/schemas/cameras.ts';
import { makeClip, startSimulator } from '../../peers/simulator.ts';
import type { Simulator } from '../../peers/simulator.ts';
import { CANARY, house, refusal, told } from './house.ts';

let clip: Awaited<ReturnType<typeof makeClip>>;
let simulator: Simulator;

beforeAll(async () => {
  clip = await makeClip({ frames: 40, fps: 20, gop: 20 }, (index, i420) => void i420.fill(90 + (index % 20), 0, 384 * 256).fill(128, 384 * 256));
  simulator = await startSimulator();
  await simulator.tell('door', { clip: clip.file, fps: 20, reports: { every: 1000, late: 0, prompt: 0 } });
});

afterAll(async () => {
  await simulator.stop();
  await clip.remove();
});

test('a live camera is looked at for some seconds, by its id or its address, and told without its password', async () => {
  const url = simulator.url('door', `viewer:${CANARY}`);
  const { post } = await house({ files: { 'lookout.yaml': `model: { name: m }\nstore: { path: log/lookout.db }\nnetwork: { allow: [127.0.0.1] }\ncameras: [{ id: door, url: "${url}" }, { id: hall, url: "rtsp://viewer:${CANARY}@127.0.0.1:1/x" }]\n` } });
  const answers = await Promise.all([post('/v1/cameras/probe', { camera: 'door', seconds: 2 }), post('/v1/cameras/probe', { url, seconds: 2 }, { scope: 'editor' })]);
  for (const answer of answers) {
    const text = await answer.text();
    expect(text).not.toContain(CANARY);
    const found = JSON.parse(text) as ProbeOut;
    expect(found).toMatchObject({ codec: 'h264', width: 384, height: 256, time_source: 'rtcp' });
    expect([found.looked > 0, found.busy_cores > 0, found.packets > 20]).toEqual([true, true, true]);
  }
  const gone = await post('/v1/cameras/probe', { camera: 'hall', seconds: 1 });
  const text = await gone.clone().text();
  expect([await refusal(gone), text.includes(CANARY)]).toEqual(['502 CAMERA_UNREACHABLE', false]);
});

test('a look ends when nobody waits for it any more', async () => {
  const { post, get } = await house({ files: { 'lookout.yaml': `model: { name: m }\nstore: { path: log/lookout.db }\nnetwork: { allow: [127.0.0.1] }\ncameras: [{ id: door, url: "${simulator.url('door')}" }, { id: hall, url: "rtsp://10.0.0.1/x" }]\n` } });
  const leave = new AbortController();
  const looking = post('/v1/cameras/probe', { camera: 'door', seconds: 60 }, { signal: leave.signal });
  await expect.poll(() => simulator.tell('door', {}).then(({ clients }) => clients), { timeout: 30_000 }).toBeGreaterThan(0);
  leave.abort();
  await expect(looking).rejects.toThrow();
  await expect.poll(() => simulator.tell('door', {}).then(({ clients }) => clients), { timeout: 30_000 }).toBe(0);
  expect((await told<{ items: unknown[] }>(get('/v1/cameras'))).items).toHaveLength(2);
});
