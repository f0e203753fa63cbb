import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/demo/random.ts';
import { Sampler } from '../../src/sample/sampler.ts';
import type { Candidate, SampleOptions } from '../../src/sample/sampler.ts';
import { thumbnail } from '../../src/sample/thumbnail.ts';
import type { Thumbnail } from '../../src/values.ts';
import { draw, times } from './scene.ts';
import type { Scene } from './scene.ts';
import { cases } from '../thorough.ts';

const OPTIONS: SampleOptions = { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 };
const arm = (t: number): number | undefined => (t < 5 ? 0 : Math.min(1, t - 5));

/** one of a few drawn thumbnails, so that thousands of candidates are cheap */
const pictures: readonly Thumbnail[] = [{}, { arm: () => 0.2 }, { arm: () => 0.8 }, { light: () => 0.5 }, { noise: 6 }].map((scene: Scene) => thumbnail(draw(scene, 0)));

const look = (scene: Scene, t: number): Candidate => ({ at: t * 1000, thumbnail: thumbnail(draw(scene, t)) });

describe('a candidate', () => {
  it.each(Array.from({ length: cases(8, 20) }, (_, seed) => seed))('is kept or dropped, once, and in order (%s)', (seed) => {
    const random = createRandom(seed);
    const dropped: Candidate[] = [];
    const opts = { ...OPTIONS, adaptive: !random.chance(0.1), lookBack: Math.floor(random.uniform(0, 5)), frameRate: random.pick([0.5, 2, 4, 12]) };
    const sampler = new Sampler<Candidate>(opts, (c) => dropped.push(c));
    const kept: Candidate[] = [];
    const all: Candidate[] = [];
    let at = 0;
    let latest = 0;
    /** since when the clock has not been set */
    let set = 0;
    for (let i = 0; i < 600; i++) {
      at += random.chance(0.02) ? random.uniform(-900, 0) : random.chance(0.02) ? 8000 : random.uniform(1, 200);
      if (random.chance(0.004)) at -= 5000;
      if (at <= latest - 1000) set = i;
      if (at > latest || set === i) latest = at;
      const candidate = { at, thumbnail: random.chance(0.6) ? (pictures[0] as Thumbnail) : random.pick(pictures) };
      all.push(candidate);
      const now = sampler.take(candidate);
      if (now.length > 0) expect(now.at(-1)).toBe(candidate);
      kept.push(...now);
      const since = kept.filter((c) => all.indexOf(c) >= set);
      expect(since.every((c, k) => k === 0 || c.at > (since[k - 1]?.at ?? 0))).toBe(true);
      const held = all.length - kept.length - dropped.length;
      expect(held).toBeGreaterThanOrEqual(0);
      expect(held).toBeLessThanOrEqual(3 * Math.max(1, opts.lookBack) + 1);
    }
    sampler.clear();
    expect(new Set([...kept, ...dropped]).size).toBe(all.length);
    expect(kept.length + dropped.length).toBe(all.length);
  });

  it('from before the wake-up is kept where it was held, though the camera slept until then', () => {
    const sampler = new Sampler<Candidate>(OPTIONS);
    const scene: Scene = { arm, noise: 3 };
    const before = [0, 2, 4].flatMap((t) => sampler.take(look(scene, t)));
    expect(before.map((c) => c.at)).toEqual([0, 2000, 4000]);
    expect(sampler.awake).toBe(false);
    // the packets since the last keyframe are decoded
    const caughtUp = times(6.5).filter((t) => t > 4).flatMap((t) => sampler.take(look(scene, t)));
    expect(caughtUp[0]?.at).toBeGreaterThanOrEqual(4250);
    expect(caughtUp[0]?.at).toBeLessThanOrEqual(5000);
    expect(caughtUp.length).toBeGreaterThanOrEqual(5);
    expect(sampler.awake).toBe(true);
    expect(sampler.quietFor(9000)).toBeGreaterThan(2000);
  });

  it('that is only peeked at leaves no trace', () => {
    const [peeking, plain] = [new Sampler<Candidate>(OPTIONS), new Sampler<Candidate>(OPTIONS)];
    const scene: Scene = { arm, noise: 3 };
    for (const t of times(8)) {
      if (t > 0) expect(peeking.peek(look(scene, t + 0.01))).toBe(t >= 5 && peeking.peek(look(scene, t + 0.01)));
      expect(peeking.take(look(scene, t)).map((c) => c.at)).toEqual(plain.take(look(scene, t)).map((c) => c.at));
    }
    expect(new Sampler(OPTIONS).peek(look(scene, 0))).toBe(false);
    const asleep = new Sampler<Candidate>(OPTIONS);
    asleep.take(look(scene, 0));
    expect(asleep.peek(look(scene, 4))).toBe(false);
    expect(asleep.peek(look(scene, 6))).toBe(true);
  });
});

describe('the kind of a change', () => {
  const after = (scene: Scene, t = 0.25): Sampler<Candidate>['seen'] => {
    const sampler = new Sampler<Candidate>(OPTIONS);
    sampler.take(look({}, 0));
    sampler.take(look(scene, t));
    return sampler.seen;
  };

  it('is none where there is only noise', () => expect(after({ noise: 6 })).toEqual({ score: 0, kind: 'none' }));
  it('is motion of an arm, and as large as that', () => {
    const seen = after({ arm: () => 0.5 });
    expect(seen.kind).toBe('motion');
    expect(seen.score).toBeGreaterThan(0.001);
    expect(seen.score).toBeLessThan(0.02);
  });
  it('is light where a lamp goes out', () => {
    const sampler = new Sampler<Candidate>(OPTIONS);
    for (const t of [0, 0.25, 0.5]) sampler.take(look({ noise: 2 }, t));
    sampler.take(look({ noise: 2, light: () => 0.5 }, 0.75));
    expect(sampler.seen).toEqual({ score: 1, kind: 'light' });
    expect(sampler.awake).toBe(true);
  });
  it('is light where it drifts, which is not worth a look', () => {
    const sampler = new Sampler<Candidate>({ ...OPTIONS, idleInterval: 60 });
    for (const t of times(6)) sampler.take(look({ noise: 2, light: () => 1 - t / 20 }, t));
    expect(sampler.seen.kind).toBe('light');
    expect(sampler.awake).toBe(false);
  });
  it('is shake where the whole picture moved, which is not worth a look', () => {
    const sampler = new Sampler<Candidate>(OPTIONS);
    const still = draw({}, 0);
    const moved = { ...still, data: Uint8Array.from(still.data, (_, i) => still.data[i + 4 * 3] ?? 0) };
    sampler.take({ at: 0, thumbnail: thumbnail(still) });
    sampler.take({ at: 250, thumbnail: thumbnail(moved) });
    expect(sampler.seen.kind).toBe('shake');
    expect(sampler.awake).toBe(false);
  });
  it('is a cut where the scene is another one, or the picture’s size', () => {
    const other = draw({}, 0);
    const mirrored = { ...other, data: other.data.map((v, i) => (Math.floor(i / 3 / 192) % 20 < 10 ? 255 - v : v)) };
    const sampler = new Sampler<Candidate>(OPTIONS);
    sampler.take(look({}, 0));
    sampler.take({ at: 250, thumbnail: thumbnail(mirrored) });
    expect(sampler.seen.kind).toBe('cut');
    sampler.take({ at: 3000, thumbnail: thumbnail({ width: 48, height: 32, data: new Uint8Array(48 * 32 * 3) }) });
    expect(sampler.seen).toEqual({ score: 1, kind: 'cut' });
  });
});

describe('masks and the least size', () => {
  /** the arm's way is x 58..122 of 192, y 46..68 of 128 */
  const OVER_ARM = [[0.28, 0.3], [0.68, 0.3], [0.68, 0.6], [0.28, 0.6]] as const;
  const kept = (opts: Partial<SampleOptions>, scene: Scene): number[] => {
    const sampler = new Sampler<Candidate>({ ...OPTIONS, ...opts });
    return times(8).flatMap((t) => sampler.take(look(scene, t))).map((c) => c.at / 1000);
  };

  it('leave out what happens inside a polygon, and only that', () => {
    expect(kept({ masks: [OVER_ARM] }, { arm, noise: 3 })).toEqual([0, 2, 4, 6]);
    const elsewhere = OVER_ARM.map(([x, y]) => [x, y + 0.38] as const);
    expect(kept({ masks: [elsewhere] }, { arm, noise: 3 })).toEqual(kept({}, { arm, noise: 3 }));
  });

  it('leave out everything where they cover all', () => {
    const all = [[0, 0], [1, 0], [1, 1], [0, 1]] as const;
    expect(kept({ masks: [all] }, { arm, noise: 6, light: (t) => (t < 3 ? 1 : 0.3) })).toEqual([0, 2, 4, 6]);
  });

  it('of the picture leave out what is smaller, and nothing that is larger', () => {
    expect(kept({ minSize: 0.02 }, { arm, noise: 3 })).toEqual([0, 2, 4, 6]);
    expect(kept({ minSize: 0.001 }, { arm, noise: 3 }).length).toBeGreaterThan(8);
  });
});
