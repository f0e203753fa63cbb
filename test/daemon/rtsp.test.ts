import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { saveClip } from '../../src/demo/clip.ts';
import { couldBeSame } from '../../src/demo/pairing.ts';
import { createRoom } from '../../src/demo/room.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Event } from '../../src/values.ts';
import { freePort } from '../alerts/mosquitto.ts';
import { ROOT, start, workFolder } from '../cli/lookout.ts';

const log = createLogger({ level: 'silent' });
const SCRIPT = fileURLToPath(new URL('./rtspFile.py', import.meta.url));
const SECONDS = 30;

/** A GStreamer server that plays the file; ends with the test. */
async function serve(file: string): Promise<string> {
  const port = await freePort();
  const server = spawn('/usr/bin/python3', [SCRIPT, String(port), file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    server.kill('SIGKILL');
    if (server.exitCode === null) await once(server, 'exit');
  });
  await once(server.stdout, 'data');
  return `rtsp://127.0.0.1:${port}/room`;
}

test('an RTSP camera from a foreign server: its events are in the log, at the distances at which they happened', async () => {
  const clips = mkdtempSync(join(tmpdir(), 'lookout-rtsp-'));
  onTestFinished(() => rmSync(clips, { recursive: true, force: true }));
  const room = createRoom(22, { duration: SECONDS });
  await saveClip(room, join(clips, 'room'));
  const url = await serve(join(clips, 'room.mp4'));
  const demo = join(ROOT, 'models/demo');
  const folder = workFolder('', {
    'configs/lookout.yaml': `model: { name: ${demo} }\nwindow: { hop: 0.5 }\nmqtt: { url: "mqtt://127.0.0.1:${await freePort()}" }\nstore: { path: ../events.db }\nrules_dir: ../rules\nnetwork: { allow: [127.0.0.1] }\ncameras: [{ id: door, url: "${url}" }]\n`,
  });
  const daemon = start(folder, ['run']);
  await daemon.says('watching');
  await daemon.says('online');
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 0, readOnly: true }, log);
  onTestFinished(() => store.close());
  const logged = (): Event[] => store.events({ camera: 'door', order: 'asc' });
  // the camera begins when it is asked, so the log is laid over the story where most of it fits
  const fitting = (): number => {
    const shifts = logged().flatMap((e) => room.events.filter((t) => t.text === e.text).map((t) => e.start - t.start * 1000));
    const fits = shifts.map((shift) => room.events.filter((t) => logged().some((e) => couldBeSame({ ...t, start: t.start * 1000 + shift, end: t.end * 1000 + shift }, e))).length);
    return Math.max(0, ...fits);
  };
  await expect.poll(fitting, { timeout: 90_000, interval: 1000 }).toBeGreaterThanOrEqual(Math.ceil(room.events.length * 0.6));
  // the first seconds come before the server's first report
  expect(logged().map((event) => event.timeSource)).toContain('rtcp');
  daemon.child.kill('SIGTERM');
  expect((await daemon.outcome).code).toBe(0);
});
