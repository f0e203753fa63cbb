import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/demo/random.ts';
import { packetKind } from '../../src/sample/packetKind.ts';
import { payloadSize } from '../../src/sample/payloadSize.ts';
import { recordVideo } from '../bench/gateRecording.ts';
import type { PacketSeen } from '../../src/sample/packetGate.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'lookout-kinds-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(tool: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, ['-v', 'error', ...args], { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`${tool}: ${stderr}`);
  return stdout;
}

function film(name: string, codec: readonly string[]): string {
  const path = join(folder, name);
  run('ffmpeg', ['-f', 'lavfi', '-i', 'testsrc2=s=192x128:r=25', '-t', '3', '-pix_fmt', 'yuv420p', '-threads', '1', ...codec, path]);
  return path;
}

/** kind → the picture types that the decoder found behind it */
async function typesByKind(path: string): Promise<{ packets: readonly PacketSeen[]; types: Record<string, string> }> {
  const { packets } = await recordVideo(path);
  const frames = JSON.parse(run('ffprobe', ['-show_frames', '-show_entries', 'frame=pts_time,pict_type', '-of', 'json', path])) as { frames: { pts_time: string; pict_type: string }[] };
  const types = new Map(frames.frames.map((f) => [Math.round(Number(f.pts_time) * 1000), f.pict_type]));
  const found: Record<string, Set<string>> = {};
  for (const p of packets) (found[p.kind] ??= new Set()).add(types.get(Math.round(p.pts)) ?? '?');
  return { packets, types: Object.fromEntries(Object.entries(found).map(([kind, seen]) => [kind, [...seen].join('')])) };
}

const B_FRAMES = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '25', '-bf', '3', '-x264-params', 'b-pyramid=normal:b-adapt=0:scenecut=0'];

describe('the kind of a packet', () => {
  it('of H.264 is its slice type and how much it is referred to, behind lengths and behind start codes', async () => {
    const inMp4 = await typesByKind(film('b.mp4', B_FRAMES));
    expect(Object.keys(inMp4.types).sort()).toEqual(['B0', 'B2', 'P2', 'key']);
    expect(inMp4.types).toMatchObject({ key: 'I', P2: 'P', B0: 'B', B2: 'B' });
    const inTs = await recordVideo(film('b.ts', B_FRAMES));
    expect(inTs.packets.map((p) => p.kind)).toEqual(inMp4.packets.map((p) => p.kind));
  });

  it('of HEVC is its layer and whether it is referred to', async () => {
    const { types } = await typesByKind(film('b265.mp4', ['-c:v', 'libx265', '-preset', 'ultrafast', '-tag:v', 'hvc1', '-x265-params', 'log-level=none:keyint=25:bframes=3:b-adapt=0:b-pyramid=1:temporal-layers=2:pools=1']));
    expect(types['key']).toBe('I');
    expect(Object.keys(types).length).toBeGreaterThanOrEqual(3);
    expect(Object.entries(types).filter(([kind]) => kind.startsWith('n')).map(([, seen]) => seen)).toEqual(['B']);
  });

  it('of AV1 is its first frame’s type and how many frames it holds', async () => {
    const { types } = await typesByKind(film('a.mp4', ['-c:v', 'libsvtav1', '-preset', '12', '-g', '25', '-svtav1-params', 'lp=1']));
    expect(types['key']).toMatch(/I/);
    expect(Object.keys(types).length).toBeGreaterThanOrEqual(2);
    expect(Object.keys(types).every((kind) => kind === 'key' || /^(f[0-3]t0|shown)x[1-4]$/.test(kind))).toBe(true);
  });

  it('of any bytes is some kind, whatever they are', () => {
    const random = createRandom(5);
    for (let i = 0; i < 3000; i++) {
      const data = Uint8Array.from({ length: Math.floor(random.uniform(0, 60)) }, () => (random.chance(0.4) ? 0 : random.uniform(0, 255)));
      for (const codec of ['h264', 'hevc', 'av1', 'vp9']) {
        expect(packetKind(codec, data, false)).toMatch(/^\w+$/);
        expect(payloadSize(codec, data)).toBeLessThanOrEqual(data.length);
        expect(payloadSize(codec, data)).toBeGreaterThanOrEqual(0);
      }
    }
    expect(packetKind('mjpeg', new Uint8Array(3), true)).toBe('key');
    expect(packetKind('mjpeg', new Uint8Array(3), false)).toBe('inter');
  });
});

describe('the payload', () => {
  const FILLED = ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '2M', '-minrate', '2M', '-maxrate', '2M', '-bufsize', '500k', '-x264-params', 'nal-hrd=cbr:bframes=0'];

  it.each(['filled.mp4', 'filled.ts'])('of a stream filled up to its bit rate is without the filler (%s)', async (name) => {
    const path = film(name, FILLED);
    const bare = join(folder, `bare-${name}`);
    run('ffmpeg', ['-i', path, '-c', 'copy', '-bsf:v', 'filter_units=remove_types=12', bare]);
    const sum = async (file: string): Promise<number> => (await recordVideo(file)).packets.reduce((all, p) => all + p.size, 0);
    const whole = Number(JSON.parse(run('ffprobe', ['-show_entries', 'format=size', '-of', 'json', path])).format.size);
    expect(await sum(path)).toBeLessThan(0.8 * whole);
    expect(Math.abs((await sum(path)) - (await sum(bare)))).toBeLessThan(0.01 * whole);
  });
});
