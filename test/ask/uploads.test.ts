import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LookoutError } from '../../src/errors.ts';
import { Uploads } from '../../src/ask/uploads.ts';

const never = new AbortController().signal;
let dir: string;
let now = Date.now();

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'lookout-uploads-')), 'deep', 'uploads');
  now = Date.now();
});
afterEach(() => rmSync(join(dir, '..', '..'), { recursive: true, force: true }));

async function opened(more: Partial<ConstructorParameters<typeof Uploads>[0]> = {}): Promise<Uploads> {
  const uploads = new Uploads({ dir, most: 1000, mostTogether: 2500, keep: 60_000, now: () => now, check: () => Promise.resolve(1234), ...more });
  await uploads.start();
  return uploads;
}
const bytes = (count: number): Readable => Readable.from([Buffer.alloc(count / 2), Buffer.alloc(count / 2)]);
const files = (): string[] => readdirSync(dir);

describe('uploads', () => {
  test('are kept under a name that nobody guesses, readable by their owner alone, until they expire', async () => {
    const uploads = await opened();
    const { id, ...rest } = await uploads.add(bytes(500), never);
    expect(id).toMatch(/^[a-f0-9]{32}$/);
    expect(rest).toEqual({ bytes: 500, duration: 1234, expiresAt: now + 60_000 });
    expect(files()).toEqual([`${id}.video`]);
    expect([statSync(dir).mode & 0o777, statSync(join(dir, `${id}.video`)).mode & 0o777]).toEqual([0o700, 0o600]);
    const held = await uploads.hold(id);
    expect(statSync(held.file).size).toBe(500);
    now += 70_000;
    await uploads.sweep();
    expect(existsSync(held.file)).toBe(true);
    await held.release();
    await expect(uploads.hold(id)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
    await uploads.sweep();
    expect(files()).toEqual([]);
  });

  test('outlive a restart, and what was cut short by it does not', async () => {
    const { id } = await (await opened()).add(bytes(100), never);
    writeFileSync(join(dir, `${'0'.repeat(32)}.part`), 'half a video');
    writeFileSync(join(dir, 'notes.txt'), 'of somebody else');
    const again = await opened();
    expect(files().sort()).toEqual([`${id}.video`, 'notes.txt'].sort());
    expect((await again.hold(id)).file).toContain(id);
  });

  test('that are deleted while somebody looks at them go when he is done', async () => {
    const uploads = await opened();
    const { id } = await uploads.add(bytes(100), never);
    const [one, two] = [await uploads.hold(id), await uploads.hold(id)];
    expect(await uploads.remove(id)).toBe(true);
    expect(await uploads.remove(id)).toBe(false);
    await expect(uploads.hold(id)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
    await one.release();
    await one.release();
    expect(files()).toEqual([`${id}.video`]);
    await two.release();
    expect(files()).toEqual([]);
  });

  test('for one question are gone after it', async () => {
    const uploads = await opened();
    const held = await uploads.borrow(bytes(100), never);
    expect(files()).toHaveLength(1);
    await held.release();
    expect(files()).toEqual([]);
  });

  test.each(['', '../../etc/passwd', 'a'.repeat(32), '..', `${'a'.repeat(31)}/`, `${'a'.repeat(32)}\0`, 'none'])('%j is none', async (id) => {
    const uploads = await opened();
    await expect(uploads.hold(id)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
    expect(await uploads.remove(id)).toBe(false);
  });
});

describe('what is refused leaves nothing behind', () => {
  const refused = async (uploads: Uploads, body: Readable, signal = never): Promise<unknown> => {
    const error = await uploads.add(body, signal).then(() => undefined, (e: unknown) => e);
    expect(files().filter((file) => file.endsWith('.part'))).toEqual([]);
    expect(body.destroyed).toBe(true);
    return error;
  };

  test('too large, while it comes', async () => {
    let sent = 0;
    const endless = Readable.from((async function* () {
      for (;;) yield Buffer.alloc((sent += 100) && 100);
    })());
    expect(await refused(await opened(), endless)).toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
    // what was on its way in the streams' buffers, and no more
    expect(sent).toBeLessThan(200_000);
  });

  test('more than may lie there together, and again once there is room', async () => {
    const uploads = await opened();
    const first = await uploads.add(bytes(1000), never);
    await uploads.add(bytes(1000), never);
    expect(await refused(uploads, bytes(1000))).toMatchObject({ code: 'MEDIA_SPACE' });
    await uploads.remove(first.id);
    await uploads.add(bytes(1000), never);
    for (const file of files()) utimesSync(join(dir, file), now / 1000 - 120, now / 1000 - 120);
    // expired ones make room by themselves
    await uploads.add(bytes(1000), never);
    expect(files()).toHaveLength(1);
  });

  test('no video, a body that breaks, a client that goes', async () => {
    const uploads = await opened({ check: () => Promise.reject(new LookoutError('VIDEO_UNREADABLE', `${dir}/secret path`)) });
    const error = (await refused(uploads, bytes(100))) as LookoutError;
    expect(error).toMatchObject({ code: 'VIDEO_UNREADABLE' });
    expect(error.detail).not.toContain(dir);
    const broken = Readable.from((async function* () {
      yield Buffer.alloc(10);
      throw new LookoutError('REQUEST_INVALID', 'cut off');
    })());
    expect(await refused(await opened(), broken)).toMatchObject({ code: 'REQUEST_INVALID' });
    const stop = new AbortController();
    const slow = Readable.from((async function* () {
      yield Buffer.alloc(10);
      stop.abort(new Error('gone'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      yield Buffer.alloc(10);
    })());
    expect(await refused(await opened(), slow, stop.signal)).toMatchObject({ message: 'gone' });
    expect(files()).toEqual([]);
  });

  test('where there can be no folder, that is told', async () => {
    const file = join(dir, '..', '..', 'file');
    writeFileSync(file, '');
    await expect(new Uploads({ dir: join(file, 'uploads'), most: 1, mostTogether: 1, keep: 1, now: () => now, check: () => Promise.resolve(1) }).start()).rejects.toMatchObject({ code: 'MEDIA_WRITE' });
  });
});
