import { describe, expect, it } from 'vitest';
import { formatStamp, temporalPatches } from '../../src/qwen3vl/video/frames.ts';
import { promptPositions } from '../../src/qwen3vl/decode/positions.ts';
import { resizeBicubic, smartResize } from '../../src/qwen3vl/video/resize.ts';
import { mergeBlockOrder } from '../../src/qwen3vl/video/visionInputs.ts';

describe('stamps', () => {
  // right-hand sides: Python's f'{t:.1f}'
  it.each([
    [0.25, '0.2'],
    [0.75, '0.8'],
    [1.25, '1.2'],
    [100.25, '100.2'],
    [3600.75, '3600.8'],
    [0.05, '0.1'],
    [0.15, '0.1'],
    [0.35, '0.3'],
    [0.45, '0.5'],
    [2.5, '2.5'],
    [99.95, '100.0'],
    [0, '0.0'],
    [-0.04, '-0.0'],
    [-0.25, '-0.2'],
    [1000000000.25, '1000000000.2'],
  ])('%d is written %s', (seconds, text) => {
    expect(formatStamp(seconds)).toBe(text);
  });

  it('are the mean of a pair; an odd last frame is repeated with its time', () => {
    const frames = [1, 2, 3].map((n) => ({ width: 1, height: 1, data: Uint8Array.of(n, n, n) }));
    const patches = temporalPatches({ frames, times: [1, 2, 7] }, 2);
    expect(patches.map((p) => p.stamp)).toEqual([1.5, 7]);
    expect(patches.map((p) => p.frames.map((f) => f.data[0]))).toEqual([[1, 2], [3, 3]]);
  });
});

describe('positions', () => {
  it('stand still in time over a temporal patch and go on by its larger side', () => {
    const v = 9;
    const { rows, next } = promptPositions([1, v, v, v, v, v, v, 2, v, v, v, v, v, v, 3], v, { h: 4, w: 6 }, 2);
    expect(Array.from(rows.slice(0, 15))).toEqual([0, 1, 1, 1, 1, 1, 1, 4, 5, 5, 5, 5, 5, 5, 8]);
    expect(Array.from(rows.slice(15, 30))).toEqual([0, 1, 1, 1, 2, 2, 2, 4, 5, 5, 5, 6, 6, 6, 8]);
    expect(Array.from(rows.slice(30))).toEqual([0, 1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 5, 6, 7, 8]);
    expect(next).toBe(9);
  });

  it('go through the grid block by block', () => {
    expect(mergeBlockOrder(2, 2, 4).map((c) => c.join())).toEqual(['0,0', '0,1', '1,0', '1,1', '0,2', '0,3', '1,2', '1,3']);
  });
});

describe('resizing', () => {
  // right-hand sides: transformers' smart_resize
  it.each([
    [16, 480, 640, 4096, 25165824, 480, 640],
    [16, 1080, 1920, 4096, 786432, 160, 288],
    [4, 20, 30, 131072, 786432, 160, 224],
    [3, 48, 80, 1, 786432, 64, 64],
    [2, 112, 176, 1, 786432, 128, 192],
  ])('%d frames of %d×%d within %d to %d pixels', (frames, h, w, min, max, height, width) => {
    expect(smartResize(frames, h, w, 32, 2, min, max)).toEqual({ height, width });
  });

  it('keeps a flat picture flat and halves a ramp evenly', () => {
    const flat = { width: 40, height: 24, data: new Uint8Array(40 * 24 * 3).fill(77) };
    expect(new Set(resizeBicubic(flat, 32, 64).data)).toEqual(new Set([77]));
    const ramp = { width: 64, height: 32, data: Uint8Array.from({ length: 64 * 32 * 3 }, (_, i) => 2 * (Math.floor(i / 3) % 64)) };
    const half = resizeBicubic(ramp, 32, 32);
    expect(Array.from(half.data.slice(24, 60)).filter((_, i) => i % 3 === 0)).toEqual([33, 37, 41, 45, 49, 53, 57, 61, 65, 69, 73, 77]);
  });
});
