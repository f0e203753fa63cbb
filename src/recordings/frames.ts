import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statSync } from 'node:fs';
import { LookoutError } from '../errors.ts';
import { readVideoFrames } from '../ingest/file.ts';
import type { Frame } from '../values.ts';
import { cutFiles } from './cut.ts';
import type { Listed } from './folder.ts';
import type { FramesOptions, Stretch } from './recordings.ts';

/** What is put together for one decoder at a time: a process for each file would cost more than the decoding; ms and bytes. */
const AT_ONCE = { ms: 300_000, bytes: 128e6 };
/** A picture in two files has one time but for how names are rounded, ms. */
const SAME = 2;
/** A longer gap begins another, ms. */
const GAP = 30_000;

/**
 * Frames of recorded files (in order) between two moments, at wall clock. One decoder runs at a time, on a copy of at most five minutes in the
 * system's folder for such, as fast as its frames are taken. Throws MEDIA_GONE where there are none, VIDEO_UNREADABLE.
 */
export async function* recordedFrames(files: readonly Listed[], { camera, from, to }: Stretch, opts: FramesOptions, signal: AbortSignal): AsyncGenerator<Frame, void, void> {
  const runs = runsOf(files);
  if (runs.length === 0) throw new LookoutError('MEDIA_GONE', `Camera ${camera} has no recording of ${new Date(from).toISOString()} to ${new Date(to).toISOString()}.`);
  const folder = await mkdtemp(join(tmpdir(), 'lookout-frames-'));
  let newest = Number.NEGATIVE_INFINITY;
  try {
    for (const run of runs) {
      const part = { camera, from: Math.max(from, run[0]?.from ?? from), to: Math.min(to, run.at(-1)?.to ?? to) };
      for await (const frame of framesOf(run, part, join(folder, 'part.mp4'), opts, signal)) {
        // pictures at the seam of two parts are in both
        if (frame.at <= newest + SAME || frame.at < from || frame.at > to) continue;
        newest = frame.at;
        yield frame;
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* framesOf(run: readonly Listed[], part: Stretch, file: string, opts: FramesOptions, signal: AbortSignal): AsyncGenerator<Frame, void, void> {
  let rest: readonly Listed[] = run;
  let { from } = part;
  while (rest.length > 0 && from <= part.to) {
    const shown = await cutFiles(rest, { ...part, from }, file, signal).catch((error: unknown) => {
      // deleted meanwhile
      if (error instanceof LookoutError && error.code === 'MEDIA_GONE') return undefined;
      throw error;
    });
    if (!shown) return;
    const range = [Math.max(0, from - shown.from), Math.max(0, shown.to - shown.from)] as const;
    for await (const frame of readVideoFrames(file, { ...opts, range }, signal)) {
      const at = shown.from + frame.at;
      const source = run.findLast((one) => one.from <= at) ?? run[0];
      yield { ...frame, camera: part.camera, at, uncertainty: source?.uncertainty ?? 0, timeSource: source?.timeSource ?? 'arrival' };
    }
    // where the format changes a cut ends
    rest = rest.filter((one) => one.from >= shown.to - 1);
    from = Math.max(rest[0]?.from ?? Number.POSITIVE_INFINITY, shown.to);
  }
}

function runsOf(files: readonly Listed[]): Listed[][] {
  const runs: Listed[][] = [];
  let bytes = 0;
  for (const file of files) {
    const run = runs.at(-1);
    const size = statSync(file.file, { throwIfNoEntry: false })?.size ?? 0;
    const first = run?.[0];
    const last = run?.at(-1);
    const on = run && first && last && file.to - first.from <= AT_ONCE.ms && bytes + size <= AT_ONCE.bytes && file.from - last.to < GAP;
    if (on) run.push(file);
    else runs.push([file]);
    bytes = on ? bytes + size : size;
  }
  return runs;
}
