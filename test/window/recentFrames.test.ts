import { describe, expect, it } from 'vitest';
import { createRecentFrames } from '../../src/window/recentFrames.ts';
import type { Frame } from '../../src/values.ts';

function frame(at: number, camera = 'hall', size = 10): Frame {
  return { camera, pts: at / 1000, at, uncertainty: 5, timeSource: 'rtcp', width: 1, height: 1, data: new Uint8Array(size) };
}

const times = (frames: readonly Frame[]): number[] => frames.map((f) => f.at);

describe('recent frames', () => {
  it('are those of the last seconds, camera by camera', () => {
    const recent = createRecentFrames({ seconds: 2, bytes: 1e6 });
    for (const at of [0, 1000, 2000, 3000]) recent.add(frame(at));
    recent.add(frame(500, 'yard'));
    expect(times(recent.between('hall', 0, 9000))).toEqual([1000, 2000, 3000]);
    expect(times(recent.between('hall', 1500, 2000))).toEqual([2000]);
    expect(times(recent.between('yard', 0, 9000))).toEqual([500]);
    expect(recent.between('attic', 0, 9000)).toEqual([]);
  });

  it('never take more than their bytes: what has been held longest goes, whatever its clock says', () => {
    const recent = createRecentFrames({ seconds: 100, bytes: 35 });
    recent.add(frame(9_000_000, 'ahead'));
    for (const at of [0, 1000, 2000]) recent.add(frame(at));
    expect(recent.between('ahead', 0, 1e9)).toEqual([]);
    expect(times(recent.between('hall', 0, 9000))).toEqual([0, 1000, 2000]);
    recent.add(frame(3000));
    expect(times(recent.between('hall', 0, 9000))).toEqual([1000, 2000, 3000]);
    expect(recent.bytes).toBe(30);
    recent.add(frame(4000, 'hall', 1000));
    expect(recent.bytes).toBe(0);
    recent.add(frame(5000));
    expect(times(recent.between('hall', 0, 9000))).toEqual([5000]);
  });

  it('come in order: a clock that jitters is not followed, one that was set begins anew', () => {
    const recent = createRecentFrames({ seconds: 100, bytes: 1e6 });
    for (const at of [10_000, 10_250, 10_200, 10_250, 10_500]) recent.add(frame(at));
    expect(times(recent.between('hall', 0, 1e6))).toEqual([10_000, 10_250, 10_500]);
    recent.add(frame(5000));
    expect(times(recent.between('hall', 0, 1e6))).toEqual([5000]);
    expect(recent.bytes).toBe(10);
  });

  it('of a camera that is gone can be let go of', () => {
    const recent = createRecentFrames({ seconds: 100, bytes: 1e6 });
    recent.add(frame(0));
    recent.add(frame(0, 'yard'));
    recent.forget('hall');
    expect(recent.between('hall', 0, 1)).toEqual([]);
    expect(recent.bytes).toBe(10);
    recent.forget('hall');
    expect(recent.bytes).toBe(10);
  });

  it('do not grow over hours of many cameras', () => {
    const recent = createRecentFrames({ seconds: 25, bytes: 5000 });
    for (let at = 0; at < 100_000; at += 250) for (let c = 0; c < 8; c++) recent.add(frame(at, `c${c}`));
    expect(recent.bytes).toBeLessThanOrEqual(5000);
    // what there is is shared out evenly
    expect(recent.between('c0', 0, 1e6).length).toBeGreaterThan(50);
  });
});
