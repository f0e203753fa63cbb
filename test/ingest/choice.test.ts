import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/ingest/address.ts';
import { smartResize } from '../../src/ingest/frameSize.ts';
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
