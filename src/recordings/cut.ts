import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { LookoutError } from '../errors.ts';
import { draftOf, fillDraft, settleDraft } from '../media/draft.ts';
import { plannedCut } from './cutPlan.ts';
import type { CutPlan, PlannedSample } from './cutPlan.ts';
import type { Listed } from './folder.ts';
import { filmHead } from './progressive.ts';
import type { CutShown, Stretch } from './recordings.ts';

/** No cut is longer, ms: its index has to fit into memory. */
const LONGEST_CUT = 6 * 3_600_000;
/** Copied at once, bytes. */
const PIECE = 1 << 20;

/**
 * Puts a stretch of recorded files, in order, into one MP4 with the times of the wall clock, from the keyframe before `from`. The draft
 * is in its place when it is whole. Throws MEDIA_GONE, MEDIA_WRITE, USAGE where it is too long.
 */
export async function cutFiles(files: readonly Listed[], wanted: Stretch, file: string, signal?: AbortSignal): Promise<CutShown> {
  const { camera, from, to } = wanted;
  if (!(to - from <= LONGEST_CUT)) throw new LookoutError('USAGE', `A cut is no longer than ${LONGEST_CUT / 3_600_000} hours.`);
  const plan = await plannedCut(files, wanted, signal);
  if (!plan) throw new LookoutError('MEDIA_GONE', `Camera ${camera} has no recording of ${new Date(from).toISOString()} to ${new Date(to).toISOString()}.`);
  const draft = draftOf(file);
  await fillDraft(draft, () => write(draft, plan, signal));
  await settleDraft(file);
  return { from: plan.film.at, to: plan.to, gaps: plan.gaps };
}

async function write(draft: string, { film, samples }: CutPlan, signal?: AbortSignal): Promise<void> {
  const out = await open(draft, 'w', 0o600);
  let source: { readonly file: string; readonly handle: FileHandle } | undefined;
  try {
    await out.appendFile(filmHead(film));
    for (const { file, offset, size } of stretchesOf(samples)) {
      if (source?.file !== file) {
        await source?.handle.close();
        source = undefined;
        source = { file, handle: await open(file, 'r') };
      }
      await copy(source.handle, out, offset, size, signal);
    }
  } finally {
    await source?.handle.close();
    await out.close();
  }
}

/** Samples that lie behind one another are copied together. */
function* stretchesOf(samples: readonly PlannedSample[]): Generator<{ file: string; offset: number; size: number }> {
  let run: { file: string; offset: number; size: number } | undefined;
  for (const { file, offset, size } of samples) {
    if (run?.file === file && run.offset + run.size === offset) run.size += size;
    else {
      if (run) yield run;
      run = { file, offset, size };
    }
  }
  if (run) yield run;
}

async function copy(from: FileHandle, out: FileHandle, offset: number, size: number, signal?: AbortSignal): Promise<void> {
  const bytes = Buffer.allocUnsafe(Math.min(PIECE, size));
  for (let done = 0; done < size;) {
    signal?.throwIfAborted();
    const { bytesRead } = await from.read(bytes, 0, Math.min(bytes.length, size - done), offset + done);
    if (bytesRead === 0) throw new LookoutError('MEDIA_GONE', 'A recorded file is shorter than it was.');
    await out.appendFile(bytes.subarray(0, bytesRead));
    done += bytesRead;
  }
}
