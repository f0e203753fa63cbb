import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalizeVideo } from '../../src/media/normalize.ts';
import { probeVideo, rateOf, standardRate } from '../../src/media/rates.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'lookout-normalize-'));
const file = (name: string): string => join(folder, name);
/** A flash and a beep at these times, s. */
const MOMENTS = [2, 4, 6];
const LASTS = 0.3;
const AT_MOMENTS = MOMENTS.map((at) => `between(t,${at},${at + LASTS})`).join('+');
const PICTURE = `color=black:size=161x121:rate=25:duration=8,drawbox=c=white:t=fill:enable='${AT_MOMENTS}'`;
const SOUND = `aevalsrc='0.5*sin(2*PI*1000*t)*(${AT_MOMENTS})':s=44100:d=8`;
/** Frames go missing, in no order, but not where it flashes. */
const UNEVEN = `select='between(mod(t,2),0,0.5)+not(mod(n,7))+gt(mod(n*n,11),5)'`;

/** `late`: so much of the beginning is left out, s. */
function make(name: string, late: { picture?: number; sound?: number } = {}): string {
  const path = file(name);
  const filters = `[0:v]${UNEVEN},trim=start=${late.picture ?? 0}[v];[1:a]atrim=start=${late.sound ?? 0}[a]`;
  const encoders = ['-c:v', 'libx264', '-bf', '3', '-preset', 'veryfast', '-c:a', 'aac', '-fps_mode', 'vfr'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', PICTURE, '-f', 'lavfi', '-i', SOUND, '-filter_complex', filters, '-map', '[v]', '-map', '[a]', ...encoders, path]);
  return path;
}

interface Looked {
  /** when each flash and each beep begins, s */
  readonly flashes: number[];
  readonly beeps: number[];
  readonly steps: number[];
  readonly kinds: ReadonlySet<string>;
}

async function look(path: string): Promise<Looked> {
  const probe = await run('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'frame=pts_time,pict_type', '-of', 'json', path], { maxBuffer: 1e8 });
  const { frames } = JSON.parse(probe.stdout) as { frames: { pts_time: string; pict_type: string }[] };
  const times = frames.map((frame) => Number(frame.pts_time));
  const grey = await run('ffmpeg', ['-v', 'error', '-i', path, '-fps_mode', 'passthrough', '-vf', 'scale=1:1', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'], { encoding: 'buffer', maxBuffer: 1e8 });
  const sound = await run('ffmpeg', ['-v', 'error', '-i', path, '-af', 'aresample=async=1:first_pts=0', '-ac', '1', '-ar', '8000', '-f', 's16le', 'pipe:1'], { encoding: 'buffer', maxBuffer: 1e8 });
  const loud = Array.from({ length: sound.stdout.length / 2 }, (_, i) => Math.abs(sound.stdout.readInt16LE(2 * i)) > 4000);
  return {
    flashes: [...grey.stdout].flatMap((level, i) => (level > 128 && (grey.stdout[i - 1] ?? 0) <= 128 ? [times[i] ?? Number.NaN] : [])),
    beeps: loud.flatMap((one, i) => (one && !loud.slice(Math.max(0, i - 800), i).includes(true) ? [i / 8000] : [])),
    steps: times.slice(1).map((time, i) => time - (times[i] ?? 0)),
    kinds: new Set(frames.map(({ pict_type: kind }) => kind)),
  };
}

beforeAll(() => {
  make('plain.mp4');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a video made even', { timeout: 120_000 }, () => {
  it('was uneven, with B-frames', async () => {
    const { steps, kinds, flashes, beeps } = await look(file('plain.mp4'));
    expect(Math.max(...steps)).toBeGreaterThan(1.9 * Math.min(...steps));
    expect(kinds).toContain('B');
    expect([flashes.length, beeps.length]).toEqual([3, 3]);
  });

  it.each<[string, string, { picture?: number; sound?: number }]>([
    ['sound and picture from the beginning', 'plain.mp4', {}],
    ['sound that begins late', 'late-sound.mp4', { sound: 0.73 }],
    ['sound that begins late, in Matroska', 'late-sound.mkv', { sound: 1.21 }],
    ['a picture that begins late, in Matroska', 'late-picture.mkv', { picture: 0.9 }],
  ])('has every frame as long as the next, no B-frames, and its sound on time: %s', async (_name, name, late) => {
    if (name !== 'plain.mp4') make(name, late);
    const out = file(`even-${name}.mp4`);
    const told: number[] = [];
    const made = await normalizeVideo(file(name), out, { fps: 25, progress: (seconds) => told.push(seconds) });
    expect(made).toMatchObject({ rate: { num: 25, den: 1 }, width: 160, height: 120, audio: true });
    const { flashes, beeps, steps, kinds } = await look(out);
    expect(kinds).toEqual(new Set(['I', 'P']));
    steps.forEach((step) => expect(step).toBeCloseTo(0.04, 3));
    expect(made.frames).toBe(steps.length + 1);
    const shift = Math.min(late.picture ?? 0, late.sound ?? 0);
    MOMENTS.forEach((moment, i) => {
      expect(Math.abs((flashes[i] ?? 0) - (beeps[i] ?? 9))).toBeLessThan(0.0401);
      expect(Math.abs((flashes[i] ?? 0) - (moment - shift))).toBeLessThan(0.0401);
    });
    const probed = JSON.parse((await run('ffprobe', ['-v', 'error', '-show_streams', '-of', 'json', out])).stdout) as { streams: Record<string, unknown>[] };
    expect(probed.streams.map(({ codec_name: codec, pix_fmt: format, has_b_frames: b, start_time: start }) => [codec, format, b, start])).toEqual([['h264', 'yuv420p', 0, '0.000000'], ['aac', undefined, undefined, '0.000000']]);
    // the index comes before the pictures
    const bytes = readFileSync(out);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(readdirSync(folder).filter((one) => one.endsWith('.part'))).toEqual([]);
  });

  it('takes the rate that the source has on average, and no sound where there is none', async () => {
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=30000/1001:duration=2', '-c:v', 'libx264', '-bf', '2', file('ntsc.mp4')]);
    const made = await normalizeVideo(file('ntsc.mp4'), file('ntsc-even.mp4'));
    expect(made).toMatchObject({ rate: { num: 30_000, den: 1001 }, audio: false, frames: 60 });
  });

  it('stands upright, with square pixels', async () => {
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=96x64:rate=10:duration=1,setsar=2', '-c:v', 'libx264', file('wide.mp4')]);
    expect(await normalizeVideo(file('wide.mp4'), file('wide-even.mp4'))).toMatchObject({ width: 192, height: 64 });
  });

  it('is refused where it cannot be, and leaves nothing behind', async () => {
    writeFileSync(file('text.mp4'), 'this is no video');
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=duration=1', file('sound.m4a')]);
    writeFileSync(file('there.mp4'), 'mine');
    const whole = readFileSync(file('plain.mp4'));
    writeFileSync(file('damaged.mp4'), Buffer.concat([whole.subarray(0, whole.indexOf('mdat')), Buffer.alloc(5000, 7)]));
    const refused = (from: string, to: string): Promise<unknown> => normalizeVideo(file(from), file(to)).catch((error: { code?: string }) => error.code);
    expect(await refused('nothing.mp4', 'out.mp4')).toBe('VIDEO_UNREADABLE');
    expect(await refused('text.mp4', 'out.mp4')).toBe('VIDEO_UNREADABLE');
    expect(await refused('sound.m4a', 'out.mp4')).toBe('VIDEO_UNREADABLE');
    expect(await refused('damaged.mp4', 'out.mp4')).toBe('VIDEO_UNREADABLE');
    expect(await refused('plain.mp4', 'there.mp4')).toBe('USAGE');
    expect(await refused('plain.mp4', 'plain.mp4')).toBe('USAGE');
    expect(await normalizeVideo(file('plain.mp4'), file('plain.mp4'), { force: true }).catch((error: { code?: string }) => error.code)).toBe('USAGE');
    expect(await refused('plain.mp4', 'nowhere/out.mp4')).toBe('FILE_WRITE');
    expect(readFileSync(file('there.mp4'), 'utf8')).toBe('mine');
    expect(readdirSync(folder).filter((one) => one.startsWith('out') || one.endsWith('.part'))).toEqual([]);
    const made = await normalizeVideo(file('plain.mp4'), file('there.mp4'), { force: true });
    expect(await probeVideo(file('there.mp4'))).toMatchObject({ frames: made.frames });
  });

  it('is given up at once on Ctrl-C, and leaves nothing behind', async () => {
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=50:duration=20', '-c:v', 'libx264', '-preset', 'ultrafast', file('long.mp4')]);
    const child = spawn(process.execPath, ['bin/lookout.mjs', 'normalize', file('long.mp4'), file('stopped.mp4')], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let words = '';
    child.stderr.on('data', (text: Buffer) => (words += text.toString()));
    while (!existsSync(file('stopped.mp4.part')) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 700));
    // as a terminal does: to all of its group
    process.kill(-(child.pid ?? 0), 'SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(2);
    expect(words).toContain('Stopped before the end');
    expect(readdirSync(folder).filter((one) => one.startsWith('stopped'))).toEqual([]);
  });
});

describe('rates', () => {
  it('are those in use', () => {
    expect([29.97, 29.9, 30, 23.976, 24.7, 15.2, 59.94, 7.4, 0.5].map(standardRate)).toEqual([
      { num: 30_000, den: 1001 }, { num: 30_000, den: 1001 }, { num: 30, den: 1 }, { num: 24_000, den: 1001 }, { num: 25, den: 1 }, { num: 15, den: 1 }, { num: 60_000, den: 1001 }, { num: 15, den: 2 }, { num: 500, den: 1000 },
    ]);
    expect([29.97, 7, 0.4, 13.3].map(rateOf)).toEqual([{ num: 30_000, den: 1001 }, { num: 7000, den: 1000 }, { num: 400, den: 1000 }, { num: 13_300, den: 1000 }]);
  });
});
