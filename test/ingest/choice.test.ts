import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/ingest/address.ts';
import { createFacts } from '../../src/ingest/facts.ts';
import { smartResize } from '../../src/ingest/frameSize.ts';
import { createPacketQueue } from '../../src/ingest/packetQueue.ts';
import { createPicker } from '../../src/ingest/picker.ts';

describe('an address', () => {
  it.each([
    ['rtsp://joe:p@ss/word@10.0.0.9:554/h264?user=joe&password=x', 'rtsp', 'rtsp://[redacted]'],
    ['rtsp://joe:secret@10.0.0.9:554/h264?password=x', 'rtsp', 'rtsp://10.0.0.9:554'],
    ['RTSPS://cam.local/1', 'rtsp', 'rtsps://cam.local'],
    ['rtmp://127.0.0.1:1935/live/key', 'rtmp', 'rtmp://127.0.0.1:1935'],
    ['rtsp://[fe80::1]:554/x', 'rtsp', 'rtsp://[fe80::1]:554'],
    ['./film.mp4', 'file', './film.mp4'],
    ['file:///a/film.mp4', 'file', '/a/film.mp4'],
  ])('%s is %s', (url, kind, shown) => {
    const address = parseAddress(url);
    expect(address.kind).toBe(kind);
    expect(address.shown).toBe(shown);
  });
});

describe('the size of a frame', () => {
  it.each([
    [768, 512, 24_576, 192, 128],
    [1920, 1080, 98_304, 416, 224],
    [1080, 1920, 98_304, 224, 416],
    [64, 64, 98_304, 128, 128],
    [4000, 40, 98_304, 3104, 32],
  ])('%d × %d becomes multiples of 32 within its bounds', (width, height, maxPixels, w, h) => {
    expect(smartResize(width, height, { minPixels: 16_384, maxPixels })).toEqual({ width: w, height: h });
  });
});

describe('the choice of frames', () => {
  it.each([
    [15, 8, 8],
    [25, 8, 8],
    [30, 8, 8],
    [8, 8, 8],
    [5, 8, 5],
    [10, 4, 4],
  ])('of %d fps leaves about %d at most', (fps, maxFps, expected) => {
    const take = createPicker(maxFps);
    const taken = Array.from({ length: fps * 20 }, (_, i) => (i * 1000) / fps + ((i * 7) % 5) - 2).filter(take);
    expect(taken.length / 20).toBeGreaterThan(expected * 0.8);
    expect(taken.length / 20).toBeLessThan(expected * 1.1);
    for (const [i, pts] of taken.slice(1).entries()) expect(pts - (taken[i] ?? 0)).toBeGreaterThan(500 / maxFps - 12);
  });

  it('goes on after stamps that went back', () => {
    const take = createPicker(8);
    expect([60_000, 60_050, 60_130, 0, 40, 130].map(take)).toEqual([true, false, true, true, false, true]);
  });
});

describe('packets waiting for the decoder', () => {
  let clock = 0;
  const packet = (frame: number, keyframe = frame % 30 === 0) => ({ pts: frame * 40, keyframe, size: 100, free: () => undefined });
  const queueOf = () => {
    clock = 0;
    let lost = 0;
    const queue = createPacketQueue<ReturnType<typeof packet>>(() => (lost += 1), () => clock);
    return { queue, lost: () => lost };
  };

  it('are all decoded after a burst', async () => {
    const { queue, lost } = queueOf();
    for (let i = 0; i < 250; i++) queue.push(packet(i));
    queue.end();
    for (let i = 0; i < 250; i++) expect((await queue.next())?.packet.pts).toBe(i * 40);
    expect(await queue.next()).toBeUndefined();
    expect(lost()).toBe(0);
  });

  it('are dropped up to the newest keyframe when the decoder cannot follow, and the gap is told', async () => {
    const { queue, lost } = queueOf();
    for (let i = 0; i < 140; i++) {
      queue.push(packet(i));
      clock += 40;
    }
    expect(lost()).toBe(120);
    expect(await queue.next()).toEqual({ packet: expect.objectContaining({ pts: 4800 }), gap: { from: 0, to: 4800 } });
    expect(await queue.next()).toEqual({ packet: expect.objectContaining({ pts: 4840 }) });
  });

  it('are dropped until the next keyframe where none is queued', async () => {
    const { queue } = queueOf();
    const next = async () => (await queue.next())?.packet.pts;
    for (let i = 1; i < 1100; i++) queue.push(packet(i, i === 1 || i === 1090));
    expect(await next()).toBe(1090 * 40);
  });

  it('are given up when the connection breaks', async () => {
    const { queue } = queueOf();
    queue.push(packet(0));
    queue.end(new Error('broken'));
    await expect(queue.next()).rejects.toThrow('broken');
  });
});

describe("a stream's facts", () => {
  it('are measured over frames out of order and through pauses', () => {
    const facts = createFacts({ codec: 'h264', width: 1, height: 1, fps: 25 });
    for (let i = 0; i < 200; i++) facts.packet((i + (i % 3 === 0 ? 2 : -1)) * 40 + (i > 150 ? 9000 : 0), i % 50 === 0);
    expect(facts.fps).toBeCloseTo(25);
    expect(facts.told('arrival')).toMatchObject({ declaredFps: 25, timeSource: 'arrival' });
  });
});
