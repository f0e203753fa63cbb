/**
 * Training windows for the demo checkpoint, as a stream on standard output. Each record:
 *   u32 length of the JSON, u32 number of frames, the JSON (UTF-8), then frames × 128 × 192 × 3 bytes of RGB.
 * The JSON holds the frames' times and, per pair of frames, what the picture shows (dense labels), and the events.
 * Usage: tsx samples.ts <seed> <pairs-at-least> <pairs-at-most>
 */
import { createRoom, type Room } from '../../../src/demo/room.ts';
import { createRandom, type Random } from '../../../src/demo/random.ts';
import { type Dense, lesson } from './lessons.ts';
import { stateAt } from '../../../src/demo/state.ts';
import type { Kind } from '../../../src/demo/story.ts';

/** Common events are shown less often than the room shows them, so that rare ones are learned as well. */
const WORTH: Partial<Record<Kind, number>> = { enters: 0.35, leaves: 0.6, light_off: 0.35, light_on: 0.35, picks_up_phone: 0.75, puts_down_phone: 0.85, sits_down: 0.8 };

const WIDTH = 192;
const HEIGHT = 128;

/** Times of the frames that adaptive sampling would keep: up to `rate` a second while something moves, few while nothing does. */
function keptTimes(room: Room, random: Random): number[] {
  const rate = random.uniform(3.5, 5.5);
  const idle = random.uniform(1, 2.4);
  const moving = (t: number): boolean =>
    room.story.actors.some((a) => a.segments.some((s) => t > s.start + 0.02 && t < s.end + 0.8)) ||
    room.events.some((e) => e.wear === null && t > e.start && t < e.end + 0.8);
  const times: number[] = [];
  let last = -10;
  let before = -10;
  for (let t = random.uniform(0, 0.2); t < room.duration; t += 0.125 + random.uniform(-0.012, 0.012)) {
    const awake = moving(t) || random.chance(0.004);
    if (awake && last < before && before - last > 0.2 && t - last > 0.6) {
      times.push(before);
      last = before;
    }
    if (t - last >= (awake ? (1 / rate) * 0.92 : idle)) {
      times.push(t);
      last = t;
    }
    before = t;
  }
  return times;
}

function look(room: Room, a: number, b: number): Dense {
  const state = stateAt(room.story, b);
  const earlier = stateAt(room.story, a);
  const people = room.story.actors.map((actor, i) => {
    const p = state.poses[i]!;
    const q = earlier.poses[i]!;
    const posture = p.lie > 0.5 ? 2 : p.sit > 0.5 ? 1 : 0;
    const moving = Math.abs(p.x - q.x) > 2.5 ? (p.x > q.x ? 1 : 2) : Math.abs(p.lie - q.lie) + Math.abs(p.sit - q.sit) > 0.2 ? 3 : 0;
    return { wear: actor.wear, seen: p.visible && q.visible ? 2 : p.visible || q.visible ? 1 : 0, x: p.x, posture, phone: p.phone, bag: p.bag, reach: p.reach > 0.3, bend: p.bend > 0.3, moving };
  });
  return { people, light: state.light > 0.5, phone: state.phoneOnTable, bag: state.bag !== null };
}

function sample(room: Room, times: number[], random: Random, least: number, most: number): { json: object; frames: number[]; kinds: Kind[] } | null {
  const pairs = random.integer(least, most);
  const lastPair = random.integer(1, Math.floor(times.length / 2) - 1);
  let frames = times.slice(Math.max(0, (lastPair - pairs + 1) * 2), (lastPair + 1) * 2);
  const end = frames[frames.length - 1]!;
  while (frames.length > 2 && end - frames[0]! > 8) frames = frames.slice(2);
  if (frames.length < 2) return null;
  /** mostly seconds from the window's first frame; now and then from some earlier moment */
  const origin = frames[0]! - (random.chance(0.12) ? random.uniform(0, 60) : 0);
  const begin = frames[0]!;
  const events = room.events
    .filter((e) => e.decisive > begin + 0.1 && e.decisive <= end - 0.08)
    .map((e) => ({ text: e.text, kind: e.kind, wear: e.wear, start: e.start - origin, end: e.end - origin, decisive: e.decisive - origin }));
  const dense: Dense[] = [];
  for (let i = 0; i + 1 < frames.length; i += 2) dense.push(look(room, frames[i]!, frames[i + 1]!));
  const times0 = frames.map((t) => t - origin);
  return { json: { times: times0, events, dense, ...lesson(times0, events, dense, random) }, frames, kinds: events.map((e) => e.kind) };
}

async function write(chunk: Buffer): Promise<void> {
  if (!process.stdout.write(chunk)) await new Promise((r) => process.stdout.once('drain', r));
}

const [seed, least, most] = process.argv.slice(2).map(Number) as [number, number, number];
const random = createRandom(seed);
for (let n = 0; ; n++) {
  const room = createRoom(1_000_000 + ((seed * 7919 + n) % 900_000_000), { duration: 48 });
  const times = keptTimes(room, random);
  for (let k = 0; k < 10; k++) {
    const s = sample(room, times, random, least, most);
    if (s === null || !random.chance(Math.max(0.22, ...s.kinds.map((kind) => WORTH[kind] ?? 1)))) continue;
    const json = Buffer.from(JSON.stringify(s.json));
    const head = Buffer.alloc(8);
    head.writeUInt32LE(json.length, 0);
    head.writeUInt32LE(s.frames.length, 4);
    const pixels = Buffer.alloc(s.frames.length * WIDTH * HEIGHT * 3);
    s.frames.forEach((t, i) => room.render(t, WIDTH, HEIGHT, pixels.subarray(i * WIDTH * HEIGHT * 3, (i + 1) * WIDTH * HEIGHT * 3)));
    await write(Buffer.concat([head, json, pixels]));
  }
}
