import { from, lastValueFrom, map, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/demo/random.ts';
import { createRoom } from '../../src/demo/room.ts';
import { sample } from '../../src/sample/sample.ts';
import type { Frame, Window } from '../../src/values.ts';
import { windows, windowSteps } from '../../src/window/window.ts';
import type { WindowOptions, WindowStep } from '../../src/window/window.ts';

const OPTIONS: WindowOptions = { length: 8, hop: 1, maxFrames: 16, minFrames: 4, overlap: 1, heartbeat: 30 };

function frame(t: number): Frame {
  return { camera: 'hall', pts: t, at: 1_000_000 + t * 1000, uncertainty: 10, timeSource: 'rtcp', width: 1, height: 1, data: new Uint8Array(3) };
}

const seconds = (f: Frame | undefined): number => ((f?.at ?? Number.NaN) - 1_000_000) / 1000;

function every(step: number, start: number, end: number): number[] {
  return Array.from({ length: Math.floor((end - start) / step + 1e-9) + 1 }, (_, k) => start + k * step);
}

function cut(at: readonly number[], more: Partial<WindowOptions> = {}): Promise<Window[]> {
  return lastValueFrom(from(at.map(frame)).pipe(windows({ ...OPTIONS, ...more }), toArray()), { defaultValue: [] });
}

const brief = (all: readonly Window[]): string[] => all.map((w) => `${w.reason} ${seconds(w.frames[0])}..${seconds(w.frames.at(-1))} ×${w.frames.length}`);

describe('windows', () => {
  it('are cut every hop while something moves, and once more when it is over', async () => {
    const idle = [0, 2, 4];
    const active = every(0.25, 5.5, 9.5);
    const all = await cut([...idle, ...active, 10.5, 12.5, 14.5]);
    expect(brief(all)).toEqual([
      'activity 0..6.5 ×8',
      'hop 0..7.5 ×12',
      'hop 4..8.5 ×14',
      'hop 5.75..9.5 ×16',
    ]);
  });

  it('show the end of an activity that ceased between two hops', async () => {
    const all = await cut([0, 2, 4, 6, ...every(0.25, 7.5, 9.25), 10.25, 12.25]);
    expect(brief(all).at(-1)).toBe('hop 4..9.25 ×10');
    expect(all.at(-1)?.cutAt).toBe(1_000_000 + 10_250);
  });

  it('are cut on the frame that completes them', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const frames = { a: frame(0), b: frame(0.25), c: frame(0.5), d: frame(0.75), e: frame(1), f: frame(1.25), g: frame(1.5), h: frame(1.75) };
      const source = cold('a 249ms b 249ms c 249ms d 249ms e 249ms f 249ms g 249ms h|', frames);
      expectObservable(source.pipe(windows(OPTIONS), map((w) => `${w.reason} ${w.frames.length}`))).toBe('1250ms w 500ms |', { w: 'activity 6' });
    });
  });

  it('of a quiet camera come at the heartbeat, the first one after a whole window', async () => {
    expect(brief(await cut(every(2, 0, 80)))).toEqual(['heartbeat 8..10 ×2', 'heartbeat 68..70 ×2']);
  });

  it('of a scene that stays still come ever more seldom, every ten minutes at last', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const checks = Object.fromEntries(every(5, 0, 3600).map((t) => [String.fromCodePoint(0x4e00 + t / 5), frame(t)]));
      const source = cold(`${Object.keys(checks).join(' 4999ms ')}|`, checks);
      const looks = source.pipe(windows(OPTIONS), map((w) => `${w.reason} ${seconds(w.frames[0])} ${seconds(w.frames[1])}`));
      expectObservable(looks).toBe('15s a 59999ms b 119999ms c 239999ms d 479999ms e 599999ms f 599999ms g 599999ms h 599999ms i 285000ms |', {
        a: 'heartbeat 10 15', b: 'heartbeat 70 75', c: 'heartbeat 190 195', d: 'heartbeat 430 435', e: 'heartbeat 910 915',
        f: 'heartbeat 1510 1515', g: 'heartbeat 2110 2115', h: 'heartbeat 2710 2715', i: 'heartbeat 3310 3315',
      });
    });
  });

  it('of a quiet scene begin anew after each activity, whose last window was the first look, and soon where none showed it', async () => {
    const after = async (activity: readonly number[], more: Partial<WindowOptions> = {}): Promise<number[]> => {
      const all = await cut([...every(5, 0, 995), ...activity, ...every(5, 1005, 1500)], more);
      return all.filter((w) => w.reason === 'heartbeat' && w.cutAt > 2_000_000).map((w) => (w.cutAt - 1_000_000) / 1000);
    };
    expect(await after(every(0.25, 1000, 1003))).toEqual([1065, 1185, 1425]);
    expect(await after([1000, 1000.25])).toEqual([1070, 1190, 1430]);
    expect(await after([1000, 1000.25], { minFrames: 8 })).toEqual([1040, 1100, 1220, 1460]);
    // the next would have come at 1540
    expect(await after([1000])).toEqual([]);
  });

  it('of a scene that stirs every fifty seconds are none: each activity’s last window was a look', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const name = (t: number): string => String.fromCodePoint(0x4e00 + 4 * t);
      const at = [...every(0.25, 0, 1), ...every(5, 5, 45), ...every(0.25, 50, 51), ...every(5, 55, 180)];
      const frames = Object.fromEntries(at.map((t) => [name(t), frame(t)]));
      const marbles = at.map((t, i) => `${i === 0 ? '' : `${Math.round(1000 * (t - (at[i - 1] ?? 0))) - 1}ms `}${name(t)}`).join(' ');
      const looks = cold(`${marbles}|`, frames).pipe(windows(OPTIONS), map((w) => `${w.reason} ${w.cutAt / 1000 - 1000}`));
      expectObservable(looks).toBe('5s a 49999ms b 59999ms c 65s |', { a: 'activity 5', b: 'activity 55', c: 'heartbeat 115' });
    });
  });

  it('come at a pace of their own where that is slower than ten minutes', async () => {
    const all = await cut(every(10, 0, 4000), { heartbeat: 1000 });
    expect(all.map((w) => (w.cutAt - 1_000_000) / 1000)).toEqual([10, 1010, 2010, 3010]);
  });

  it('of a mostly still hour hold less than a twentieth of the frames of a fixed 2 a second, each counted once', async () => {
    const random = createRandom(3);
    const stirs = every(300, 100, 3500).map((t) => t + random.uniform(0, 60));
    const active = stirs.flatMap((t) => every(0.25, t, t + 4));
    const idle = every(5, 0, 3600).filter((t) => stirs.every((s) => t < s - 1 || t > s + 5));
    const all = await cut([...idle, ...active, ...stirs.map((s) => s + 5)].sort((a, b) => a - b), { overlap: 0.5 });
    const shown = new Set(all.flatMap((w) => w.frames.map((f) => f.at)));
    for (const s of stirs) expect(all.some((w) => w.reason === 'activity' && seconds(w.frames.at(-1)) - s > 0 && seconds(w.frames.at(-1)) - s < 2)).toBe(true);
    expect(shown.size).toBeLessThan((2 * 3600) / 20);
  });

  it('of a very slow camera reach back for a pair', async () => {
    expect(brief(await cut(every(10, 0, 100)))).toEqual(['heartbeat 0..10 ×2', 'heartbeat 60..70 ×2']);
    expect(brief(await cut(every(45, 0, 200)))).toEqual(['heartbeat 0..45 ×2', 'heartbeat 90..135 ×2']);
  });

  it('bear the camera’s id in theirs, each another', async () => {
    const all = await cut(every(0.25, 0, 20));
    expect(new Set(all.map((w) => w.id)).size).toBe(all.length);
    for (const w of all) expect(w.id).toMatch(/^hall-/);
  });

  it('tell when they were closed by the clock given', async () => {
    const all = await cut(every(0.25, 0, 3), { now: () => 7 });
    expect(all.map((w) => w.cutAt)).toEqual(all.map(() => 7));
  });
});

describe('windows that grow from an anchor', () => {
  const GROWING = { overlap: 0.5 };

  it('keep their first pair from hop to hop until they are full, then begin anew with their newest half', async () => {
    expect(brief(await cut(every(0.25, 0, 12), GROWING))).toEqual([
      'activity 0..1.25 ×6',
      'hop 0..2.25 ×10',
      'hop 0..3.25 ×14',
      'hop 2.5..4.25 ×8',
      'hop 2.5..5.25 ×12',
      'hop 2.5..6.25 ×16',
      'hop 5..7.25 ×10',
      'hop 5..8.25 ×14',
      'hop 7.5..9.25 ×8',
      'hop 7.5..10.25 ×12',
      'hop 7.5..11.25 ×16',
    ]);
  });

  it('are full by their length as well', async () => {
    const all = brief(await cut(every(0.6, 0, 20), { ...GROWING, length: 6 }));
    expect(all.slice(0, 9)).toEqual([
      'activity 0..1.8 ×4',
      'hop 0..3 ×6',
      'hop 0..4.2 ×8',
      'hop 0..5.4 ×10',
      'hop 3.6..6.6 ×6',
      'hop 3.6..7.8 ×8',
      'hop 3.6..9 ×10',
      'hop 7.2..10.2 ×6',
      'hop 7.2..11.4 ×8',
    ]);
  });

  it('begin anew after a quiet that moved their first pair, and not after one that did not', async () => {
    const quiet = await cut([...every(2, 0, 10), ...every(0.25, 11.5, 14)], GROWING);
    expect(brief(quiet)).toEqual(['heartbeat 8..10 ×2', 'activity 8..12.75 ×8', 'hop 8..13.75 ×12']);
    const pause = await cut([...every(0.25, 0, 1.25), 2.25, ...every(0.25, 3.75, 5)], GROWING);
    expect(new Set(pause.map((w) => seconds(w.frames[0])))).toEqual(new Set([0]));
  });

  it('begin anew when the clock is set and after a gap', async () => {
    const set = await cut([...every(0.25, 3600, 3602), ...every(0.25, 0, 2)], GROWING);
    expect(brief(set).at(-1)).toBe('activity 0..1.25 ×6');
    const gap = await cut([...every(0.25, 0, 1.75), ...every(0.25, 600, 602)], GROWING);
    expect(brief(gap).at(-1)).toBe('activity 600..601.25 ×6');
  });

  it('slide at every hop where the overlap is whole, and hold the least number of frames where it is nothing', async () => {
    const firsts = async (overlap: number): Promise<number[]> => (await cut(every(0.25, 0, 12), { overlap })).map((w) => w.frames.length);
    expect(await firsts(1)).toEqual([6, 10, 14, 16, 16, 16, 16, 16, 16, 16, 16]);
    expect((await firsts(0)).slice(3)).toEqual([4, 8, 12, 16, 6, 10, 14, 4]);
  });

  it('show the newest frames at every hop, whatever the overlap, and never a first frame that is older than before', async () => {
    const random = createRandom(7);
    const at: number[] = [];
    for (let t = 0; t < 240; ) at.push((t += random.chance(0.85) ? random.uniform(0.18, 0.33) : random.uniform(0.4, 6)));
    const slid = await cut(at);
    for (const overlap of [0.25, 0.5, 0.75]) {
      const grown = await cut(at, { overlap });
      expect(grown.map((w) => w.cutAt)).toEqual(slid.map((w) => w.cutAt));
      expect(grown.map((w) => w.frames.at(-1)?.at)).toEqual(slid.map((w) => w.frames.at(-1)?.at));
      const firsts = grown.map((w) => w.frames[0]?.at ?? 0);
      expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
      const moved = (all: readonly Window[]): number => all.filter((w, i) => i > 0 && w.frames[0] !== all[i - 1]?.frames[0]).length;
      expect(moved(grown)).toBeLessThan(moved(slid));
    }
  });

  it('are told as grown so far at each pair that cuts none, so that the next one begins with those frames', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const at = Object.fromEntries([...'abcdefghij'].map((name, i) => [name, frame(i / 4)]));
      const source = cold('a 249ms b 249ms c 249ms d 249ms e 249ms f 249ms g 249ms h 249ms i 249ms j|', at);
      const told = source.pipe(windowSteps({ ...OPTIONS, ...GROWING }), map(({ kind, window }) => `${kind} ${window.reason} ${window.frames.length}`));
      expectObservable(told).toBe('250ms g 499ms h 499ms w 499ms i 499ms v |', {
        g: 'growing activity 2', h: 'growing activity 4', w: 'cut activity 6', i: 'growing hop 8', v: 'cut hop 10',
      });
    });
  });

  it('are told of activity alone, and begin with the frames told before', async () => {
    const at = [...every(2, 0, 80), ...every(0.25, 81, 90), ...every(2, 91, 140)];
    const steps = await lastValueFrom(from(at.map(frame)).pipe(windowSteps({ ...OPTIONS, ...GROWING }), toArray<WindowStep>()));
    const growing = steps.filter((s) => s.kind === 'growing');
    expect(growing.length).toBeGreaterThan(8);
    for (const { window } of growing) {
      expect(window.reason).not.toBe('heartbeat');
      expect(seconds(window.frames.at(-1))).toBeGreaterThan(80);
      expect(seconds(window.frames.at(-1))).toBeLessThan(90.5);
    }
    const kept = steps.filter((s, i) => s.kind === 'cut' && steps[i - 1]?.kind === 'growing' && s.window.frames[0] === steps[i - 1]?.window.frames[0]);
    for (const s of kept) {
      const before = steps[steps.indexOf(s) - 1]?.window.frames ?? [];
      expect(s.window.frames.slice(0, before.length)).toEqual(before);
    }
    expect(kept.length).toBeGreaterThan(4);
  });
});

describe('pairs', () => {
  it('of a sleeping camera’s checks come apart when an activity begins in their second frame, whose time is told exactly', async () => {
    expect(brief(await cut([0, 10, ...every(0.25, 20, 22)]))).toEqual(['heartbeat 0..10 ×2', 'activity 20..21.25 ×6']);
    expect(brief(await cut([10, ...every(0.25, 20, 22)]))).toEqual(['heartbeat 10..20 ×2', 'activity 20..21.25 ×6']);
    // two seconds are no great error, and what was before is worth something
    expect(brief(await cut([...every(2, 0, 6), ...every(0.25, 8, 10)]))).toEqual(['activity 4..9.25 ×8']);
  });

  it('are none across an outage: the first frame after it waits for the next', async () => {
    const all = await cut([...every(5, 0, 15), 20, ...every(5, 300, 360)]);
    expect(brief(all)).toEqual(['heartbeat 10..15 ×2', 'heartbeat 300..305 ×2']);
  });

  it('stay together for ever, whatever comes', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = createRandom(seed);
      const at: number[] = [];
      for (let t = 0; t < 60; ) at.push((t += random.chance(0.8) ? random.uniform(0.18, 0.33) : random.uniform(0.4, 6)));
      const place = new Map(at.map((t, i) => [frame(t).at, i]));
      const partner = new Map<number, number | undefined>();
      const opts = { ...OPTIONS, maxFrames: random.integer(2, 20), length: random.uniform(2, 12), minFrames: 2, overlap: random.pick([0, 0.3, 0.5, 1]) };
      for (const w of await cut(at, opts)) {
        expect(w.frames.length % 2).toBe(0);
        expect(w.frames.length).toBeLessThanOrEqual(opts.maxFrames);
        const own = w.frames.map((f) => f.at);
        expect(own).toEqual([...own].sort((a, b) => a - b));
        for (const [i, t] of own.entries()) {
          const other = own[i ^ 1];
          const before = partner.get(t);
          // but a pair of a quiet scene's distant frames
          if (before !== undefined && Math.abs(before - t) <= 2500) expect(other).toBe(before);
          partner.set(t, other);
          expect(Math.abs((place.get(t) ?? 0) - (place.get(other ?? 0) ?? 0))).toBe(1);
        }
        // nothing newer is left out but a frame that waits for its partner
        expect(at.filter((t) => frame(t).at > (own.at(-1) ?? 0) && frame(t).at <= w.cutAt).length).toBeLessThanOrEqual(1);
      }
    }
  });

  it('are never older than the window, but to reach the least number of frames', async () => {
    for (const w of await cut([...every(2, 0, 30), ...every(0.25, 30.5, 50)])) {
      const span = seconds(w.frames.at(-1)) - seconds(w.frames[0]);
      expect(span).toBeLessThanOrEqual(w.frames.length > OPTIONS.minFrames ? OPTIONS.length : 2 * OPTIONS.length);
    }
  });
});

describe('a clock', () => {
  it('that jitters back leaves a frame out', async () => {
    const at = every(0.25, 0, 6);
    expect(brief(await cut([...at.slice(0, 9), 1.9, ...at.slice(9)]))).toEqual(brief(await cut(at)));
  });

  it('that is set back begins anew', async () => {
    const all = await cut([...every(0.25, 3600, 3606), ...every(0.25, 0, 6)]);
    const after = all.filter((w) => seconds(w.frames.at(-1)) < 100);
    expect(after.length).toBeGreaterThanOrEqual(4);
    for (const w of after) expect(seconds(w.frames[0])).toBeLessThan(100);
  });

  it('gap of an outage does not join what was before with what comes after', async () => {
    const all = await cut([...every(0.25, 0, 6), ...every(0.25, 600, 606)]);
    for (const w of all) expect(seconds(w.frames.at(-1)) - seconds(w.frames[0])).toBeLessThanOrEqual(16);
  });
});

describe('the demo room, sampled', () => {
  it('shows every act in two windows, the first soon after it', async () => {
    const room = createRoom(4, { duration: 20 });
    const frames = function* (): Generator<Frame> {
      for (let t = 0; t < 20; t += 0.125) yield { ...frame(t), width: 192, height: 128, data: room.render(t, 192, 128).slice() };
    };
    const sampling = sample({ frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 });
    const all = await lastValueFrom(from(frames()).pipe(sampling, windows(OPTIONS), toArray()));
    for (const event of room.events) {
      const showing = all.filter((w) => seconds(w.frames[0]) < event.decisive && seconds(w.frames.at(-1)) > event.decisive);
      expect(showing.length, event.text).toBeGreaterThanOrEqual(2);
      expect(((showing[0]?.cutAt ?? 0) - 1_000_000) / 1000 - event.decisive, event.text).toBeLessThanOrEqual(2);
    }
  });
});
