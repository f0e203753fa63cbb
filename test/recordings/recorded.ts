import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startRecording } from '../../src/camera/recording.ts';
import type { CameraRecording } from '../../src/camera/camera.ts';
import type { Recorded } from '../../src/camera/recordWire.ts';
import { openRecordings } from '../../src/recordings/recordings.ts';
import type { CutShown, Recordings } from '../../src/recordings/recordings.ts';
import { watch } from '../ingest/watch.ts';
import type { Watched } from '../ingest/watch.ts';
import { EPOCH, ffprobe, indices, ringOfFile } from '../media/recorded.ts';
import { barClip } from '../peers/simulator.ts';

/** A folder of recordings for one test file. */
export interface Place {
  readonly folder: string;
  readonly recordings: Recordings;
  /** how a camera is opened that is recorded into it */
  options(camera: string, more?: Partial<CameraRecording>): CameraRecording;
  files(camera: string): string[];
  remove(): void;
}

export function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-recordings-'));
  return {
    folder,
    recordings: openRecordings({ folder: join(folder, 'recordings') }),
    options: (camera, more) => ({ folder: join(folder, 'recordings', camera), seconds: 2, continuous: true, before: 5, ...more }),
    files: (camera) => readdirSync(join(folder, 'recordings', camera), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.mp4')).toSorted(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A camera that is recorded, and what its process told of that. */
export interface RecordedCamera extends Watched {
  readonly said: readonly Recorded[];
  /** resolves when so many more files were finished */
  finished(count: number): Promise<void>;
}

export function record(url: string, signal: AbortSignal, opts: Parameters<typeof watch>[2]): RecordedCamera {
  const watched = watch(url, signal, opts);
  const said: Recorded[] = [];
  watched.camera.recorded$.subscribe((one) => said.push(one));
  const files = (): number => said.filter(({ kind }) => kind === 'recorded').length;
  return {
    ...watched,
    said,
    async finished(count) {
      const wanted = files() + count;
      await expect.poll(files, { timeout: 60_000, interval: 200 }).toBeGreaterThanOrEqual(wanted);
    },
  };
}

/** What a cut shows: the index of each picture, and its wall clock by the container, ms. */
export async function shownIn(file: string, { from }: CutShown): Promise<{ readonly index: number; readonly at: number }[]> {
  const [probed, seen] = [await ffprobe(file), await indices(file)];
  expect(probed.frames).toBe(seen.length);
  expect(probed.start).toBeCloseTo(0, 5);
  return seen.map((index, i) => ({ index, at: from + (probed.times[i] ?? Number.NaN) }));
}

/** Twelve seconds of bars from `EPOCH` on (25 a second, a keyframe each second) in files of three seconds, but for what was taken from 6 to 9 s. */
export async function recordBars(folder: string, camera: string): Promise<void> {
  const made = await barClip({ frames: 300, fps: 25, gop: 25 });
  const { ring, close } = await ringOfFile(made.file, 'h264');
  try {
    for (const [from, to] of [[0, 5500], [9000, 12_000]] as const) {
      const job = startRecording(ring, { folder: join(folder, camera), seconds: 3, continuous: false }, () => undefined);
      job.told({ kind: 'record', from: EPOCH + from, to: EPOCH + to });
      await job.close();
    }
  } finally {
    await close();
    await made.remove();
  }
}
