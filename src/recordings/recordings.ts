import { statSync } from 'node:fs';
import type { FrameSize } from '../ingest/frameSize.ts';
import type { Frame } from '../values.ts';
import { cutFiles } from './cut.ts';
import { openFolder } from './folder.ts';
import type { Listed } from './folder.ts';
import { recordedFrames } from './frames.ts';
import { takePicture } from './picture.ts';

/** A camera was recorded without a break, wall clock in ms. */
export interface Stretch {
  readonly camera: string;
  readonly from: number;
  readonly to: number;
}

/** A file of a recording. The running one is among them: it holds more by and by. */
export interface Segment extends Stretch {
  /** absolute */
  readonly file: string;
  readonly bytes: number;
  /** of its times, ms */
  readonly uncertainty: number;
  readonly timeSource: Frame['timeSource'];
}

/** What a cut shows (wall clock, ms): `from` is its time 0, and one second of it one of the wall clock, so that gaps are as long as they were. */
export interface CutShown {
  readonly from: number;
  readonly to: number;
  /** what is missing of what was asked for, in order */
  readonly gaps: readonly Stretch[];
}

export interface FramesOptions {
  /** frames a second, at most */
  readonly fps: number;
  readonly frameSize: FrameSize;
}

/** The recordings of all cameras, as their folder has them. Times are wall clock, ms. */
export interface Recordings {
  /** The files that show something of a stretch of time, in order. */
  segments(camera: string, from: number, to: number): Segment[];
  /** The same, within these bounds and merged: when the camera was recorded. */
  stretches(camera: string, from: number, to: number): Stretch[];
  /** the cameras of which there are recordings, also those that are no longer configured */
  cameras(): string[];
  /**
   * Cuts a stretch into an MP4 that plays in browsers, from the keyframe before `from`; nothing is encoded again. The file is there when it is
   * whole. Throws MEDIA_GONE where nothing was recorded, MEDIA_WRITE.
   */
  cut(camera: string, from: number, to: number, file: string, signal?: AbortSignal): Promise<CutShown>;
  /** The frames of a stretch in order of `at`, decoded in a child process as fast as they are taken. Throws MEDIA_GONE, VIDEO_UNREADABLE. */
  frames(camera: string, from: number, to: number, opts: FramesOptions, signal: AbortSignal): AsyncGenerator<Frame, void, void>;
  /** The recorded picture nearest to a moment as JPEG, in the camera's full size; false where there is none. */
  snapshot(camera: string, at: number, file: string, signal?: AbortSignal): Promise<boolean>;
}

export interface RecordingsOptions {
  /** `recordings.dir`; it need not be there */
  readonly folder: string;
}

/** The recordings in a folder. File names are the index, so that this works beside the daemon that writes them, and after whatever happened to it. */
export function openRecordings({ folder }: RecordingsOptions): Recordings {
  const place = openFolder(folder);
  return {
    segments: (camera, from, to) => place.between(camera, from, to).flatMap((one) => segmentOf(camera, one) ?? []),
    stretches: place.stretches,
    cameras: place.cameras,
    cut: (camera, from, to, file, signal) => cutFiles(place.between(camera, from, to), { camera, from, to }, file, signal),
    frames: (camera, from, to, opts, signal) => recordedFrames(place.between(camera, from, to), { camera, from, to }, opts, signal),
    snapshot: (camera, at, file, signal) => takePicture(place.between(camera, at - NEAR, at + NEAR), camera, at, file, signal),
  };
}

/** A picture farther from the wanted moment than this is not of it, ms. */
const NEAR = 1500;

function segmentOf(camera: string, { file, from, to, uncertainty, timeSource }: Listed): Segment | undefined {
  // the running one may just have got its name
  const bytes = statSync(file, { throwIfNoEntry: false })?.size;
  return bytes === undefined ? undefined : { camera, from, to, file, bytes, uncertainty, timeSource };
}
