import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LookoutError } from '../../src/errors.ts';
import { keepStills } from '../../src/ingest/stills.ts';
import type { Still } from '../../src/ingest/stills.ts';

const folder = mkdtempSync(join(tmpdir(), 'lookout-stills-'));
const at = (name: string): string => join(folder, name);
const make = (name: string, source: string, ...more: string[]): unknown => execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `${source}:d=0.04:r=25`, ...more, '-frames:v', '1', at(name)]);
const SIZE = { minPixels: 1024, maxPixels: 100_000 };
const life = new AbortController();
const never = new AbortController().signal;
const stills = keepStills(life.signal);

beforeAll(() => {
  for (const name of ['a.jpg', 'b.png', 'c.webp', 'd.gif', 'e.bmp']) make(name, 'color=c=0x20c040:s=300x200');
  make('grey.png', 'color=c=white:s=64x64', '-pix_fmt', 'gray');
  make('clear.png', 'color=c=red@0.5:s=64x64', '-pix_fmt', 'rgba');
  make('video.mp4', 'testsrc=s=64x64', '-c:v', 'libx264');
  make('large.png', 'color=c=black:s=9000x4800');
  writeFileSync(at('none.png'), 'no picture');
  writeFileSync(at('cut.png'), Buffer.from('89504e470d0a1a0a0000000d4948445200000100', 'hex'));
});
afterAll(() => {
  life.abort();
  rmSync(folder, { recursive: true, force: true });
});

const readable = (one: Still | LookoutError | undefined): Still => {
  if (!one || one instanceof LookoutError) throw one ?? new Error('nothing');
  return one;
};

test('pictures of every kind are decoded within their bounds, and what is none is told in its place', async () => {
  const names = ['a.jpg', 'none.png', 'b.png', 'c.webp', 'd.gif', 'video.mp4', 'e.bmp', 'grey.png', 'cut.png', 'large.png', 'nowhere.png', 'clear.png'];
  const all = await stills.read(names.map(at), SIZE, never);
  const by = (name: string): Still | LookoutError | undefined => all[names.indexOf(name)];
  for (const name of ['a.jpg', 'b.png', 'c.webp', 'd.gif', 'e.bmp']) {
    const { width, height, data } = readable(by(name));
    expect([width, height, data.length]).toEqual([288, 192, 288 * 192 * 3]);
    expect(Array.from(data.slice(300, 303), (v, i) => Math.abs(v - ([0x20, 0xc0, 0x40][i] ?? 0)) < (name === 'd.gif' ? 48 : 12)), name).toEqual([true, true, true]);
  }
  expect(readable(by('grey.png')).data.slice(0, 3).every((v) => v > 250)).toBe(true);
  expect(readable(by('clear.png')).width).toBe(64);
  for (const name of ['none.png', 'video.mp4', 'cut.png', 'large.png', 'nowhere.png']) {
    expect(by(name), name).toMatchObject({ code: 'VIDEO_UNREADABLE' });
    expect((by(name) as LookoutError).detail).not.toContain(folder);
  }
});

test('nobody waits for a decoder that is not wanted any more', async () => {
  const stop = new AbortController();
  const reading = stills.read([at('a.jpg')], SIZE, stop.signal);
  stop.abort(new Error('gone'));
  await expect(reading).rejects.toThrow('gone');
  expect(await stills.read([], SIZE, never)).toEqual([]);
});

test('orders that come together have a decoder each, and those that come later find one there', async () => {
  const two = [stills.read([at('a.jpg')], SIZE, never), stills.read([at('b.png'), at('none.png')], SIZE, never)];
  expect((await Promise.all(two)).map((found) => found.length)).toEqual([1, 2]);
  for (let n = 0; n < 3; n++) expect(readable((await stills.read([at('b.png')], SIZE, never))[0]).width).toBe(288);
});

test('when life is over nobody waits for a decoder', async () => {
  const short = new AbortController();
  const kept = keepStills(short.signal);
  expect(await kept.read([at('a.jpg')], SIZE, never)).toHaveLength(1);
  const reading = kept.read([at('a.jpg')], SIZE, never);
  short.abort();
  await expect(reading).rejects.toThrow();
});
