import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../ingest/random.ts';
import { drawIndex } from './bars.ts';

const CLIPS = join(import.meta.dirname, '../../.cache/clips');

export interface ClipOptions {
  readonly frames: number;
  /** the rate it is declared with; the simulator may play it at any */
  readonly fps: number;
  /** 384 by default */
  readonly width?: number;
  /** 256 by default */
  readonly height?: number;
  /** h264 by default */
  readonly codec?: 'h264' | 'hevc';
  /** 0 by default */
  readonly bframes?: number;
  /** frames between keyframes; two seconds by default */
  readonly gop?: number;
  /** constant rate factor; 28 by default */
  readonly crf?: number;
  /** more of ffmpeg's options for the output, such as `-display_rotation` or `-flags +ildct` */
  readonly extra?: readonly string[];
}

export interface MadeClip {
  readonly file: string;
  remove(): Promise<void>;
}

/**
 * Encodes pictures drawn here into an MP4 file in a folder of its own. `draw` fills a picture in I420 and gets the same
 * bytes each time, so that what does not change need not be drawn again. The group of pictures is closed, so that the clip can be looped.
 */
export async function makeClip(opts: ClipOptions, draw: (index: number, i420: Uint8Array) => void): Promise<MadeClip> {
  const { frames, fps, width = 384, height = 256, codec = 'h264', bframes = 0, gop = 2 * fps, crf = 28, extra = [] } = opts;
  const folder = await mkdtemp(join(tmpdir(), 'lookout-clip-'));
  const file = join(folder, 'clip.mp4');
  const params = `bframes=${bframes}:keyint=${gop}:min-keyint=${gop}:scenecut=0:${codec === 'h264' ? 'open_gop=0:threads=1' : 'open-gop=0:log-level=error:pools=1:frame-threads=1'}`;
  const encoder = codec === 'h264' ? ['-c:v', 'libx264', '-x264-params', params] : ['-c:v', 'libx265', '-tag:v', 'hvc1', '-x265-params', params];
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', String(fps), '-i', 'pipe:0'];
  const child = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...input, ...encoder, '-preset', 'ultrafast', '-crf', String(crf), ...extra, '-y', file], { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  child.stdin.on('error', () => undefined);
  const picture = new Uint8Array((width * height * 3) / 2);
  for (let index = 0; index < frames && child.exitCode === null; index++) {
    draw(index, picture);
    if (!child.stdin.write(Buffer.from(picture))) await Promise.race([once(child.stdin, 'drain'), ended]);
  }
  child.stdin.end();
  const [code] = (await ended) as [number | null];
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  if (code === 0) return { file, remove };
  await remove();
  throw new Error(`ffmpeg could not make the clip (${code}).`);
}

/**
 * A clip whose every frame shows its index (`readIndex`). `noise`: grey levels, so that a frame takes several packets. At most 65536 frames.
 * Many tests show the same one: it is made once, kept in .cache/clips by what it was made of, and not to be written to.
 */
export async function barClip(opts: ClipOptions & { readonly noise?: number }): Promise<MadeClip> {
  const { width = 384, height = 256, noise = 0 } = opts;
  const key = createHash('sha256').update(JSON.stringify(opts));
  for (const source of ['makeClip.ts', 'bars.ts', '../ingest/random.ts']) key.update(readFileSync(join(import.meta.dirname, source)));
  const file = join(CLIPS, `${key.digest('hex').slice(0, 32)}.mp4`);
  const kept = { file, remove: () => Promise.resolve() };
  if (existsSync(file)) return kept;
  const random = createRandom(7);
  const made = await makeClip(opts, (index, i420) => drawIndex(index, width, height, i420, noise > 0 ? () => Math.floor((random() * 2 - 1) * Math.min(noise, 30)) : undefined));
  mkdirSync(CLIPS, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  copyFileSync(made.file, draft);
  renameSync(draft, file);
  await made.remove();
  return kept;
}
