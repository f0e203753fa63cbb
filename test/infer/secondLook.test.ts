import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRoom } from '../../src/demo/room.ts';
import type { Room } from '../../src/demo/room.ts';
import { qwenBackend } from '../../src/infer/qwen.ts';
import { createSecondLook } from '../../src/infer/secondLook.ts';
import type { SecondLook } from '../../src/infer/secondLook.ts';
import { SpareLine } from '../../src/infer/spareLine.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import type { Qwen3VL } from '../../src/qwen3vl/model.ts';
import type { Event, Frame } from '../../src/values.ts';
import { createRecentFrames } from '../../src/window/recentFrames.ts';
import type { RecentFrames } from '../../src/window/recentFrames.ts';

const DEMO = fileURLToPath(new URL('../../models/demo', import.meta.url));
let model: Qwen3VL;
/** Rooms that no training has seen, and the frames that are kept of them: four a second. */
const rooms = Array.from({ length: 6 }, (_, i) => createRoom(3_071_010_000 + i, { duration: 20 }));

beforeAll(async () => {
  model = await openQwen3VL(DEMO, { device: 'cpu', threads: 1 });
}, 60_000);
afterAll(() => model.close());

function filmed(room: Room, from = 0, to = 20): RecentFrames {
  const recent = createRecentFrames({ seconds: 25, bytes: 64 * 2 ** 20 });
  for (let t = from; t < to; t += 0.25) {
    const frame: Frame = { camera: 'room', pts: t, at: t * 1000, uncertainty: 5, timeSource: 'file', width: 192, height: 128, data: room.render(t, 192, 128) };
    recent.add(frame);
  }
  return recent;
}

function told(text: string, start: number, end: number): Event {
  return {
    id: 'e', phase: 'end', text, start, end, camera: 'room', startUncertainty: 250, endUncertainty: 250, timeSource: 'file', windowId: 'w', model: 'demo',
    confidence: 0.8, sightings: 1, detectedAt: 0, latency: { capture: 0, queue: 0, infer: 0 },
  };
}

const look = (frames: RecentFrames): SecondLook => createSecondLook({ backend: qwenBackend(model), frames, onFailed: (error) => expect(error).toBeUndefined() });

/** What is surely to be seen: whole, and with time around it. */
const happenings = (room: Room): { text: string; start: number; end: number }[] =>
  room.events.filter((e) => e.start > 3 && e.end < 17).map(({ text, start, end }) => ({ text, start: start * 1000, end: end * 1000 }));

describe('a second look', () => {
  test('brings what happened nearer to the truth, and denies hardly any of it', async () => {
    const before: number[] = [];
    const after: number[] = [];
    let denied = 0;
    for (const room of rooms) {
      const { refine } = look(filmed(room));
      for (const { text, start, end } of happenings(room)) {
        const settled = await refine(told(text, start + 400, end + 400));
        if (settled?.phase === 'retracted') denied++;
        else if (settled) {
          before.push(400, 400);
          after.push(Math.abs(settled.start - start), Math.abs(settled.end - end));
        }
      }
    }
    const mean = (v: readonly number[]): number => v.reduce((sum, x) => sum + x, 0) / v.length;
    expect(before.length).toBeGreaterThan(20);
    expect(mean(after)).toBeLessThan(0.8 * mean(before));
    expect(denied).toBeLessThanOrEqual(before.length / 20);
  }, 60_000);

  test('denies what nobody did, for a rule as well', async () => {
    let untrue = 0;
    let taken = 0;
    for (const room of rooms) {
      const { refine, verify } = look(filmed(room));
      const busy = room.events.map((e) => e.text);
      const text = ['a person in yellow falls down', 'a person in white leaves a bag', 'a person in green puts down the phone'].find((t) => !busy.includes(t));
      if (text === undefined) continue;
      untrue++;
      if ((await refine(told(text, 9000, 9600)))?.phase === 'retracted') taken++;
      expect(await verify(told(text, 9000, 9600), text)).toBeLessThan(0.5);
    }
    expect(untrue).toBeGreaterThan(3);
    expect(taken).toBe(untrue);
  }, 60_000);

  test('agrees with a rule that an event satisfies, and with none that it does not', async () => {
    const sure: boolean[] = [];
    for (const room of rooms.slice(0, 3)) {
      const { verify } = look(filmed(room));
      for (const { text, start, end } of happenings(room)) sure.push(((await verify(told(text, start, end), text)) ?? 0) >= 0.5);
    }
    expect(sure.filter(Boolean).length).toBeGreaterThan(0.8 * sure.length);
  }, 60_000);

  test('says nothing where the frames are gone, or were never there', async () => {
    const [room] = rooms;
    if (!room) throw new Error('no room');
    for (const frames of [filmed(room, 15), createRecentFrames({ seconds: 25, bytes: 1e6 })]) {
      const { refine, verify } = look(frames);
      expect(await refine(told('a person in red falls down', 4000, 4600))).toBeUndefined();
      expect(await verify(told('a person in red falls down', 4000, 4600), 'someone falls')).toBeUndefined();
    }
  });

  test('leaves what is kept of the cameras’ windows alone', async () => {
    const [room] = rooms;
    if (!room) throw new Error('no room');
    const all = filmed(room).between('room', 0, 20_000);
    const ask = (count: number) => model.generate({ video: { frames: all.slice(0, count), times: all.slice(0, count).map((f) => f.pts) }, prompt: 'What happens?', maxTokens: 4, stream: 'room' });
    await ask(8);
    await look(filmed(room)).refine(told('a person in red falls down', 9000, 9600));
    // the eight frames' tokens are still there
    expect((await ask(10)).reusedTokens).toBeGreaterThan(4 * 24);
  });
});

describe('a second look that fails or is not possible', () => {
  const [room] = rooms;
  const frames = filmed(room ?? createRoom(1, { duration: 20 }), 6, 13);
  const failing = {
    events: () => Promise.reject(new Error('model down')),
    score: () => Promise.reject(new Error('model down')),
  };

  test('is none, and told', async () => {
    const failures: unknown[] = [];
    const { refine, verify } = createSecondLook({ backend: failing, frames, onFailed: (error) => failures.push(error) });
    expect(await refine(told('a', 9000, 9600))).toBeUndefined();
    expect(await verify(told('a', 9000, 9600), 'b')).toBeUndefined();
    // in both pairings
    expect(failures.map(String)).toEqual(Array.from({ length: 4 }, () => 'Error: model down'));
  });

  test('is none where the model has no time', async () => {
    const line = new SpareLine({ now: () => 0 });
    line.attach(() => undefined);
    const { refine, verify } = createSecondLook({ backend: failing, frames, line, now: () => 0 });
    const waiting = [refine(told('a', 9000, 9600)), verify(told('a', 9000, 9600), 'b')];
    line.expire(2000);
    expect(await waiting[1]).toBeUndefined();
    line.clear();
    expect(await waiting[0]).toBeUndefined();
  });
});
