import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLives } from '../../src/camera/live.ts';
import { createLiveOutlet } from '../../src/camera/liveOutlet.ts';
import { createLiveViews } from '../../src/camera/liveViews.ts';
import type { LiveNews, LiveOrder } from '../../src/camera/liveWire.ts';
import { ringOfFile } from '../media/recorded.ts';
import { flvToMp4 } from './flv.ts';

const folder = mkdtempSync(join(tmpdir(), 'lookout-view-'));
const clip = (name: string, ...encoder: string[]): string => {
  const file = join(folder, name);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=192x128:rate=25:duration=2', '-pix_fmt', 'yuv420p', ...encoder, file]);
  return file;
};

let h264: string;
beforeAll(() => {
  h264 = clip('h264.mp4', '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '25');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All that a viewer of a file's packets is sent. */
async function viewed(file: string, codec: string, send: (news: LiveNews) => boolean = () => true): Promise<{ news: LiveNews[]; size: number }> {
  const { ring, close } = await ringOfFile(file, codec);
  const news: LiveNews[] = [];
  const views = createLiveViews(ring, (one) => send(one) && news.push(one) > 0);
  views.told({ kind: 'watch', id: 1 });
  await sleep(600);
  const { size } = views;
  ring.cut();
  ring.clear();
  await close();
  return { news, size };
}

const bytesOf = (news: readonly LiveNews[]): Buffer => Buffer.concat(news.flatMap((one) => (one.kind === 'live' ? [one.data] : [])));

describe('a viewer', () => {
  it.each([
    ['h264', () => h264],
    ['hevc', () => clip('hevc.mp4', '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none')],
    ['av1', () => clip('av1.mp4', '-c:v', 'libaom-av1', '-cpu-used', '8', '-g', '25', '-t', '1')],
  ])('gets %s as it is', async (codec, make) => {
    const file = make();
    const { news } = await viewed(file, codec);
    expect(news[0]).toMatchObject({ kind: 'live', codec });
    expect(news.at(-1)).toEqual({ kind: 'over', id: 1 });
    const [flv, mp4] = [join(folder, `${codec}.flv`), join(folder, `${codec}-back.mp4`)];
    writeFileSync(flv, bytesOf(news));
    await flvToMp4(flv, mp4);
    const md5 = (path: string): string => execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-f', 'framemd5', '-']).toString().split('\n').filter((line) => !line.startsWith('#')).map((line) => line.split(',').at(-1)).join();
    expect(md5(file)).toContain(md5(mp4).replace(/^,|,$/g, ''));
  }, 60_000);

  it('is told where FLV cannot hold the stream', async () => {
    const { news, size } = await viewed(clip('mpeg4.mp4', '-c:v', 'mpeg2video'), 'mpeg2video');
    expect(news).toEqual([{ kind: 'over', id: 1, code: 'LIVE_UNPLAYABLE', detail: expect.any(String) }]);
    expect(size).toBe(0);
  });

  it('that has no room is sent nothing that it would have to hold, and all of it later', async () => {
    let room = 0;
    const begun = await viewed(h264, 'h264', (one) => one.kind === 'over' || room-- > 0);
    expect(bytesOf(begun.news)).toHaveLength(0);
    expect(begun.size).toBe(1);
    let refused = 1;
    const late = await viewed(h264, 'h264', () => refused-- <= 0);
    const all = await viewed(h264, 'h264');
    expect(bytesOf(late.news).equals(bytesOf(all.news))).toBe(true);
  });
});

describe('its outlet', () => {
  it('sends no more than a window ahead of what is taken, and knows for how long nothing was', () => {
    let now = 0;
    let sent = 0;
    const outlet = createLiveOutlet((news) => (sent += news.kind === 'live' ? news.data.length : 0) > 0, () => ({ id: 1, codec: 'h264' }), () => now);
    const fill = (): void => {
      while (outlet.flush(false)) outlet.push(Buffer.alloc(100_000));
    };
    fill();
    expect(sent).toBeGreaterThan(7.9e6);
    expect(sent).toBeLessThan(8.5e6);
    now = 5000;
    expect(outlet.stuck).toBe(5000);
    const before = sent;
    outlet.taken(4e6);
    expect(outlet.stuck).toBe(0);
    fill();
    expect(sent - before).toBeGreaterThan(3.5e6);
    // what was told before is no news
    now = 9000;
    outlet.taken(3e6);
    expect(outlet.stuck).toBe(4000);
  });
});

describe('the supervisor’s side', () => {
  const begin = (): { lives: ReturnType<typeof createLives>; orders: LiveOrder[] } => {
    const orders: LiveOrder[] = [];
    return { orders, lives: createLives('door', (order) => orders.push(order) > 0, () => undefined) };
  };
  const data = Buffer.alloc(50_000, 7);

  it('tells what is taken, and that a viewer has gone', async () => {
    const { lives, orders } = begin();
    const asked = lives.live();
    await sleep(0);
    lives.told({ kind: 'live', id: 1, codec: 'h264', data });
    const { stream } = await asked;
    // nobody reads: no more than the first piece is taken
    for (let i = 0; i < 5; i++) lives.told({ kind: 'live', id: 1, codec: 'h264', data });
    expect(orders.filter(({ kind }) => kind === 'taken')).toEqual([]);
    let got = 0;
    stream.on('data', (chunk: Buffer) => (got += chunk.length));
    await expect.poll(() => got).toBe(300_000);
    expect(orders.findLast(({ kind }) => kind === 'taken')).toEqual({ kind: 'taken', id: 1, bytes: 300_000 });
    stream.destroy();
    await expect.poll(() => orders.at(-1)).toEqual({ kind: 'unwatch', id: 1 });
    // what was on its way to nobody
    lives.told({ kind: 'live', id: 1, codec: 'h264', data });
  });

  it('gives all that came before the end, and says why where nothing did', async () => {
    const { lives } = begin();
    const asked = lives.live();
    await sleep(0);
    lives.told({ kind: 'live', id: 1, codec: 'h264', data });
    const { stream } = await asked;
    lives.told({ kind: 'over', id: 1 });
    let got = 0;
    for await (const chunk of stream) got += (chunk as Buffer).length;
    expect(got).toBe(50_000);
    const refused = lives.live();
    await sleep(0);
    lives.told({ kind: 'over', id: 2, code: 'LIVE_UNPLAYABLE', detail: 'no' });
    await expect(refused).rejects.toMatchObject({ code: 'LIVE_UNPLAYABLE' });
    const lost = lives.live();
    await sleep(0);
    lives.lost();
    await expect(lost).rejects.toMatchObject({ code: 'CAMERA_UNREACHABLE' });
  });

  it('does not ask a process that is not there', async () => {
    const lives = createLives('door', () => false, () => undefined);
    await expect(lives.live()).rejects.toMatchObject({ code: 'CAMERA_UNREACHABLE' });
  });
});
