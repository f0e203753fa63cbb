import { modelFrameSize, modelGeometry } from '../config/modelSettings.ts';
import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { readVideoFrames } from '../ingest/file.ts';
import { pulled } from '../ingest/pulled.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { sample } from '../sample/sample.ts';
import type { Frame } from '../values.ts';
import { stagesAt } from './look.ts';
import type { Stretch } from './steps.ts';

/** A stretch of video that can be looked at, and no break in it. */
export interface Footage {
  readonly stretch: Stretch;
  /** the frames worth looking at, from a little before the stretch to a little after it */
  frames(signal: AbortSignal): AsyncIterable<Frame>;
}

export interface LiveFrames {
  between(camera: string, from: number, to: number): readonly Frame[];
}

/** Frames around a stretch are shown as well, ms: at its edge a window lacks what led to an event or came of it. */
const MARGIN = 3000;
/** Live frames come later than recorded ones, and a stretch of them that is shorter is none, ms. */
const LEAST = 1000;
/** Recorded stretches nearer to each other than this are one, ms. */
const JOINT = 2000;

/** What of a video file is looked at. `opened` hears how long it is, ms, where it says. Throws USAGE where the range lies beyond. */
export function fileFootage(path: string, stretch: Stretch, config: Config, frameRate: number | undefined, opened: (duration: number | undefined) => void): Footage {
  const { stages, frameSize } = choosing(config, frameRate);
  const range = [Math.max(0, stretch.from - MARGIN), Math.min(Number.MAX_SAFE_INTEGER, stretch.to + MARGIN)] as const;
  const onOpened = (duration = Infinity): void => {
    if (stretch.from >= duration) throw new LookoutError('USAGE', `The range begins at ${stretch.from / 1000} s; the video is ${duration / 1000} s long.`);
    opened(Number.isFinite(duration) ? duration : undefined);
  };
  return { stretch, frames: (signal) => pulled(readVideoFrames(path, { fps: stages.maxFps, frameSize, onOpened, range }, signal), sample(stages.sample)) };
}

/** How long a file is, ms; undefined where it does not say. Throws VIDEO_UNREADABLE where it holds no picture. */
export async function videoLength(path: string, signal: AbortSignal): Promise<number | undefined> {
  let length: number | undefined;
  const frames = readVideoFrames(path, { fps: 1, frameSize: { minPixels: 1024, maxPixels: 16_384 }, onOpened: (duration) => (length = duration) }, signal);
  for await (const frame of frames) if (frame.width > 0) return length;
  throw new LookoutError('VIDEO_UNREADABLE', 'It holds no picture that can be decoded.');
}

/** What was recorded of a range, each stretch without a break by itself. */
export function recordedFootage(recordings: Pick<Recordings, 'stretches' | 'frames'>, camera: string, range: Stretch, config: Config, frameRate: number | undefined): Footage[] {
  const { stages, frameSize } = choosing(config, frameRate);
  const around = { from: range.from - MARGIN, to: range.to + MARGIN };
  return joined(recordings.stretches(camera, around.from, around.to)).flatMap((recorded) => {
    const stretch = { from: Math.max(recorded.from, range.from), to: Math.min(recorded.to, range.to) };
    if (stretch.to - stretch.from < LEAST) return [];
    const frames = (signal: AbortSignal): AsyncIterable<Frame> =>
      pulled(recordings.frames(camera, recorded.from, recorded.to, { fps: stages.maxFps, frameSize }, signal), sample(stages.sample));
    return [{ stretch, frames }];
  });
}

/** What the daemon remembers of the last seconds, as it was chosen then: after `from`, up to the end of the range. */
export function liveFootage(live: LiveFrames, camera: string, range: Stretch, from: number): Footage | undefined {
  const kept = live.between(camera, Math.max(from, range.from - MARGIN), range.to + MARGIN);
  const [first, last] = [kept[0], kept.at(-1)];
  if (!first || !last) return undefined;
  const stretch = { from: Math.max(range.from, from, first.at), to: Math.min(range.to, last.at) };
  if (kept.length < 2 || stretch.to - stretch.from < LEAST) return undefined;
  return {
    stretch,
    async *frames() {
      yield* kept;
    },
  };
}

function choosing(config: Config, frameRate: number | undefined): { stages: ReturnType<typeof stagesAt>; frameSize: ReturnType<typeof modelFrameSize> } {
  return { stages: stagesAt(config, frameRate), frameSize: modelFrameSize(config, modelGeometry(config).processing) };
}

function joined(stretches: readonly Stretch[]): Stretch[] {
  const out: { from: number; to: number }[] = [];
  for (const { from, to } of stretches) {
    const before = out.at(-1);
    if (before && from - before.to < JOINT) before.to = Math.max(before.to, to);
    else out.push({ from, to });
  }
  return out;
}
