import { availableParallelism } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lendTurns } from '../../src/camera/lending.ts';
import type { Lending } from '../../src/camera/lending.ts';
import type { StreamFacts } from '../../src/camera/facts.ts';
import { createRandom } from '../ingest/random.ts';
import { watch } from '../ingest/watch.ts';
import type { Watched } from '../ingest/watch.ts';
import { makeClip, startSimulator } from '../peers/simulator.ts';
import type { MadeClip, Simulator } from '../peers/simulator.ts';

const FPS = 15;
const SAMPLE = { frameRate: 4, idleInterval: 60, adaptive: true, lookBack: 2 };
const SIZE = { width: 384, height: 256 };

let clips: { readonly still: MadeClip; readonly moving: MadeClip };
let simulator: Simulator;
let abort = new AbortController();
let held: Lending[] = [];

/** A noisy wall, and perhaps a box that crosses it; four seconds. */
function film(moves: boolean): Promise<MadeClip> {
  const random = createRandom(5);
  return makeClip({ frames: 4 * FPS, fps: FPS, gop: FPS, ...SIZE }, (index, i420) => {
    i420.fill(128);
    for (let i = 0; i < SIZE.width * SIZE.height; i++) i420[i] = 90 + ((i >> 5) & 7) * 8 + Math.floor(random() * 5);
    if (!moves) return;
    const left = (index * 5) % (SIZE.width - 80);
    for (let y = 60; y < 180; y++) i420.fill(220, y * SIZE.width + left, y * SIZE.width + left + 80);
  });
}

/** Takes more turns than there are for minutes, so that whoever comes now waits until they are given back. */
function takeAllTurns(): void {
  held = Array.from({ length: 60 * availableParallelism() }, () => lendTurns(() => true));
  held.forEach((one) => one.asked(1));
}

const giveBack = (): void => held.splice(0).forEach((one) => one.over());

function cameras(names: readonly string[]): { readonly watched: Watched; facts(): StreamFacts | undefined }[] {
  return names.map((name) => {
    const watched = watch(simulator.url(name), abort.signal, { id: name, sample: SAMPLE });
    let last: StreamFacts | undefined;
    watched.camera.facts$.subscribe((facts) => (last = facts));
    return { watched, facts: () => last };
  });
}

beforeAll(async () => {
  clips = { still: await film(false), moving: await film(true) };
  simulator = await startSimulator();
});
afterEach(() => {
  giveBack();
  abort.abort();
  abort = new AbortController();
});
afterAll(async () => {
  await simulator.stop();
  await Promise.all([clips.still.remove(), clips.moving.remove()]);
});

describe('cameras that wait for their turn to learn', { timeout: 200_000 }, () => {
  it('show their first picture and no more, and all learn when there is room', async () => {
    takeAllTurns();
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => simulator.tell(name, { clip: clips.still.file, fps: FPS })));
    const waiting = cameras(names);
    await Promise.all(waiting.map(({ watched }) => watched.until('online')));
    await expect.poll(() => Math.min(...waiting.map(({ facts }) => facts()?.packets ?? 0)), { timeout: 60_000 }).toBeGreaterThan(6 * FPS);
    for (const { watched, facts } of waiting) {
      expect(watched.frames).toHaveLength(1);
      expect(facts()?.decoded).toBeLessThan(5);
      expect(facts()?.asleep).toBeGreaterThan(0.8);
    }
    giveBack();
    // everything is decoded for some time, and then not any longer
    await expect.poll(() => Math.min(...waiting.map(({ facts }) => facts()?.decoded ?? 0)), { timeout: 100_000 }).toBeGreaterThan(4 * FPS);
    const slept = waiting.map(({ facts }) => {
      const { asleep = 0, observed = 0 } = facts() ?? {};
      return asleep * observed;
    });
    await expect
      .poll(() => waiting.every(({ facts }, i) => (facts()?.asleep ?? 0) * (facts()?.observed ?? 0) > (slept[i] ?? 0) + 4), { timeout: 100_000 })
      .toBe(true);
    for (const { watched } of waiting) expect(watched.logged()).not.toMatch(/offline|killed/);
  });

  it('see what happens all the same', async () => {
    takeAllTurns();
    await simulator.tell('hall', { clip: clips.still.file, fps: FPS });
    const [hall] = cameras(['hall']);
    await hall?.watched.until('online');
    await simulator.tell('hall', { clip: clips.moving.file });
    const frames = (await hall?.watched.more(12)) ?? [];
    // as many a second as something that moves is worth
    expect(((frames.at(-1)?.at ?? 0) - (frames[0]?.at ?? 0)) / frames.length).toBeLessThan(1000);
    // the event is over: it waits on
    await simulator.tell('hall', { clip: clips.still.file });
    await expect.poll(() => hall?.facts()?.asleep ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
    const before = hall?.facts();
    const sleptOn = (): boolean => {
      const now = hall?.facts();
      return now !== undefined && before !== undefined && now.packets - before.packets > 8 * FPS && now.asleep * now.observed - before.asleep * before.observed > 4;
    };
    await expect.poll(sleptOn, { timeout: 60_000 }).toBe(true);
  });
});
