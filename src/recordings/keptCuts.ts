import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LookoutError } from '../errors.ts';
import { freeOn, LEFT_FREE } from '../health/disk.ts';
import type { Recordings, Segment } from './recordings.ts';

/** Cuts for those who ask for them over the network: players ask for a file piece by piece, and it is cut once. */
export interface KeptCuts {
  /** A file with the stretch, to be read until `done` is called. Throws MEDIA_GONE, MEDIA_SPACE, MEDIA_WRITE. */
  take(camera: string, from: number, to: number, signal: AbortSignal): Promise<{ readonly file: string; done(): void }>;
}

interface Kept {
  readonly folder: Promise<string>;
  readonly cut: Promise<string>;
  readonly abort: AbortController;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

/** A cut that nobody reads any longer goes after this time, ms, and with so many of them the oldest of those at once. */
const IDLE = 30_000;
const MOST = 4;

/** `signal`: removes them all. */
export function openKeptCuts(recordings: Pick<Recordings, 'segments' | 'cut'>, signal?: AbortSignal): KeptCuts {
  const kept = new Map<string, Kept>();

  const remove = (key: string, one: Kept): void => {
    if (kept.get(key) === one) kept.delete(key);
    clearTimeout(one.timer);
    one.abort.abort();
    // what cannot be removed is the system's to sweep
    void one.cut.catch(() => undefined).then(() => one.folder).then((folder) => rm(folder, { recursive: true, force: true })).catch(() => undefined);
  };
  const begin = (key: string, camera: string, from: number, to: number): Kept => {
    const idle = [...kept].filter(([, { users }]) => users === 0);
    for (const [name, one] of idle.slice(0, Math.max(0, kept.size - MOST + 1))) remove(name, one);
    const abort = new AbortController();
    const folder = mkdtemp(join(tmpdir(), 'lookout-cut-'));
    const cut = folder.then(async (path) => {
      const file = join(path, 'clip.mp4');
      await checkRoom(path, recordings.segments(camera, from, to));
      await recordings.cut(camera, from, to, file, abort.signal);
      return file;
    });
    const one: Kept = { folder, cut, abort, users: 0, timer: undefined };
    kept.set(key, one);
    cut.catch(() => remove(key, one));
    return one;
  };
  signal?.addEventListener('abort', () => kept.forEach((one, key) => remove(key, one)), { once: true });

  return {
    async take(camera, from, to, gone) {
      const key = `${camera} ${from} ${to}`;
      const one = kept.get(key) ?? begin(key, camera, from, to);
      clearTimeout(one.timer);
      one.users += 1;
      let over = false;
      const done = (): void => {
        if (over) return;
        over = true;
        one.users -= 1;
        if (one.users === 0) one.timer = setTimeout(() => remove(key, one), IDLE).unref();
      };
      // who leaves before it is cut leaves the others theirs
      const left = (): void => {
        done();
        if (one.users === 0) remove(key, one);
      };
      gone.addEventListener('abort', left, { once: true });
      try {
        return { file: await one.cut, done };
      } catch (error) {
        done();
        throw error;
      } finally {
        gone.removeEventListener('abort', left);
      }
    },
  };
}

async function checkRoom(folder: string, segments: readonly Segment[]): Promise<void> {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  if ((await freeOn(folder)) < bytes + LEFT_FREE) throw new LookoutError('MEDIA_SPACE', `${Math.round(bytes / 1e6)} MB do not fit into ${tmpdir()}.`);
}
