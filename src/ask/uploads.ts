import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';

export interface UploadOptions {
  readonly dir: string;
  /** bytes of one video, and of all together */
  readonly most: number;
  readonly mostTogether: number;
  /** how long an upload is kept, ms */
  readonly keep: number;
  readonly log: Logger;
  now(): number;
}

export interface Upload {
  readonly id: string;
  readonly bytes: number;
  /** length, ms, where the file says */
  readonly duration: number | null;
  /** wall clock, ms */
  readonly expiresAt: number;
}

/** A video in the folder while somebody looks at it: it is not deleted until it is released. */
export interface HeldVideo {
  readonly file: string;
  release(): Promise<void>;
}

export interface Uploads {
  /** bytes of one video */
  readonly most: number;
  /** Takes a video in. Throws UPLOAD_TOO_LARGE, MEDIA_SPACE, MEDIA_WRITE, VIDEO_UNREADABLE, or the signal's reason; then nothing is left of it. */
  add(body: Readable, signal: AbortSignal): Promise<Upload>;
  /** Throws UPLOAD_NOT_FOUND. */
  hold(id: string): HeldVideo | Promise<HeldVideo>;
  /** A video that is there for one question. Throws as `add` does, and what the body does. */
  borrow(body: Readable, signal: AbortSignal): Promise<HeldVideo>;
  /** false: there was none */
  remove(id: string): Promise<boolean>;
  /** Deletes what has expired; to be called now and then. */
  sweep(): Promise<void>;
}

/** So much of the disk stays free, bytes. */
const FLOOR = 256e6;
/** The disk is looked at so often while a video comes, bytes. */
const EVERY = 64e6;
const ID = /^[a-f0-9]{32}$/;
const name = (id: string): string => `${id}.video`;

/** Videos that people ask about, in a folder of their own: `<id>.video`, and `<id>.part` while they come. `check` says how long a video is, or throws. */
export function openUploads({ dir, most, mostTogether, keep, log, now }: UploadOptions, check: (file: string, signal: AbortSignal) => Promise<number | undefined>): Uploads {
  /** bytes of what is on its way, by its id */
  const coming = new Map<string, number>();
  const held = new Map<string, number>();
  /** removed while somebody looked at it */
  const leaving = new Set<string>();
  const ready = mkdir(dir, { recursive: true, mode: 0o700 }).then(() => sweepFolder(true));
  ready.catch((error: unknown) => log.error({ err: error }, 'the folder of uploads cannot be used'));

  async function files(): Promise<{ id: string; file: string; bytes: number; at: number; whole: boolean }[]> {
    const names = (await readdir(dir)).flatMap((file) => /^([a-f0-9]{32})\.(video|part)$/.exec(file) ?? []).filter((_, i) => i % 3 === 0);
    const found = await Promise.all(names.map(async (file) => ({ file, stat: await stat(join(dir, file)).catch(() => undefined) })));
    return found.flatMap(({ file, stat: s }) => (s ? [{ id: file.slice(0, 32), file: join(dir, file), bytes: s.size, at: s.mtimeMs, whole: file.endsWith('.video') }] : []));
  }
  async function sweepFolder(first: boolean): Promise<void> {
    for (const { id, file, at, whole } of await files()) {
      const old = whole ? at + keep <= now() && !held.has(id) : first || (!coming.has(id) && at + 3_600_000 < now());
      if (old) await rm(file, { force: true });
    }
  }
  const free = async (): Promise<void> => {
    const { bavail, bsize } = await statfs(dir);
    if (bavail * bsize < FLOOR) throw new LookoutError('MEDIA_SPACE', `The disk of the uploads has ${Math.round((bavail * bsize) / 1e6)} MB left.`);
  };
  /** Everything that lies there, and what is announced. */
  const room = async (id: string, bytes: number): Promise<void> => {
    coming.set(id, bytes);
    const whole = (await files()).filter((f) => f.whole).reduce((sum, f) => sum + f.bytes, 0);
    const all = [...coming.values()].reduce((sum, b) => sum + b, whole);
    if (all > mostTogether) throw new LookoutError('MEDIA_SPACE', `The uploads together would hold more than ${Math.round(mostTogether / 1e6)} MB: delete some, or wait until they expire.`);
    await free();
  };
  const write = async (id: string, body: Readable, signal: AbortSignal): Promise<number> => {
    let [bytes, seen] = [0, 0];
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > most) return done(new LookoutError('UPLOAD_TOO_LARGE', `The video has more than ${Math.round(most / 1e6)} MB.`));
        if (bytes - seen < EVERY) return done(null, chunk);
        seen = bytes;
        room(id, bytes).then(() => done(null, chunk), (error: unknown) => done(error as Error));
      },
    });
    await pipeline(body, counted, createWriteStream(join(dir, `${id}.part`), { mode: 0o600 }), { signal });
    return bytes;
  };
  const taken = async (body: Readable, signal: AbortSignal): Promise<{ id: string; bytes: number; duration: number | undefined }> => {
    const id = randomBytes(16).toString('hex');
    const part = join(dir, `${id}.part`);
    try {
      await ready;
      await sweepFolder(false);
      await room(id, 0);
      const bytes = await write(id, body, signal);
      await room(id, bytes);
      const duration = await check(part, signal);
      await rename(part, join(dir, name(id)));
      return { id, bytes, duration };
    } catch (error) {
      body.destroy();
      await rm(part, { force: true }).catch(() => undefined);
      throw signal.aborted ? signal.reason : fault(error, part);
    } finally {
      coming.delete(id);
    }
  };
  const remove = async (id: string): Promise<boolean> => {
    if (!ID.test(id) || leaving.has(id)) return false;
    await ready;
    const there = await stat(join(dir, name(id))).catch(() => undefined);
    if (!there) return false;
    if (held.has(id)) leaving.add(id);
    else await rm(join(dir, name(id)), { force: true });
    return true;
  };
  const hold = (id: string, after: () => Promise<unknown> = () => Promise.resolve()): HeldVideo => {
    held.set(id, (held.get(id) ?? 0) + 1);
    let over = false;
    return {
      file: join(dir, name(id)),
      release: async () => {
        if (over) return;
        over = true;
        const left = (held.get(id) ?? 1) - 1;
        if (left > 0) held.set(id, left);
        else held.delete(id);
        if (left === 0 && leaving.delete(id)) await rm(join(dir, name(id)), { force: true });
        await after();
      },
    };
  };
  return {
    most,
    async add(body, signal) {
      const { id, bytes, duration } = await taken(body, signal);
      return { id, bytes, duration: duration ?? null, expiresAt: now() + keep };
    },
    async hold(id) {
      await ready;
      const there = ID.test(id) && !leaving.has(id) ? await stat(join(dir, name(id))).catch(() => undefined) : undefined;
      if (!there || there.mtimeMs + keep <= now()) throw new LookoutError('UPLOAD_NOT_FOUND', 'There is no such upload, or no longer.');
      return hold(id);
    },
    async borrow(body, signal) {
      const { id } = await taken(body, signal);
      return hold(id, () => remove(id));
    },
    remove,
    sweep: () => ready.then(() => sweepFolder(false)),
  };
}

function fault(error: unknown, file: string): unknown {
  if (error instanceof LookoutError) return error.code === 'VIDEO_UNREADABLE' ? new LookoutError('VIDEO_UNREADABLE', 'This is no video that can be read.', { cause: error }) : error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return new LookoutError('MEDIA_SPACE', 'The disk of the uploads is full.', { cause: error });
  if (/^E(?:ACCES|PERM|ROFS|NOENT|IO|MFILE)$/.test(code)) return new LookoutError('MEDIA_WRITE', `${file} cannot be written (${code}).`, { cause: error });
  return error;
}
