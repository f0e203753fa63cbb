import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { recordingsRoutes } from '../../src/api/routes/recordings.ts';
import { openRecordings } from '../../src/recordings/recordings.ts';
import { serve } from '../api/serve.ts';
import { calledHere as run, lookout, workFolder } from '../cli/lookout.ts';
import { EPOCH, ffprobe, indices } from '../media/recorded.ts';
import { recordBars } from './recorded.ts';

const folder = mkdtempSync(join(tmpdir(), 'lookout-asked-'));
const recorded = join(folder, 'recordings');
const recordings = openRecordings({ folder: recorded });
const iso = (ms: number): string => new Date(EPOCH + ms).toISOString();

beforeAll(async () => {
  // what is cut for the API lies there, and nobody else's is counted
  vi.stubEnv('TMPDIR', folder);
  await recordBars(recorded, 'door');
  await recordBars(recorded, 'gone');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('lookout clip', () => {
  const config = (): string => workFolder(`recordings: { dir: ${recorded} }\ncameras: [{ id: door, url: "rtsp://127.0.0.1/door" }, { id: yard, url: "rtsp://127.0.0.1/yard" }]`);

  it('cuts what was asked for, and says what is missing of it', async () => {
    const place = config();
    const file = join(place, 'clip.mp4');
    const { code, stdout } = await lookout(place, ['clip', 'door', '--from', iso(4500), '--to', iso(10_000), '-o', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/clip\.mp4: door, .* \(6\.0 s, 0\.\d MB\)\.\nNot recorded: .* \(3\.0 s\)\.\n$/);
    expect(await ffprobe(file)).toMatchObject({ start: 0, duration: expect.closeTo(6.04, 2), tags: { comment: `from ${iso(4000)}` } });
    expect(await indices(file)).toEqual([...Array.from({ length: 50 }, (_, i) => 100 + i), ...Array.from({ length: 26 }, (_, i) => 225 + i)]);
  });

  it('tells it as JSON, takes words, and keeps what is there', async () => {
    const place = config();
    const { code, stdout } = await run(place, ['clip', 'gone', `${iso(0)}/${iso(2000)}`, '--json']);
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as { file: string };
    expect(told).toMatchObject({ camera: 'gone', from: iso(0), from_ms: EPOCH, to_ms: EPOCH + 2040, gaps: [] });
    expect(existsSync(told.file)).toBe(true);
    writeFileSync(join(place, 'mine.mp4'), 'mine');
    expect(await run(place, ['clip', 'door', '--from', iso(0), '--to', iso(1000), '-o', 'mine.mp4'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
    expect(readFileSync(join(place, 'mine.mp4'), 'utf8')).toBe('mine');
    expect((await run(place, ['clip', 'door', '--from', iso(0), '--to', iso(1000), '-o', 'mine.mp4', '--force'])).code).toBe(0);
  });

  it('says what was recorded where no time is given, and why there is no clip', async () => {
    const place = config();
    expect((await run(place, ['clip', 'door', '--to', iso(60_000)])).stdout.split('\n').map((line) => line.replace(/: .* \(/, ' ('))).toEqual(['Recorded (6.0 s).', 'Recorded (3.0 s).', 'Cut a part of it with --from and --to.', '']);
    expect((await run(place, ['clip', 'yard'])).stdout).toBe('Nothing was recorded of yard within a day.\n');
    expect(await run(place, ['clip', 'nobody', '--from', iso(0)])).toMatchObject({ code: 1, stderr: expect.stringContaining('CAMERA_NOT_FOUND') });
    expect(await run(place, ['clip', 'door', '--from', iso(6500), '--to', iso(8000)])).toMatchObject({ code: 1, stderr: expect.stringContaining('MEDIA_GONE') });
    expect(await run(place, ['clip', 'door', '--from', iso(8000), '--to', iso(6500)])).toMatchObject({ code: 2, stderr: expect.stringContaining('--from') });
    expect(await run(place, ['clip', 'door', '--from', iso(0)])).toMatchObject({ code: 2, stderr: expect.stringContaining('6 hours') });
    expect(readdirSync(place).filter((name) => name.endsWith('.mp4') || name.endsWith('.part'))).toEqual([]);
  });
});

describe('the API', () => {
  const api = (): ReturnType<typeof serve> => serve(recordingsRoutes({ recordings, cameras: () => ['door', 'yard'], now: () => EPOCH + 60_000 }));
  const cuts = (): number => readdirSync(tmpdir()).filter((name) => name.startsWith('lookout-cut-') && existsSync(join(tmpdir(), name, 'clip.mp4'))).length;

  it('tells when which camera was recorded', async () => {
    const { get } = await api();
    const all = (await (await get('/v1/recordings')).json()) as { items: { camera: string; from_ms: number; to_ms: number }[]; more: boolean };
    expect(all.more).toBe(false);
    expect(all.items.map(({ camera, from_ms: from, to_ms: to }) => [camera, from - EPOCH, to - EPOCH])).toEqual([['door', 0, 6000], ['gone', 0, 6000], ['door', 9000, 12_000], ['gone', 9000, 12_000]]);
    expect(await (await get(`/v1/recordings?camera=door&since=${iso(5000)}&until=${iso(10_000)}&order=desc`)).json()).toMatchObject({
      items: [{ camera: 'door', from: iso(9000), to: iso(10_000) }, { from: iso(5000), to: iso(6000) }], since_ms: EPOCH + 5000, until_ms: EPOCH + 10_000,
    });
    expect(await (await get('/v1/recordings?camera=door&limit=1')).json()).toMatchObject({ items: [{ from: iso(9000) }], more: true });
    expect(await (await get('/v1/recordings?camera=yard')).json()).toMatchObject({ items: [], more: false });
    expect((await get('/v1/recordings?camera=nobody')).status).toBe(404);
    expect((await get('/v1/recordings?camera=../door')).status).toBe(400);
  });

  it('gives a clip, piece by piece as players ask for it, and cuts it once', async () => {
    const before = cuts();
    const { get } = await api();
    const path = `/v1/cameras/door/clip?from=${EPOCH + 1000}&to=${EPOCH + 4000}`;
    const whole = await get(path);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-type')).toBe('video/mp4');
    const bytes = Buffer.from(await whole.arrayBuffer());
    const file = join(folder, 'api.mp4');
    writeFileSync(file, bytes);
    expect(await indices(file)).toEqual(Array.from({ length: 76 }, (_, i) => 25 + i));
    const part = await get(path, { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(100, 200));
    expect(cuts()).toBe(before + 1);
    const stop = new AbortController();
    const { get: again } = await serve(recordingsRoutes({ recordings, cameras: () => ['door'], now: () => EPOCH + 60_000, signal: stop.signal }));
    await (await again('/v1/cameras/gone/clip?from=1700000001000&to=1700000002000')).arrayBuffer();
    expect(cuts()).toBe(before + 2);
    stop.abort();
    await vi.waitFor(() => expect(cuts()).toBe(before + 1));
  });

  it('says why there is none', async () => {
    const { get } = await api();
    const status = async (query: string, camera = 'door'): Promise<[number, string]> => {
      const answer = await get(`/v1/cameras/${camera}/clip?${query}`);
      return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
    };
    expect(await status(`from=${iso(6500)}&to=${iso(8000)}`)).toEqual([404, 'MEDIA_GONE']);
    expect(await status(`from=${iso(0)}&to=${iso(3_600_001)}`)).toEqual([400, 'USAGE']);
    expect(await status(`from=${iso(1000)}&to=${iso(0)}`)).toEqual([400, 'USAGE']);
    expect(await status(`from=soonish&to=${iso(0)}`)).toEqual([400, 'TIME_UNPARSABLE']);
    expect(await status(`from=${iso(0)}`)).toEqual([400, 'REQUEST_INVALID']);
    expect(await status(`from=${iso(0)}&to=${iso(1000)}`, 'nobody')).toEqual([404, 'CAMERA_NOT_FOUND']);
    expect((await get(`/v1/cameras/door/clip?from=${iso(0)}&to=${iso(1000)}`, { scope: false })).status).toBe(401);
  });
});
