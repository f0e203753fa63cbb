import { open, rename, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import ffmpeg from 'fluent-ffmpeg';
import { LookoutError } from '../errors.ts';
import { draftOf, removeDraft, sync } from './draft.ts';
import { probeVideo, rateOf, standardRate } from './rates.ts';
import type { ProbedVideo, Rate } from './rates.ts';

export interface NormalizeOptions {
  /** frames a second; by default the source's own average, rounded to a rate that is in use */
  readonly fps?: number | undefined;
  /** replaces a file that is there */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** what the file holds, before anything is written */
  begin?(source: ProbedVideo): void;
  /** so much of it has been written, s */
  progress?(seconds: number): void;
}

/** What was made of a video. Times in seconds. */
export interface Normalized {
  readonly rate: Rate;
  readonly width: number;
  readonly height: number;
  readonly duration: number;
  readonly frames: number;
  readonly audio: boolean;
}

/** Sound that is off by more is cut or filled, by less it is stretched: within a frame, s. */
const SYNC = 0.02;
/** Samples a second by which sound may be stretched or squeezed to stay with its stamps. */
const STRETCH = 1000;
/** s */
const KEYFRAMES = 2;

/**
 * Makes an MP4 of a video in which every frame takes as long as the next, in order, with its sound on time: H.264 (yuv420p, no B-frames, square
 * pixels, upright, progressive) and AAC, both from 0 on, its index at the front. The file appears when it is whole.
 * @throws LookoutError VIDEO_UNREADABLE, FILE_WRITE, TOOL_MISSING, USAGE where it is there already, or the signal aborted
 */
export async function normalizeVideo(input: string, output: string, opts: NormalizeOptions = {}): Promise<Normalized> {
  const [from, to] = [resolve(input), resolve(output)];
  await checkPaths(from, to, opts.force === true);
  const source = await probeVideo(from);
  const rate = opts.fps === undefined ? standardRate(source.fps) : rateOf(opts.fps);
  opts.begin?.(source);
  const draft = draftOf(to);
  try {
    await (await open(draft, 'w')).close();
    await encode(from, draft, rate, source, opts);
    const made = await probeVideo(draft);
    if (made.frames === 0) throw new LookoutError('VIDEO_UNREADABLE', `${basename(from)} has no picture that can be decoded.`);
    await sync(draft);
    opts.signal?.throwIfAborted();
    await rename(draft, to);
    const { width, height, duration, frames, audio } = made;
    return { rate, width, height, duration, frames, audio };
  } catch (error) {
    await removeDraft(draft);
    if (error instanceof LookoutError) throw error;
    throw opts.signal?.aborted ? stopped() : new LookoutError('FILE_WRITE', `${output}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

async function checkPaths(from: string, to: string, force: boolean): Promise<void> {
  const [source, target, folder] = await Promise.all([from, to, dirname(to)].map((path) => stat(path).catch(() => undefined)));
  if (!source?.isFile()) throw new LookoutError('VIDEO_UNREADABLE', `${from} is not there, or is no file.`);
  if (!folder?.isDirectory()) throw new LookoutError('FILE_WRITE', `there is no folder ${dirname(to)}.`);
  if (target && target.ino === source.ino && target.dev === source.dev) throw new LookoutError('USAGE', 'the output would overwrite the input; name another file.');
  if (target && !target.isFile()) throw new LookoutError('USAGE', `${to} is no file.`);
  if (target && !force) throw new LookoutError('USAGE', `${to} exists; --force overwrites it.`);
}

function encode(from: string, draft: string, { num, den }: Rate, source: ProbedVideo, { signal, progress }: NormalizeOptions): Promise<void> {
  const fps = den === 1 ? String(num) : `${num}/${den}`;
  // marked fields become frames before frames are counted; a late beginning is filled with its first frame, so that sound and picture keep their distance
  const picture = `yadif=deint=interlaced,fps=${fps}:start_time=0,scale=trunc(iw*sar/2)*2:trunc(ih/2)*2,setsar=1,format=yuv420p`;
  const sound = `aresample=async=${STRETCH}:min_hard_comp=${SYNC}:first_pts=0`;
  return new Promise((done, fail) => {
    const command = ffmpeg(from).inputOptions('-protocol_whitelist', 'file');
    const stop = (): void => void command.kill('SIGKILL');
    const settle = (error?: Error): void => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) fail(stopped());
      else if (error) fail(encodingError(from, error));
      else done();
    };
    command
      .outputOptions(
        '-map', '0:V:0', '-map', '0:a:0?', '-sn', '-dn', '-map_chapters', '-1', '-movflags', '+faststart', '-f', 'mp4',
        '-vf', picture, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '19', '-bf', '0', '-g', String(Math.max(1, Math.round((KEYFRAMES * num) / den))),
        ...(source.audio ? ['-af', sound, '-c:a', 'aac', '-b:a', '160k', '-ac', String(Math.min(2, source.channels))] : []),
      )
      .on('start', () => void (signal?.aborted && stop()))
      .on('progress', ({ timemark }: { timemark?: string }) => progress?.(secondsOf(timemark)))
      .on('error', (error: Error) => settle(error))
      .on('end', () => settle())
      .save(draft);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

const stopped = (): LookoutError => new LookoutError('USAGE', 'Stopped before the end; nothing was written.');

/** `00:01:02.50`, as ffmpeg tells how far it is. */
function secondsOf(timemark: string | undefined): number {
  const seconds = (timemark ?? '').split(':').reduce((sum, part) => 60 * sum + Number(part), 0);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

function encodingError(file: string, cause: Error): LookoutError {
  if (/cannot find ff(mpeg|probe)/i.test(cause.message)) return new LookoutError('TOOL_MISSING', 'ffmpeg (package ffmpeg) is not installed.', { cause });
  const line = cause.message.split('\n').findLast((one) => one.trim() !== '') ?? '';
  const full = /no space left|disk quota|input\/output error writing|error writing|permission denied/i.exec(cause.message);
  if (full) return new LookoutError('FILE_WRITE', `${full[0].toLowerCase()}.`, { cause });
  return new LookoutError('VIDEO_UNREADABLE', `${basename(file)}: ${line.trim().slice(0, 200)}.`, { cause });
}
