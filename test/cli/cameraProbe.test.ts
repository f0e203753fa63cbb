import { decode } from 'fast-png';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeClip, startSimulator } from '../peers/simulator.ts';
import type { Simulator } from '../peers/simulator.ts';
import { calledHere, lookout, start, workFolder } from './lookout.ts';

const FPS = 20;
let clip: Awaited<ReturnType<typeof makeClip>>;
let simulator: Simulator;

/** A grey room in which a bright square wanders after the second second. */
beforeAll(async () => {
  clip = await makeClip({ frames: 5 * FPS, fps: FPS, gop: FPS }, (index, i420) => {
    i420.fill(90, 0, 384 * 256).fill(128, 384 * 256);
    const moved = Math.max(0, index - 2 * FPS);
    for (let y = 100; y < 160; y++) i420.fill(220, y * 384 + 60 + 2 * moved, y * 384 + 120 + 2 * moved);
  });
  simulator = await startSimulator();
  await simulator.tell('door', { clip: clip.file, fps: FPS, reports: { every: 1000, late: 0, prompt: 0 } });
}, 60_000);

afterAll(async () => {
  await simulator.stop();
  await clip.remove();
});

interface Line {
  readonly pts: number;
  readonly at: number;
  readonly time: string;
  readonly uncertainty_ms: number;
  readonly time_source: string;
  readonly kept: boolean;
  readonly score: number;
  readonly kind: string;
}

test('a file is probed to its end: a line for each picture that was looked at, kept ones as PNG, the summary last', async () => {
  const folder = workFolder();
  const { code, stdout, stderr } = await lookout(folder, ['camera', 'probe', clip.file, '--json', '--save', 'kept', '--for', '30']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `Looking at ${clip.file} for 30 s …\n` });
  const lines = stdout.trim().split('\n').map((line): unknown => JSON.parse(line));
  const { summary } = lines.pop() as { summary: Record<string, unknown> };
  const looked = lines as Line[];
  expect(looked.length).toBeGreaterThan(10);
  for (const line of looked) {
    expect(line).toMatchObject({ time_source: 'file', kept: expect.any(Boolean) as boolean, kind: expect.any(String) as string });
    expect(new Date(line.time).getTime()).toBe(line.at);
    expect(line.score).toBeGreaterThanOrEqual(0);
    expect(line.score).toBeLessThanOrEqual(1);
  }
  const kept = looked.filter((line) => line.kept);
  expect(readdirSync(join(folder, 'kept')).sort()).toEqual(kept.map((line) => `${line.at}.png`).sort());
  const { width, height, channels, data } = decode(readFileSync(join(folder, 'kept', `${kept[0]?.at}.png`)));
  expect([width, height, channels]).toEqual([summary.frame_width, summary.frame_height, 3]);
  // the wall is grey and the square is bright
  const at = (x: number, y: number): number => data[3 * (Math.round(y * height) * width + Math.round(x * width)) + 1] ?? 0;
  expect(at(0.25, 0.5) - at(0.8, 0.2)).toBeGreaterThan(80);
  expect(summary).toMatchObject({ codec: 'h264', width: 384, height: 256, kept: kept.length, looked: looked.length, ended: 'The file has been played to its end.' });
  expect(summary.visual_tokens_per_busy_hour).toBe((summary.visual_tokens_per_idle_hour as number) * 1200);
}, 60_000);

test('a camera of the configuration is probed as it is configured, in words', async () => {
  const folder = workFolder(`network: { allow: [127.0.0.1] }\ncameras: [{ id: door, url: "${simulator.url('door', 'viewer:hunter22')}" }]`);
  const { code, stdout, stderr } = await lookout(folder, ['camera', 'probe', 'door', '--for', '4']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Stream {2}H\.264, 384 × 256, 20(\.\d)? pictures a second.*, a keyframe every 1 s, decoded by the processor$/m);
  expect(stdout).toMatch(/^Time {4}by the camera's own clock \(RTCP sender reports\), right to ± \d+ ms$/m);
  expect(stdout).toMatch(/^Costs {3}while nothing moves: .* % of one processor core, and 6 looks of the model an hour, [\d,]+ visual tokens$/m);
  expect(stdout).toMatch(/^ {8}always: \d+ MB of memory, \d+\.\d Mbit\/s of network$/m);
  expect(stdout + stderr).not.toContain('hunter22');
}, 60_000);

test('Ctrl-C ends the look, and what was seen is told', async () => {
  const folder = workFolder('network: { allow: [127.0.0.1] }');
  const running = start(folder, ['camera', 'probe', simulator.url('door'), '--for', '3600', '--json']);
  await running.says('"kept":true');
  await running.says('"kept":false');
  running.child.kill('SIGINT');
  const { code, stdout } = await running.outcome;
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').at(-1)).toMatch(/^\{"summary":\{"codec":"h264"/);
}, 60_000);

test('an address that is refused is told with the line that allows it', async () => {
  const outcome = await lookout(workFolder(), ['camera', 'probe', simulator.url('door', 'viewer:hunter22')]);
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toMatch(/^ADDRESS_REFUSED: .*loopback.* The line for it: network: \{ allow: \["127\.0\.0\.1"\] \}\./m);
  expect(outcome.stderr).not.toContain('hunter22');
}, 30_000);

test('a camera that cannot be reached is told without its password', async () => {
  const outcome = await lookout(workFolder('network: { allow: [localhost] }'), ['camera', 'probe', 'rtsp://viewer:hunter22@localhost:1/x']);
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toMatch(/^CAMERA_UNREACHABLE: (?!.*hunter22)/m);
}, 30_000);

test.each([
  [['camera', 'probe', 'nobody'], 1, /^CAMERA_NOT_FOUND: there is no camera nobody\./m],
  [['camera', 'probe', './none.mp4'], 1, /^VIDEO_UNREADABLE: there is no file \.\/none\.mp4\./m],
  [['camera', 'probe', 'ftp://u:hunter22@h/x'], 1, /^CAMERA_URL_SCHEME: ftp:\/\/h\/x: (?!.*hunter22)/m],
  [['camera', 'probe', './configs/lookout.yaml'], 1, /^(VIDEO_UNREADABLE|CAMERA_UNREACHABLE|CAMERA_NO_VIDEO): /m],
  [['camera', 'probe', './configs/lookout.yaml', '--save', 'configs/lookout.yaml'], 1, /^CONFIG_WRITE: /m],
  [['camera', 'probe', 'door', '--for', '0'], 2, /^USAGE: .*A number from 1 to 86400\./m],
])('lookout %j ends with %i and what to do', async (args, code, line) => {
  const outcome = await calledHere(workFolder(), args);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toMatch(line);
}, 30_000);
