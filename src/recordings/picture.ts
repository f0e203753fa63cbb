import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, map, race } from 'rxjs';
import { LookoutError } from '../errors.ts';
import { superviseChild } from '../health/child.ts';
import { createLogger } from '../health/log.ts';
import { draftOf, removeDraft, settleDraft } from '../media/draft.ts';
import { cutFiles } from './cut.ts';
import type { Listed } from './folder.ts';
import type { FromPicture, PictureInit } from './pictureWire.ts';

/** Decoded 4K pictures and the interpreter. */
const MEMORY_MB = 768;

/** JPEG of the picture nearest to `at` (wall clock, ms), decoded in a process of its own. False where these files have none. Throws MEDIA_WRITE. */
export async function takePicture(files: readonly Listed[], camera: string, at: number, file: string, signal?: AbortSignal): Promise<boolean> {
  const nearest = files.toSorted((a, b) => distance(a, at) - distance(b, at))[0];
  if (!nearest) return false;
  const folder = await mkdtemp(join(tmpdir(), 'lookout-picture-'));
  try {
    const clip = join(folder, 'part.mp4');
    const moment = Math.max(nearest.from, Math.min(nearest.to, at));
    const { from } = await cutFiles([nearest], { camera, from: moment, to: moment + AFTER }, clip, signal);
    const done = await decode({ clip, from, at, file: draftOf(file) }, signal);
    if (!done) return false;
    await settleDraft(file);
    return true;
  } catch (error) {
    await removeDraft(draftOf(file));
    if (error instanceof LookoutError && (error.code === 'MEDIA_GONE' || error.code === 'CAMERA_NO_VIDEO')) return false;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pictures come out in another order than packets go in, ms. */
const AFTER = 1000;

function distance({ from, to }: Listed, at: number): number {
  return Math.max(from - at, at - to, 0);
}

/** Rejects with what the child says. */
async function decode(init: PictureInit, signal?: AbortSignal): Promise<boolean> {
  const ended = new AbortController();
  const both = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  const child = superviseChild({ name: 'picture', entry: new URL('./pictureChild.ts', import.meta.url), memoryMb: MEMORY_MB, init }, both, createLogger({ level: 'silent' }));
  const failed$ = child.exits$.pipe(map(({ detail }): FromPicture => ({ ok: false, code: 'MEDIA_GONE', detail: `The decoder ${detail}.` })));
  try {
    const told = await firstValueFrom(race(child.messages$.pipe(map((message) => message as FromPicture)), failed$), { defaultValue: undefined });
    signal?.throwIfAborted();
    if (told?.ok === false) throw new LookoutError(told.code, told.detail);
    return told !== undefined;
  } finally {
    ended.abort();
    await child.stop();
  }
}
