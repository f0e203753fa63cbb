import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../../src/demo/random.ts';
import { createRoom } from '../../../src/demo/room.ts';
import type { Room } from '../../../src/demo/room.ts';
import { furnish } from '../../../src/demo/scenery.ts';
import { HELD_OUT_SEEDS } from '../../../src/eval/scenes.ts';
import { parseLabels } from '../../../src/eval/labels.ts';
import type { Label } from '../../../src/eval/labels.ts';
import { barClip } from '../../peers/simulator.ts';
import type { Bench } from './bench.ts';
import { stretch } from './story.ts';

/** A clip on disk. */
export interface Footage {
  readonly name: string;
  readonly file: string;
  readonly fps: number;
  /** s */
  readonly duration: number;
  readonly labels: readonly Label[];
  /** share of the time in which anything moves, where it is known */
  readonly moving?: number;
}

type Maker = Pick<Bench, 'folder' | 'signal' | 'say' | 'defer'>;

const CAMERA_FPS = 25;
/** Cameras' encoders neither look ahead nor use B-frames, and set a keyframe every two seconds. */
const CAMERA = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '0', '-x264-params', 'scenecut=0:open_gop=0:mbtree=0:rc-lookahead=0:sync-lookahead=0'];
/** A variable rate as cameras have it: one quality. Some 2 Mbit/s of a still scene at 1080p25. */
const QUALITY = [...CAMERA, '-qp', '24'];
/** The other setting: as many bits whatever happens, so that a still scene's go into its noise. */
const CONSTANT = [...CAMERA, '-b:v', '2M', '-minrate', '2M', '-maxrate', '2M', '-bufsize', '2M'];
/** A program's rate control: it rounds its way from one quantiser to the next, and a frame now and then takes five times the bits. */
const PROGRAM = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '0', '-crf', '23', '-maxrate', '4M', '-bufsize', '8M', '-x264-params', 'scenecut=0:open_gop=0'];
const RATES = { quality: QUALITY, constant: CONSTANT, program: PROGRAM };
const RENDERED = { width: 384, height: 256 };
const FULL_HD = { width: 1920, height: 1080 };

/** A still room filmed by a slightly noisy camera; nothing happens. */
export function idleClip(bench: Maker, rate: keyof typeof RATES = 'quality', seconds = 20): Promise<Footage> {
  return sceneClip(bench, `still, ${rate}`, seconds, '[0:v]crop=1920:1080,loop=-1:1:0,format=yuv420p', RATES[rate]);
}

/** The same room with four things that move all the time. */
export function busyClip(bench: Maker, seconds = 20): Promise<Footage> {
  const path = (i: number): string => `overlay=x='(W-w)*(0.5+0.5*sin(${0.35 + 0.12 * i}*t+${i}))':y='(H-h)*(0.5+0.5*sin(${0.23 + 0.07 * i}*t+${2 * i}))'`;
  const figures = [0, 1, 2, 3].map((i) => `testsrc2=size=${180 + 40 * i}x${420 - 50 * i}:rate=${CAMERA_FPS}[f${i}]`);
  const laid = [0, 1, 2, 3].map((i) => `[s${i}][f${i}]${path(i)}[s${i + 1}]`);
  return sceneClip(bench, 'busy', seconds, ['[0:v]crop=1920:1080,loop=-1:1:0[s0]', ...figures, ...laid, '[s4]format=yuv420p'].join(';'), QUALITY);
}

/** Rendered rooms, filmed at 1080p25, in which nothing moves most of the time; every fourth at a constant bit rate. */
export async function roomClips(bench: Maker, count: number, seconds: number, story: number): Promise<Footage[]> {
  const made: Footage[] = [];
  const scene = 'scale=1620:1080:flags=bilinear,pad=1920:1080:150:0,format=yuv420p';
  for (let number = 0; number < count; number++) {
    const encoder = number % 4 === 3 ? CONSTANT : QUALITY;
    made.push(await roomClip(bench, { number, seconds, story, fps: CAMERA_FPS, scene, size: FULL_HD, encoder }));
  }
  return made;
}

/** Long footage at the size that the rooms are rendered in: to be gone through offline, not played. */
export async function longClips(bench: Maker, count: number, seconds: number, story: number): Promise<Footage[]> {
  const made: Footage[] = [];
  for (let i = 0; i < count; i++) made.push(await roomClip(bench, { number: 100 + i, seconds, story, fps: 10, scene: 'format=yuv420p', size: RENDERED, encoder: QUALITY }));
  return made;
}

/** Somebody's labelled video as a camera would send it at 1080p: its own rate, a keyframe every two seconds. */
export async function labelledClip(bench: Maker, path: string): Promise<Footage> {
  const labels = parseLabels(readFileSync(path.replace(/\.[^.]+$/, '.json'), 'utf8'), path.replace(/\.[^.]+$/, '.json'));
  const told = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=r_frame_rate:format=duration', '-of', 'json', path], { encoding: 'utf8' });
  const { streams, format } = JSON.parse(told) as { streams: { r_frame_rate: string }[]; format: { duration: string } };
  const [num = 25, den = 1] = (streams[0]?.r_frame_rate ?? '25/1').split('/').map(Number);
  const fps = num / den;
  const size = createHash('sha1').update(readFileSync(path)).digest('hex').slice(0, 8);
  const filter = 'scale=1920:1080:force_original_aspect_ratio=decrease:flags=bilinear,pad=1920:1080:-1:-1';
  const args = ['-i', path, '-map', '0:v:0', '-an', '-vf', filter, ...QUALITY, ...gop(fps)];
  const file = await cached(bench, `footage-${size}`, args, (out) => run(bench, [...args, out]));
  return { name: 'footage', file, fps, duration: Number(format.duration), labels };
}

/** Every frame shows its number; 20 s, to be looped. */
export async function numberedClip(bench: Maker, bframes: number): Promise<Footage> {
  const frames = 500;
  const file = await cached(bench, `bars-b${bframes}`, [frames], async (out) => {
    const clip = await barClip({ frames, fps: CAMERA_FPS, bframes });
    copyFileSync(clip.file, out);
    await clip.remove();
  });
  return { name: `bars, ${bframes} B-frames`, file, fps: CAMERA_FPS, duration: frames / CAMERA_FPS, labels: [] };
}

async function sceneClip(bench: Maker, name: string, seconds: number, scene: string, encoder: readonly string[]): Promise<Footage> {
  const { width, height } = { width: 1920, height: 1280 };
  const picture = createRoom(HELD_OUT_SEEDS, { duration: 20 }).render(0, width, height);
  const args = [...rawInput(width, height, CAMERA_FPS), ...noisy(bench, scene, FULL_HD, CAMERA_FPS), '-t', String(seconds), '-r', String(CAMERA_FPS), ...encoder, ...gop(CAMERA_FPS)];
  const file = await cached(bench, name.replaceAll(/\W+/g, '-'), args, (out) => run(bench, [...args, out], [picture]));
  return { name, file, fps: CAMERA_FPS, duration: seconds, labels: [] };
}

interface RoomFilm {
  readonly number: number;
  readonly seconds: number;
  /** seconds of the story, without the pauses */
  readonly story: number;
  readonly fps: number;
  /** ffmpeg's filters from the rendered picture to the camera's */
  readonly scene: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly encoder: readonly string[];
}

async function roomClip(bench: Maker, { number, seconds, story, fps, scene, size, encoder }: RoomFilm): Promise<Footage> {
  const room = calmRoom(number, story);
  const stretched = stretch(room, seconds);
  const args = [...rawInput(RENDERED.width, RENDERED.height, fps), ...noisy(bench, `[0:v]${scene}`, size, fps), ...encoder, ...gop(fps)];
  const file = await cached(bench, `room-${number}`, [...args, room.seed, seconds, story], (out) => run(bench, [...args, out], film(room, stretched, fps)));
  return { name: `room ${number}${encoder === CONSTANT ? ', constant bit rate' : ''}`, file, fps, duration: stretched.duration, labels: stretched.labels, moving: stretched.moving };
}

function rawInput(width: number, height: number, fps: number): string[] {
  return ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${width}x${height}`, '-framerate', String(fps), '-i', 'pipe:0'];
}

/** A sensor's noise: so many grey levels of standard deviation. Its pictures are larger than any clip's, and cut out elsewhere for each frame. */
const SIGMA = 2;
const NOISE = { width: 2400, height: 1500, pictures: 8 };

/**
 * The second input and the filter that lay Gaussian noise over a scene. ffmpeg's own `noise` filter draws lines from one short
 * pattern, which makes some frames much harder to encode than others: sizes of packets that no camera sends.
 */
function noisy(bench: Maker, scene: string, size: RoomFilm['size'], fps: number): string[] {
  const { width, height } = NOISE;
  const [x, y] = [width - size.width, height - size.height].map((room) => `2*floor(random(0)*${room}/2)`);
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-video_size', `${width}x${height}`, '-framerate', String(fps), '-stream_loop', '-1', '-i', noiseFile(bench)];
  const cut = `[1:v]crop=${size.width}:${size.height}:x='${x}':y='${y}'[noise]`;
  return [...input, '-filter_complex', `${scene}[scene];${cut};[scene][noise]blend=all_mode=grainmerge:shortest=1,format=yuv420p[v]`, '-map', '[v]'];
}

function noiseFile({ folder }: Maker): string {
  const file = join(folder, `noise-${SIGMA}.yuv`);
  if (existsSync(file)) return file;
  const random = createRandom(5);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.uniform(0, 1))) * Math.cos(2 * Math.PI * random.uniform(0, 1));
  const luma = NOISE.width * NOISE.height;
  const picture = Buffer.alloc((luma * 3) / 2);
  const partial = `${file}.${process.pid}.part`;
  rmSync(partial, { force: true });
  for (let n = 0; n < NOISE.pictures; n++) {
    // 128 is none
    for (let i = 0; i < picture.length; i++) picture[i] = Math.round(128 + normal() * (i < luma ? SIGMA : SIGMA / 2));
    appendFileSync(partial, picture);
  }
  renameSync(partial, file);
  return file;
}

/**
 * A room filmed by a camera that does not shake and with next to no noise of its own: a stretched story's pictures stand still in its
 * pauses, and what trembled or rustled only between them would tell of each movement. None that the demo checkpoint was trained on.
 */
function calmRoom(number: number, duration: number): Room {
  for (let seed = HELD_OUT_SEEDS + 4_000_000 + number * 10_000; ; seed++) {
    const room = createRoom(seed, { duration });
    const { shake, noise } = furnish(seed, room.story.layout);
    if (shake === 0 && noise < 1.5) return room;
  }
}

function* film(room: Room, story: ReturnType<typeof stretch>, fps: number): Generator<Uint8Array> {
  let last: { readonly at: number; readonly picture: Uint8Array } | undefined;
  for (let n = 0; n < story.duration * fps; n++) {
    const at = story.storyTime(n / fps);
    if (last?.at !== at) last = { at, picture: room.render(at, RENDERED.width, RENDERED.height) };
    yield last.picture;
  }
}

function gop(fps: number): string[] {
  const frames = String(Math.max(1, Math.round(2 * fps)));
  return ['-g', frames, '-keyint_min', frames];
}

/** The clip made after this recipe, from the run before where there is one. */
async function cached(bench: Maker, name: string, recipe: readonly unknown[], make: (out: string) => Promise<void>): Promise<string> {
  const digest = createHash('sha1').update(JSON.stringify(recipe)).digest('hex').slice(0, 10);
  const file = join(bench.folder, `${name}-${digest}.mp4`);
  if (existsSync(file)) return file;
  const began = performance.now();
  const partial = join(bench.folder, `${name}-${digest}.${process.pid}.part.mp4`);
  bench.defer(() => rmSync(partial, { force: true }));
  await make(partial);
  renameSync(partial, file);
  bench.say(`made the clip ${name} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return file;
}

/** ffmpeg as a job; what is read from `pictures` goes to its stdin. */
async function run(bench: Maker, args: readonly string[], pictures: Iterable<Uint8Array> = []): Promise<void> {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], { stdio: ['pipe', 'ignore', 'inherit'] });
  const kill = (): void => void child.kill('SIGKILL');
  bench.defer(kill);
  bench.signal.addEventListener('abort', kill, { once: true });
  const ended = once(child, 'exit');
  // it may want no more of them
  child.stdin.on('error', () => undefined);
  for (const picture of pictures) {
    if (child.exitCode !== null || child.stdin.destroyed) break;
    if (!child.stdin.write(picture)) await Promise.race([once(child.stdin, 'drain'), ended]);
  }
  child.stdin.end();
  const [code] = (await ended) as [number | null];
  bench.signal.removeEventListener('abort', kill);
  bench.signal.throwIfAborted();
  if (code !== 0) throw new Error(`ffmpeg could not make a clip (${code}): ${args.at(-1)}`);
}
