import { from as framesOf } from 'rxjs';
import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { writeStory } from '../../src/demo/plot.ts';
import type { Story, TruthEvent } from '../../src/demo/story.ts';
import { eventText, KINDS, WEAR } from '../../src/demo/story.ts';
import { createRandom } from '../../src/demo/random.ts';
import type { Random } from '../../src/demo/random.ts';
import type { Answer, Event, Frame, Sighting, Window } from '../../src/values.ts';
import { windows } from '../../src/window/window.ts';

/** How a small, imperfect model errs; probabilities are per window and event unless they say otherwise. */
export interface Noise {
  /** leaves an event out (three times as likely within half a second of the window's edges) */
  readonly omit: number;
  /** names another colour */
  readonly colour: number;
  /** names another act */
  readonly act: number;
  /** invents an event, per window */
  readonly invent: number;
  /** standard deviation of start and end, s; never more than 0.5 */
  readonly jitter: number;
  /** clamps an event near the window's first frame to it */
  readonly truncate: number;
  /** an error of one window is made again in the next: they share most of their frames */
  readonly persist: number;
  /** tells one event twice, in two colours */
  readonly double: number;
}

export const USUAL: Noise = { omit: 0.04, colour: 0.04, act: 0.02, invent: 0.03, jitter: 0.2, truncate: 0.1, persist: 0.3, double: 0.01 };
/** Half as bad again and more: the figures give way, duplicates must not come. */
export const HEAVY: Noise = { omit: 0.08, colour: 0.08, act: 0.04, invent: 0.06, jitter: 0.25, truncate: 0.15, persist: 0.4, double: 0.03 };

export interface Simulated {
  readonly truth: readonly TruthEvent[];
  /** in the order in which the model gives them; `at` is the moment, ms */
  readonly answers: readonly { readonly at: number; readonly answer: Answer }[];
}

const EPOCH = 1_000_000;
export const wall = (seconds: number): number => EPOCH + seconds * 1000;

/** A story's answers, as windows cut by the real operator would get them from a model that errs as told. */
export function simulate(seed: number, noise: Noise, opts: { hop?: number; overlap?: number; infer?: readonly [number, number] } = {}): Simulated {
  const seconds = 90;
  const story = writeStory(seed, seconds);
  const [quickest, slowest] = opts.infer ?? [500, 1100];
  const random = createRandom(seed * 7919 + 13);
  const { hop = 1, overlap = 1 } = opts;
  const cut: Window[] = [];
  framesOf(keptTimes(story, seconds).map(frame)).pipe(windows({ length: 8, hop, maxFrames: 16, minFrames: 4, overlap, heartbeat: 30 })).subscribe((w) => cut.push(w));
  const model = createModel(story.events, noise, random);
  const answers: { at: number; answer: Answer }[] = [];
  let free = 0;
  for (const [i, w] of cut.entries()) {
    // one at a time; of those that wait only the newest is looked at
    const begin = Math.max(free, w.cutAt);
    const next = cut[i + 1];
    if (next && next.cutAt <= begin) continue;
    free = begin + random.uniform(quickest, slowest);
    answers.push({ at: free, answer: model(w) });
  }
  return { truth: story.events, answers };
}

/** What the sampler keeps: four frames a second while something moves, from half a second before to 0.8 s after; else one in 2 s. */
function keptTimes(story: Story, seconds: number): number[] {
  const spans = [...story.actors.flatMap((a) => a.segments), ...story.events].map((s) => [s.start - 0.4, s.end + 0.8] as const);
  const kept: number[] = [];
  for (let t = 0, last = -9; t < seconds; t += 0.25) {
    const active = spans.some(([from, to]) => t >= from && t <= to);
    if (active || t - last >= 2) kept.push((last = t));
  }
  return kept;
}

function frame(t: number): Frame {
  return { camera: 'room', pts: t, at: wall(t), uncertainty: 10, timeSource: 'arrival', width: 1, height: 1, data: new Uint8Array(3) };
}

type Reading = { text: string; sure: boolean } | null;

function createModel(truth: readonly TruthEvent[], noise: Noise, random: Random): (w: Window) => Answer {
  const readings = new Map<TruthEvent, Reading>();
  let invented: Sighting | undefined;
  return (w) => {
    const from = w.frames[0]?.at ?? 0;
    const to = w.frames.at(-1)?.at ?? 0;
    const sightings: Sighting[] = [];
    for (const e of truth) {
      const decisive = wall(e.decisive);
      if (decisive > to - 100 || wall(e.end) < from) continue;
      if (decisive < from && random.chance(0.7)) continue;
      const edge = Math.min(decisive - from, to - decisive) < 500;
      const before = readings.get(e);
      const again = before !== undefined && !right(before, e) && random.chance(noise.persist);
      const reading = again ? before : read(e, edge, noise, random);
      readings.set(e, reading);
      if (!reading) continue;
      sightings.push(sighting(e, reading, from, to, noise, random));
      if (e.wear && random.chance(noise.double)) sightings.push(sighting(e, { text: eventText(e.kind, random.pick(WEAR.filter((c) => c !== e.wear))), sure: false }, from, to, noise, random));
    }
    if (invented && !(invented.start > from && random.chance(noise.persist))) invented = undefined;
    if (!invented && random.chance(noise.invent)) {
      const start = random.uniform(from, to - 600);
      const kind = random.pick(KINDS);
      const text = eventText(kind, kind.startsWith('light') ? null : random.pick(WEAR));
      invented = { text, start, end: start + 600, uncertainty: 130, openStart: start <= from, openEnd: false, confidence: confidence(false, random) };
    }
    if (invented) sightings.push(invented);
    return {
      windowId: w.id, camera: w.camera, reason: w.reason, from, to, timeSource: 'arrival', sightings,
      model: 'simulated', visualTokens: 0, latency: { capture: 0, queue: 0, infer: 0 },
    };
  };
}

function right(reading: Reading, e: TruthEvent): boolean {
  return reading?.text === e.text;
}

function read(e: TruthEvent, edge: boolean, noise: Noise, random: Random): Reading {
  if (random.chance(noise.omit * (edge ? 3 : 1))) return null;
  const wear = e.wear && random.chance(noise.colour) ? random.pick(WEAR.filter((c) => c !== e.wear)) : e.wear;
  const kinds = KINDS.filter((k) => k !== e.kind && k.startsWith('light') === e.kind.startsWith('light'));
  const kind = random.chance(noise.act) ? random.pick(kinds) : e.kind;
  return { text: eventText(kind, wear), sure: wear === e.wear && kind === e.kind };
}

function sighting(e: TruthEvent, reading: { text: string; sure: boolean }, from: number, to: number, noise: Noise, random: Random): Sighting {
  const jitter = (): number => Math.max(-500, Math.min(500, normal(random) * noise.jitter * 1000));
  let start = wall(e.start) + jitter();
  if (start - from < 700 && random.chance(noise.truncate)) start = from;
  start = Math.max(from, Math.min(start, to - 100));
  const end = Math.min(to, Math.max(start + 100, wall(e.end) + jitter()));
  return { text: reading.text, start, end, uncertainty: 130, openStart: start <= from, openEnd: end >= to, confidence: confidence(reading.sure, random) };
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform(0, 1))) * Math.cos(2 * Math.PI * random.uniform(0, 1));
}

/** Right readings are mostly sure of themselves, wrong ones less so; they overlap. */
function confidence(sure: boolean, random: Random): number {
  return sure ? Math.max(0.5, 1 + 0.08 * Math.log(1 - random.uniform(0, 1))) : random.uniform(0.4, 0.95);
}

/** Runs an operator's output over the answers at their virtual moments. */
export function play(simulated: Simulated, run: (answers: Observable<Answer>, now: () => number) => Observable<Event>): { at: number; event: Event }[] {
  const told: { at: number; event: Event }[] = [];
  const scheduler = new TestScheduler(() => undefined);
  const now = (): number => EPOCH + scheduler.now();
  scheduler.run(({ cold, flush }) => {
    const values: Record<string, Answer> = {};
    let marble = '';
    let clock = 0;
    simulated.answers.forEach(({ at, answer }, i) => {
      const name = String.fromCodePoint(0x4e00 + i);
      values[name] = answer;
      // a value takes one virtual millisecond itself
      marble += `${Math.max(0, Math.round(at - EPOCH) - clock)}ms ${name}`;
      clock = Math.max(clock, Math.round(at - EPOCH)) + 1;
      marble += ' ';
    });
    run(cold<Answer>(`${marble}|`, values), now).subscribe((event) => told.push({ at: now(), event }));
    flush();
  });
  return told;
}
