import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openRecordings } from '../../src/recordings/recordings.ts';
import { freePort } from '../alerts/mosquitto.ts';
import { lookout, start, workFolder } from '../cli/lookout.ts';
import { ffprobe } from '../media/recorded.ts';
import { barClip, startSimulator } from '../peers/simulator.ts';

test('the daemon records beside watching; a clip is cut while it runs, and neither its end nor its death leaves anything unreadable', { timeout: 180_000 }, async () => {
  const made = await barClip({ frames: 500, fps: 25, gop: 25 });
  onTestFinished(made.remove);
  const simulator = await startSimulator();
  onTestFinished(() => simulator.stop());
  await simulator.tell('door', { clip: made.file, fps: 25, reports: { every: 1000, late: 0, prompt: 0 } });
  const folder = workFolder(
    `mqtt: { url: "mqtt://127.0.0.1:${await freePort()}" }\nnetwork: { allow: [127.0.0.1] }\nrecordings: { dir: ../recordings, segment: 2 }\ncameras: [{ id: door, url: "${simulator.url('door')}", recordings: continuous }]`,
  );
  const place = join(folder, 'recordings');
  const recordings = openRecordings({ folder: place });
  const length = (): number => recordings.stretches('door', 0, 1e14).reduce((sum, { from, to }) => sum + to - from, 0);
  const files = (): string[] => readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.mp4'));

  const daemon = start(folder, ['run']);
  await expect.poll(length, { timeout: 60_000 }).toBeGreaterThan(5000);
  const clip = join(folder, 'clip.mp4');
  expect(await lookout(folder, ['clip', 'door', '4 seconds ago', '-o', clip])).toMatchObject({ code: 0, stderr: '' });
  expect((await ffprobe(clip)).frames).toBeGreaterThan(50);

  daemon.child.kill('SIGTERM');
  expect((await daemon.outcome).code).toBe(0);
  const ended = Date.now();
  expect(files().filter((name) => name.endsWith('.part'))).toEqual([]);
  const [whole, ...others] = recordings.stretches('door', 0, 1e14);
  expect(others).toEqual([]);
  expect(whole?.to).toBeGreaterThan(ended - 8000);

  const second = start(folder, ['run']);
  await expect.poll(length, { timeout: 60_000 }).toBeGreaterThan((whole?.to ?? 0) - (whole?.from ?? 0) + 4000);
  second.child.kill('SIGKILL');
  await once(second.child, 'exit');
  const killed = Date.now();
  await expect.poll(() => recordings.stretches('door', 0, 1e14).at(-1)?.to ?? 0, { timeout: 10_000 }).toBeGreaterThan(killed - 2500);
  // cameras' processes do not outlive it
  const left = length();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(length() - left).toBeLessThan(2000);
  expect(recordings.stretches('door', 0, 1e14)).toHaveLength(2);
});
