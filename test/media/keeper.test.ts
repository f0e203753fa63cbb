import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { decode } from 'fast-png';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { createMediaKeeper } from '../../src/media/keeper.ts';
import type { MediaKeeperOptions, MediaSource } from '../../src/media/keeper.ts';
import { clipEnd, clipStart, decisiveMoment } from '../../src/media/moments.ts';
import { recordOf } from '../../src/media/record.ts';
import { alert, NOON } from '../store/values.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly file: string;
  readonly from: number;
  to: number;
}

/** Writes files of a size without asking any camera; a clip is whole when its end is known. */
function source(bytes = 1000): MediaSource & { readonly asked: Asked[]; works: boolean } {
  const asked: Asked[] = [];
  const self = {
    asked,
    works: true,
    snapshot: async (at: number, file: string) => {
      asked.push({ file, from: at, to: at });
      if (self.works) writeFileSync(file, Buffer.alloc(bytes));
      return self.works;
    },
    clip: async (from: number, to: number, file: string, until?: Promise<number>) => {
      const one = { file, from, to };
      asked.push(one);
      one.to = (await until) ?? to;
      if (self.works) writeFileSync(file, Buffer.alloc(bytes));
      return self.works ? { from, to: one.to } : undefined;
    },
  };
  return self;
}

function keeperOf(opts: Partial<MediaKeeperOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-keeper-'));
  folders.push(folder);
  const lines = new PassThrough();
  let logged = '';
  lines.on('data', (chunk: Buffer) => (logged += chunk.toString()));
  const camera = source();
  const media = join(folder, 'media');
  const open = () => createMediaKeeper({ folder: media, camera: () => camera, log: pino({ level: 'trace' }, lines), now: () => NOON + 60_000, ...opts });
  return { folder: media, camera, open, keeper: open(), logged: () => logged };
}

describe('what is kept with an alert', () => {
  it('is a picture at once and a clip when its end is known, for its owner alone, under its id', async () => {
    const kept: unknown[] = [];
    const { keeper, folder, camera } = keeperOf({ kept: (id, media) => kept.push([id, media]) });
    const happened = alert({ id: '5f2c0b9e-1111-4222-8333-944445555666' });
    const path = '2026-11-22/5f2c0b9e-1111-4222-8333-944445555666';
    expect(await keeper.keep(happened)).toEqual({ snapshot: `${path}.jpg` });
    expect(existsSync(join(folder, `${path}.mp4`))).toBe(false);
    expect(await keeper.finish({ ...happened, phase: 'end', end: NOON + 8000 })).toEqual({ clip: `${path}.mp4` });
    expect(camera.asked).toContainEqual({ file: join(folder, `${path}.mp4`), from: NOON - 5000, to: NOON + 13_000 });
    expect(camera.asked).toContainEqual({ file: join(folder, `${path}.jpg`), from: NOON + 1000, to: NOON + 1000 });
    expect(kept).toEqual([[happened.id, { snapshot: `${path}.jpg` }], [happened.id, { clip: `${path}.mp4` }]]);
    for (const part of [folder, dirname(join(folder, path))]) expect(statSync(part).mode & 0o777).toBe(0o700);
  });

  it('is taken again where the times turned out to be others, into the same file', async () => {
    const { keeper, camera } = keeperOf();
    await keeper.keep(alert());
    await keeper.finish(alert({ phase: 'end', start: NOON + 50, happenedAt: NOON + 50 }));
    await keeper.keep(alert({ id: 'a2' }));
    await keeper.finish(alert({ id: 'a2', phase: 'end', start: NOON + 900, end: NOON + 1500, happenedAt: NOON + 900 }));
    const pictures = camera.asked.filter(({ file }) => file.endsWith('.jpg')).map(({ file, from }) => [file.slice(-6), from - NOON]);
    expect(pictures).toEqual([['a1.jpg', 1000], ['a2.jpg', 1000], ['a2.jpg', 1300]]);
  });

  it('is made once, also over a restart', async () => {
    const { keeper, open, camera } = keeperOf();
    await keeper.keep(alert());
    await keeper.finish(alert({ phase: 'end' }));
    const before = camera.asked.length;
    const again = open();
    expect(await again.keep(alert())).toEqual({ snapshot: '2026-11-22/a1.jpg' });
    expect(await again.finish(alert({ phase: 'end' }))).toEqual({ clip: '2026-11-22/a1.mp4' });
    expect(camera.asked).toHaveLength(before);
  });

  it('falls back on the kept frame nearest to the moment', async () => {
    const data = Uint8Array.from({ length: 4 * 2 * 3 }, (_, i) => i);
    const asked: number[] = [];
    const frameAt = (camera: string, at: number) => {
      asked.push(at);
      return { camera, pts: 0, at, uncertainty: 1, timeSource: 'rtcp' as const, width: 4, height: 2, data };
    };
    const { keeper, folder, camera } = keeperOf({ frameAt });
    camera.works = false;
    expect(await keeper.keep(alert())).toEqual({ snapshot: '2026-11-22/a1.png' });
    expect(asked).toEqual([NOON + 1000]);
    expect(decode(readFileSync(join(folder, '2026-11-22/a1.png')))).toMatchObject({ width: 4, height: 2, channels: 3, data });
    expect(statSync(join(folder, '2026-11-22/a1.png')).mode & 0o777).toBe(0o600);
    expect(await keeper.finish(alert({ phase: 'end' }))).toEqual({});
  });

  it('is nothing where the camera is gone, which is told', async () => {
    const { keeper, logged } = keeperOf({ camera: () => undefined });
    expect(await keeper.keep(alert())).toEqual({});
    expect(await keeper.finish(alert({ phase: 'end' }))).toEqual({});
    expect(logged().match(/MEDIA_GONE/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('is asked of a camera once more where packets come late', async () => {
    const { keeper, camera, open } = keeperOf({ now: () => NOON + 3000 });
    void open;
    camera.works = false;
    const kept = keeper.keep(alert());
    camera.works = true;
    expect(await kept).toEqual({ snapshot: '2026-11-22/a1.jpg' });
  });

  it('is what the configuration says', async () => {
    const { keeper, camera } = keeperOf({ snapshots: false, clips: false });
    expect([await keeper.keep(alert()), await keeper.finish(alert({ phase: 'end' })), camera.asked]).toEqual([{}, {}, []]);
    const { keeper: other, camera: asked } = keeperOf({ before: 1, after: 2 });
    await other.finish(alert({ phase: 'end' }));
    expect(asked.asked).toMatchObject([{ from: NOON - 1000, to: NOON + 4000.5 }]);
    expect(recordOf({ snapshots: false, clips: false, before: 5 })).toBeUndefined();
    expect(recordOf({ snapshots: true, clips: true, before: 5 })).toEqual({ seconds: 50, mb: 48, before: 5 });
    expect(recordOf({ snapshots: true, clips: false, before: 5 })).toEqual({ seconds: 45, mb: 48, before: 0 });
  });

  it('is bounded: the newest of a camera are refused, each of its own', async () => {
    const { keeper, logged } = keeperOf({ camera: () => ({ snapshot: () => new Promise(() => undefined), clip: () => new Promise(() => undefined) }) });
    for (let i = 0; i < 12; i++) void keeper.keep(alert({ id: `a${i}` }));
    await new Promise((resolve) => void setTimeout(resolve, 20));
    expect(logged().match(/MEDIA_BUSY/g)).toHaveLength(24 - 16);
    // it is said once
    expect(logged().match(/"level":40[^\n]*MEDIA_BUSY/g)).toHaveLength(1);
    void keeper.keep(alert({ id: 'b', camera: 'yard' }));
    await new Promise((resolve) => void setTimeout(resolve, 20));
    expect(logged().match(/MEDIA_BUSY/g)).toHaveLength(24 - 16);
  });

  it('ends with the program', async () => {
    const { keeper, camera } = keeperOf();
    await keeper.keep(alert());
    await keeper.close();
    expect(camera.asked.at(-2)?.to ?? camera.asked.at(-1)?.to).toBeDefined();
    expect(camera.asked.some(({ file, to }) => file.endsWith('.mp4') && to === NOON + 60_000)).toBe(true);
  });
});

describe('the media folder', () => {
  it('takes no names but ids, and lets go of nothing that is not its own', async () => {
    const { keeper, folder, logged } = keeperOf();
    for (const id of ['../../etc/passwd', 'a/b', '', '.', 'x'.repeat(200), 'a\u0000b', '<b>', 'a b', 'a.mp4']) expect(await keeper.keep(alert({ id }))).toEqual({});
    expect(logged().match(/may not name a file/g)?.length).toBeGreaterThanOrEqual(9);
    expect(existsSync(join(folder, '..', 'etc'))).toBe(false);
    const outside = join(folder, '..', 'precious.jpg');
    writeFileSync(outside, 'x');
    await keeper.keep(alert());
    keeper.remove(['../precious.jpg', '2026-11-22/../../precious.jpg', outside, '2026-11-22', '.', '', '2026-11-22/a1.jpg\u0000']);
    expect([existsSync(outside), existsSync(join(folder, '2026-11-22/a1.jpg'))]).toEqual([true, true]);
    await keeper.finish(alert({ phase: 'end' }));
    keeper.remove(['2026-11-22/a1.jpg', '2026-11-22/a1.mp4', '2026-11-22/gone.mp4']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('loses what a crash left behind, and nothing that an alert points to', async () => {
    const { folder, open } = keeperOf({ pointed: (files) => new Set(files.filter((file) => file.includes('needed'))) });
    const day = join(folder, '2026-11-20');
    mkdirSync(day, { recursive: true });
    for (const name of ['needed.jpg', 'orphan.jpg', 'young.mp4', 'half.mp4.part', 'README.txt']) {
      writeFileSync(join(day, name), 'x');
      if (name !== 'young.mp4') utimesSync(join(day, name), NOON / 1000 - 90_000, NOON / 1000 - 90_000);
    }
    utimesSync(join(day, 'young.mp4'), NOON / 1000, NOON / 1000);
    symlinkSync('/etc/passwd', join(folder, '2026-11-19'));
    await open().keep(alert());
    expect(readdirSync(day).toSorted()).toEqual(['README.txt', 'needed.jpg', 'young.mp4']);
  });

  it('never holds more than it may: the oldest alerts lose theirs first', async () => {
    const files: string[] = [];
    const dropOldest = (count: number): string[] => files.splice(0, Math.min(count, 3));
    const { keeper, folder, logged, camera } = keeperOf({ maxMb: 0.01, dropOldest, kept: (_id, { snapshot, clip }) => files.push(...[snapshot, clip].flatMap((file) => file ?? [])) });
    for (let i = 0; i < 40; i++) {
      await keeper.keep(alert({ id: `a${i}` }));
      await keeper.finish(alert({ id: `a${i}`, phase: 'end' }));
      expect(readdirSync(join(folder, '2026-11-22')).length).toBeLessThanOrEqual(12);
    }
    expect(camera.asked).toHaveLength(80);
    expect(readdirSync(join(folder, '2026-11-22')).toSorted()).toEqual(files.map((file) => file.slice(11)).toSorted());
    expect(logged()).toContain('the oldest alerts have lost');
    expect(logged()).not.toContain('MEDIA_SPACE');
  });

  it('takes no more where nothing may go, says so once, and takes again when there is room', async () => {
    const { keeper, logged } = keeperOf({ maxMb: 0.01 });
    for (let i = 0; i < 20; i++) await keeper.finish(alert({ id: `a${i}`, phase: 'end' }));
    expect(logged().match(/MEDIA_SPACE/g)?.length).toBe(1 + 1);
    expect(await keeper.keep(alert({ id: 'more' }))).toEqual({});
    keeper.remove(Array.from({ length: 20 }, (_, i) => `2026-11-22/a${i}.mp4`));
    expect(await keeper.keep(alert({ id: 'more' }))).toEqual({ snapshot: '2026-11-22/more.jpg' });
  });

  it('that cannot be written is told, and harms nothing', async () => {
    const { folder, keeper, logged } = keeperOf();
    writeFileSync(folder, 'a file is in its place');
    expect(await keeper.keep(alert())).toEqual({});
    expect(logged()).toContain('MEDIA_WRITE');
    rmSync(folder);
  });
});

describe('the moments of an alert', () => {
  it('are inside what happened, and within the longest clip', () => {
    const of = (start: number, end: number, happenedAt = start) => ({ start, end, happenedAt });
    expect(decisiveMoment(of(0, 600))).toBe(400);
    expect(decisiveMoment(of(0, 60_000))).toBe(1000);
    expect(decisiveMoment(of(1000, 0))).toBe(1000);
    expect(decisiveMoment(of(0, 300_000, 300_000))).toBe(300_000);
    expect(clipStart(of(100_000, 101_000), 5)).toBe(95_000);
    expect(clipEnd(of(100_000, 101_000), 5, 5)).toBe(106_000);
    expect(clipEnd(of(0, 3_600_000), 5, 5)).toBe(115_000);
    // the third of three within five minutes
    const third = of(0, 290_000, 280_000);
    expect(clipStart(third, 5)).toBeLessThan(280_000);
    expect(clipEnd(third, 5, 5)).toBe(295_000);
  });
});
