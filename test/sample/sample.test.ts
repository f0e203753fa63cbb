import { from, lastValueFrom, map, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/demo/random.ts';
import { createRoom } from '../../src/demo/room.ts';
import { sample } from '../../src/sample/sample.ts';
import type { SampleOptions } from '../../src/sample/sample.ts';
import type { Frame } from '../../src/values.ts';
import { draw, secondsOf, times } from './scene.ts';
import type { Scene } from './scene.ts';

const OPTIONS: SampleOptions = { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 };

function kept(frames: Iterable<Frame>, opts: Partial<SampleOptions> = {}): Promise<Frame[]> {
  return lastValueFrom(from(frames).pipe(sample({ ...OPTIONS, ...opts }), toArray()), { defaultValue: [] });
}

async function watch(scene: Scene, seconds: number, opts: Partial<SampleOptions> = {}): Promise<number[]> {
  return secondsOf(await kept(times(seconds).map((t) => draw(scene, t)), opts));
}

const gaps = (at: readonly number[]): number[] => at.slice(1).map((t, i) => t - (at[i] ?? 0));

describe('a quiet camera', () => {
  it.each([
    ['noise', { noise: 6 }],
    ['shake', { shake: 2 }],
    ['noise and shake', { noise: 5, shake: 1 }],
    ['a light that drifts', { noise: 3, light: (t: number) => 0.7 + 0.2 * Math.sin(t / 6) }],
    ['a dark room', { noise: 6, light: () => 0.35 }],
  ])('keeps one frame per idle interval in spite of %s', async (_, scene) => {
    expect(await watch(scene, 8)).toEqual([0, 2, 4, 6]);
  });
});

describe('activity', () => {
  /** an arm comes down at 5 s within a second */
  const arm = (t: number): number | undefined => (t < 5 ? 0 : Math.min(1, t - 5));

  it.each([
    ['clean', {}],
    ['noisy', { noise: 6 }],
    ['shaken', { noise: 3, shake: 1 }],
    ['dark', { noise: 2, light: () => 0.4 }],
  ])('of an arm wakes the sampler at once and once (%s)', async (_, scene) => {
    const at = await watch({ arm, ...scene }, 8);
    const dense = at.filter((t, i) => t - (at[i - 1] ?? -9) < 0.5 || (at[i + 1] ?? 99) - t < 0.5);
    expect(dense[0]).toBeLessThanOrEqual(5);
    expect(dense[0]).toBeGreaterThanOrEqual(4);
    expect(Math.max(...gaps(dense))).toBeLessThanOrEqual(0.375);
    expect(dense.at(-1)).toBeGreaterThanOrEqual(6.25);
    expect(dense.at(-1)).toBeLessThanOrEqual(7.25);
  });

  it('is sent with the frames before it, in order', async () => {
    const at = await watch({ arm: (t) => (t < 5.5 ? 0 : Math.min(1, t - 5.5)) }, 8, { lookBack: 3 });
    const woke = at.findIndex((t) => t > 5.5);
    expect(at.slice(woke - 3, woke + 1)).toEqual([5, 5.25, 5.5, 5.75]);
  });

  it('ends with a frame soon after it, then the idle beat', async () => {
    const at = await watch({ arm }, 12);
    const dense = at.filter((t) => t > 4 && t < 7.3);
    const after = at.filter((t) => t > (dense.at(-1) ?? 0));
    expect((after[0] ?? 0) - (dense.at(-1) ?? 0)).toBeCloseTo(1, 3);
    expect(gaps(after)).toEqual(gaps(after).map(() => 2));
  });

  it('is a light that is switched', async () => {
    const at = await watch({ noise: 4, light: (t) => (t < 5 ? 1 : 0.4) }, 9);
    expect(at.filter((t) => t >= 5 && t <= 5.75).length).toBeGreaterThanOrEqual(3);
    expect(at.some((t) => t >= 4.5 && t < 5)).toBe(true);
    expect(at.filter((t) => t > 6.4)).toEqual([7]);
  });

  it('does not flap while somebody pauses for half a second', async () => {
    const halting = (t: number): number | undefined => (t < 3 ? 0 : Math.min(1, Math.floor((t - 3) / 0.625) * 0.15));
    const at = (await watch({ noise: 4, arm: halting }, 8)).filter((t) => t > 3.2 && t < 6.5);
    expect(Math.max(...gaps(at))).toBeLessThanOrEqual(0.375);
  });
});

describe('the pace', () => {
  it.each([5, 7, 8, 10, 12.5, 25, 30])('of a camera of %s frames a second is at most four, evenly', async (fps) => {
    const random = createRandom(fps);
    const frames = times(20, fps).map((t) => ({ ...draw({}, 0), pts: t, at: 1_000_000 + t * 1000 + random.uniform(-0.05, 0.05) * (1000 / fps) }));
    const at = secondsOf(await kept(frames, { adaptive: false }));
    expect(at.length).toBeLessThanOrEqual(20 * 4 + 1);
    expect(at.length).toBeGreaterThanOrEqual(20 * Math.min(fps, 4) * 0.7);
    expect(Math.min(...gaps(at))).toBeGreaterThanOrEqual(0.7 * 0.25 - 0.001);
  });

  it('is that of a camera that sends fewer', async () => {
    expect(await kept(times(5, 2).map((t) => ({ ...draw({}, 0), at: t * 1000 })), { adaptive: false })).toHaveLength(10);
  });
});

describe('order', () => {
  it('is kept whatever the frames’ times do', async () => {
    const random = createRandom(11);
    const picture = draw({}, 0);
    const frames = times(60).map((t) => ({ ...picture, pts: t, at: 1_000_000 + t * 1000 + random.uniform(-300, 300), width: random.chance(0.1) ? 96 : 192 }));
    const at = (await kept(frames)).map((f) => f.at);
    expect(at).toEqual([...new Set(at)].sort((a, b) => a - b));
  });

  it('begins anew when the camera’s clock is set back', async () => {
    const frames = times(20).map((t) => ({ ...draw({}, 0), at: 1_000_000 + (t < 10 ? t : t - 3600) * 1000 }));
    const at = (await kept(frames)).map((f) => f.at);
    expect(at.filter((t) => t < 900_000).length).toBeGreaterThanOrEqual(5);
  });

  it('emits at the moment of the frame that decides', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const frames = { a: draw({ arm: () => 0 }, 0), b: draw({ arm: () => 0 }, 0.5), c: draw({ arm: () => 0 }, 1), d: draw({ arm: () => 0.4 }, 1.125), e: draw({ arm: () => 0.6 }, 1.25) };
      const names = cold('a 499ms b 499ms c 124ms d 124ms e', frames).pipe(sample(OPTIONS), map((f) => (f.at - 1_000_000) / 1000));
      // two frames show the arm; the wake-up brings the frames of the half second before with it
      expectObservable(names).toBe('a 1249ms (bce)', { a: 0, b: 0.5, c: 1, e: 1.25 });
    });
  });
});

describe('the demo room', () => {
  it.each([1, 3, 6])('loses no act and rests when nothing happens (seed %s)', async (seed) => {
    const room = createRoom(seed, { duration: 40 });
    const frames = function* (): Generator<Frame> {
      for (const t of times(40)) yield { camera: 'demo', pts: t, at: 1_000_000 + t * 1000, uncertainty: 5, timeSource: 'arrival', width: 192, height: 128, data: room.render(t, 192, 128).slice() };
    };
    const at = secondsOf(await kept(frames()));
    for (const event of room.events) {
      expect(at.filter((t) => t >= event.start - 0.3 && t <= event.end + 0.3).length, event.text).toBeGreaterThanOrEqual(2);
      expect(at.some((t) => t >= event.decisive && t <= event.decisive + 0.5), event.text).toBe(true);
    }
    const spans = [...room.story.actors.flatMap((a) => a.segments), ...room.events];
    const quiet = at.filter((t) => spans.every((s) => t < s.start - 0.7 || t > s.end + 1.1));
    const quietSeconds = times(40).filter((t) => spans.every((s) => t < s.start - 0.7 || t > s.end + 1.1)).length / 8;
    expect(quiet.length).toBeLessThanOrEqual(quietSeconds * 0.8 + 3);
  });
});
