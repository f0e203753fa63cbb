import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { beyondCapacity } from '../../src/capacity/beyond.ts';
import { writeFigures } from '../../src/capacity/figuresFile.ts';
import { fingerprintOf } from '../../src/capacity/fingerprint.ts';
import type { Report } from '../../src/capacity/report.ts';
import { loadConfig } from '../../src/config/load.ts';
import { capacityNotice } from '../../src/daemon/capacityNotice.ts';
import { ownerOf } from '../../src/fleet/shard.ts';
import { openStore } from '../../src/store/store.ts';
import { calledHere, workFolder } from '../cli/lookout.ts';
import { ROUND } from './worked.ts';

const camera = (i: number): string => `  - { id: cam-${i}, url: "rtsp://10.0.0.1/${i}" }\n`;

/** Figures by which this machine carries eight cameras that are always active, and 37 usual ones. */
function measured(folder: string, values = ROUND): void {
  const { config } = loadConfig(join(folder, 'configs/lookout.yaml'));
  writeFigures(join(folder, 'capacity.json'), { at: Date.now(), stream: 'a room', fingerprint: fingerprintOf(config), values });
}

test('the reckoning is told to people with its arithmetic, and to programs', async () => {
  const folder = workFolder(`cameras:\n${camera(1)}${camera(2)}`);
  const bare = await calledHere(folder, ['capacity']);
  expect(bare).toMatchObject({ code: 0, stderr: '' });
  expect(bare.stdout).toMatch(/The model is not reckoned with: not known is model_window_ms/);
  expect(bare.stdout).toMatch(/camera_active_cores +0\.12 +cores +.* assumed: of a 1920 × 1080 stream/);

  measured(folder);
  const told = await calledHere(folder, ['capacity', '--activity', 'busy', '--rules', '0']);
  expect(told.stdout).toMatch(/^This machine carries 8 cameras in which something moves 100 % of the time: model ends first\.\nIt watches 2, and keeps up\./);
  expect(told.stdout).toContain('0.8  8 active cameras, a window each 1 s, × 100 ms a window');
  expect(told.stdout).toMatch(/model_window_ms +100 +ms .* measured on this machine at \d{4}-/);
  expect(told.stdout).toContain('143  engines: (1,000 windows a second, 1,000 cameras being active at once, / 10 windows a second of an engine, as the model on this machine) / 0.7');

  const json = await calledHere(folder, ['capacity', '--activity', 'busy', '--json', '--set', 'model_window_ms=50', '--fleet', '7']);
  expect(JSON.parse(json.stdout) as Report).toMatchObject({ cameras: 2, active: 1, stale: [], capacity: { cameras: 16, first: 'model' }, fleet: [{ cameras: 7 }] });
});

test('figures of a file go before measured ones; wrong ones are refused', async () => {
  const folder = workFolder();
  measured(folder);
  writeFileSync(join(folder, 'mine.json'), JSON.stringify({ figures: { memory_mb: 4500 } }));
  const told = await calledHere(folder, ['capacity', '--activity', 'still', '--json', '--from', 'mine.json']);
  // 4,050 MB, 3,000 of them taken, 125 a camera
  expect(JSON.parse(told.stdout)).toMatchObject({ capacity: { cameras: 8, first: 'memory' } });
  expect(await calledHere(folder, ['capacity', '--from', 'none.json'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^CAPACITY_FIGURES: there is no none\.json/) });
  expect(await calledHere(folder, ['capacity', '--set', 'warp=9'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^USAGE: .*A figure is one of/) });
  expect(await calledHere(folder, ['capacity', '--camera', 'door'])).toMatchObject({ code: 2 });
  expect(await calledHere(folder, ['capacity', '--measure', '--stream', '1x1@9000'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/1920x1080@25/) });
});

test('stale figures are told, and warn nobody', async () => {
  const folder = workFolder(`cameras:\n${Array.from({ length: 60 }, (_, i) => camera(i)).join('')}`);
  const file = join(folder, 'configs/lookout.yaml');
  measured(folder, { ...ROUND, model_score_ms: 0 });
  expect(beyondCapacity(loadConfig(file))).toMatch(/^60 cameras are more than this machine carries: 37, where something moves 10 % of the time; model ends first\./);
  writeFileSync(file, `${readFileSync(file, 'utf8')}window: { hop: 0.5 }\n`);
  expect(beyondCapacity(loadConfig(file))).toBeUndefined();
  const { stdout } = await calledHere(folder, ['capacity']);
  expect(stdout).toMatch(/^STALE: .*\n {2}window\.hop is 0\.5, and was 1\n/);
  expect(stdout).toMatch(/model_window_ms .*, STALE\n/);
});

test('whoever adds a camera beyond is told so, and the camera is added', async () => {
  const folder = workFolder(`cameras:\n${Array.from({ length: 36 }, (_, i) => camera(i)).join('')}`);
  measured(folder);
  expect(await calledHere(folder, ['camera', 'add', 'door', 'rtsp://10.0.0.1/door'])).toMatchObject({ code: 0, stderr: '' });
  expect(await calledHere(folder, ['camera', 'add', 'hall', 'rtsp://10.0.0.1/hall'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Camera hall is added.'), stderr: expect.stringMatching(/^Note: 38 cameras are more than this machine carries: 37,/) });
  // a damaged file of figures keeps nobody from adding one
  writeFileSync(join(folder, 'capacity.json'), '{');
  expect(await calledHere(folder, ['camera', 'add', 'yard', 'rtsp://10.0.0.1/yard'])).toMatchObject({ code: 0, stderr: '' });
});

test('the daemon says so when it begins, and not again until the cameras change', () => {
  const folder = workFolder(`cameras:\n${Array.from({ length: 38 }, (_, i) => camera(i)).join('')}`);
  measured(folder);
  const lines: string[] = [];
  const tell = capacityNotice(pino({ base: undefined }, { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) }));
  const loaded = loadConfig(join(folder, 'configs/lookout.yaml'));
  const fewer = { ...loaded, config: { ...loaded.config, cameras: loaded.config.cameras.slice(1) } };
  for (const one of [loaded, loaded, fewer, fewer, loaded]) tell(one);
  expect(lines).toEqual([expect.stringMatching(/^38 cameras/), expect.stringMatching(/^38 cameras/)]);
});

test('what the log of the last day shows is reckoned with where nothing else is said', async () => {
  const folder = workFolder(`cameras:\n${camera(1)}${camera(2)}`);
  measured(folder);
  const store = openStore({ path: join(folder, 'events.db'), retentionDays: 0 }, pino({ level: 'silent' }));
  // one of two cameras is active for a quarter of an hour, a window a second: an eighth of both
  const from = Date.now() - 2_000_000;
  for (let i = 0; i < 900; i++) store.putLook({ windowId: `w${i}`, camera: 'cam-1', reason: i === 0 ? 'activity' : 'hop', from: from + 1000 * i, to: from + 1000 * i + 900, frames: 4, answeredAt: from, sightings: [] });
  store.close();
  const { stdout } = await calledHere(folder, ['capacity']);
  expect(stdout).toMatch(/in which something moves 12\.5 % of the time/);
  expect(stdout).toMatch(/^Looks an hour by the log of the last day: cam-1 \d+\.$/m);
  expect((JSON.parse((await calledHere(folder, ['capacity', '--json'])).stdout) as { active: number }).active).toBeCloseTo(0.125, 2);
});

test('a shard reckons with its own cameras', async () => {
  const folder = workFolder(`cameras:\n${Array.from({ length: 12 }, (_, i) => camera(i)).join('')}`);
  const { config } = loadConfig(join(folder, 'configs/lookout.yaml'));
  const own = config.cameras.filter(({ id }) => ownerOf(id, 3) === 2).length;
  vi.stubEnv('LOOKOUT_SHARD', '2/3');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(JSON.parse((await calledHere(folder, ['capacity', '--json'])).stdout)).toMatchObject({ cameras: own });
  expect(own).toBeLessThan(12);
});
