import { describe, expect, test } from 'vitest';
import type { Event, Verdict, Watched } from '../../src/values.ts';
import { byWord, event, Play, rule, T0, watched } from './script.ts';
import { cases } from '../thorough.ts';

const RULES = [
  'id: plain\nalert: someone takes a phone', 'id: cool\nalert: someone takes a phone\ncooldown: 40s', 'id: looked\nalert: someone takes a phone\nverify: true',
  'id: for\nalert: someone takes a phone\nfor: 10s', 'id: absent\nalert: someone takes a phone\nabsent: 40s', 'id: count\nalert: someone takes a phone\ncount: 3 in 60s\ncooldown: 20s',
  'id: then\nalert: someone takes a phone\nthen: someone drops a bag\nwithin: 10s\nverify: true', 'id: without\nalert: someone takes a phone\nwithout: someone drops a bag\nwithin: 10s',
  'id: night\nalert: someone takes a phone\nfor: 5s\nschedule: { hours: 12:01-12:03, timezone: UTC }', 'id: shift\nalert: someone drops a bag\nabsent: 20s\nschedule: { hours: 12:01-12:03, timezone: UTC }',
  'id: yard\nalert: someone takes a phone\ncameras: [yard]',
].map(rule);
const TEXTS = ['a person takes a phone', 'a person drops a bag', 'a person takes a phone and drops a bag', 'the light goes off', '{"alert": "phone"}'];

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A few minutes of two cameras: events that are late, out of order, corrected, taken back and brought back; gaps in the watching. */
function story(seed: number): (Event | Watched)[] {
  const next = random(seed);
  const one = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const told: (Event | Watched)[] = [];
  const known = new Map<string, Event>();
  let [time, mark, ids] = [0, 0, 0];
  while (time < 240) {
    time += next() * 4;
    const chance = next();
    if (chance < 0.35) {
      const to = time - next() * 2;
      if (to > mark) told.push(watched(next() < 0.15 ? Math.min(to, mark + next() * 8) : mark, to, one(['hall', 'hall', 'yard'])));
      mark = Math.max(mark, to);
    } else if (chance < 0.6 || known.size === 0) {
      const start = time - next() * (next() < 0.2 ? 12 : 2);
      const made = event(`e${++ids}`, one(TEXTS), start, start + next() * 3, { camera: one(['hall', 'hall', 'yard']), phase: next() < 0.2 ? 'end' : 'new', startUncertainty: next() * 400 });
      known.set(made.id, made);
      told.push(made);
    } else {
      const before = known.get(one([...known.keys()].slice(-6))) as Event;
      const changed: Event = {
        ...before, phase: before.phase === 'end' ? one(['update', 'update', 'retracted']) : one(['update', 'update', 'update', 'end', 'end', 'retracted']),
        text: next() < 0.2 ? one(TEXTS) : before.text, start: before.start + (next() < 0.3 ? (next() - 0.5) * 1000 : 0), end: Math.max(before.start + 1000, T0 + time * 1000 - next() * 3000),
      };
      known.set(changed.id, changed);
      told.push(changed);
    }
  }
  return told;
}

/** Looks at the frames: some are gone, some events are denied. */
const verify = (e: Event): number | undefined => [0.9, undefined, 0.9, 0.2][e.text.length % 4];

/** Verdicts with their ids in the order of their rule's alerts. */
function unnamed(said: readonly Verdict[]): string[] {
  const ids = new Map<string, string[]>();
  return said.map((v) => {
    const known = ids.get(v.ruleId) ?? [];
    ids.set(v.ruleId, known.includes(v.id) ? known : [...known, v.id]);
    return JSON.stringify({ ...v, id: ids.get(v.ruleId)?.indexOf(v.id) });
  });
}

function play(told: readonly (Event | Watched)[], stops: (i: number) => boolean, again: (i: number) => readonly (Event | Watched)[] = () => []): Play {
  const p = new Play(RULES, { verify });
  for (const [i, value] of told.entries()) {
    p.tell(value);
    if (stops(i)) p.restart().tell(...again(i));
  }
  return p;
}

describe.each(Array.from({ length: cases(6, 16) }, (_, i) => i + 1))('a story by chance, %i', (seed) => {
  const told = story(seed);
  const whole = play(told, () => false);

  test('gives the same verdicts whenever the process is stopped and started', () => {
    const next = random(seed + 1000);
    expect(unnamed(play(told, () => true).said)).toEqual(unnamed(whole.said));
    expect(unnamed(play(told, () => next() < 0.1).said)).toEqual(unnamed(whole.said));
  });

  test('and when it is told anew what it was told last', () => {
    const last = (i: number): Event[] => [...new Map(told.slice(0, i + 1).flatMap((value) => ('phase' in value ? [[value.id, value] as const] : []))).values()].slice(-8);
    expect(unnamed(play(told, (i) => i % 7 === 6, last).said)).toEqual(unnamed(whole.said));
    expect(unnamed(play(told.flatMap((value) => [value, value]), () => false).said)).toEqual(unnamed(whole.said));
  });

  test('alerts once for a rule and an event, in phases that make sense', () => {
    const phases = new Map<string, string[]>();
    for (const v of whole.said) phases.set(v.id, [...(phases.get(v.id) ?? []), v.phase]);
    for (const list of phases.values()) expect(list.join(' ')).toMatch(/^new( (update|end)| retracted( update|$))*$/);
    for (const v of whole.said.filter((one) => one.eventId !== null)) expect(phases.get(v.id)?.filter((phase) => phase === 'end').length).toBeLessThanOrEqual(1);
    const news = whole.said.filter((v) => v.phase === 'new' && v.eventId !== null).map((v) => `${v.ruleId} ${v.eventId}`);
    expect(new Set(news).size).toBe(news.length);
    expect(whole.decisions.filter((d) => d.outcome === 'alerted').length).toBe(whole.said.filter((v) => v.phase === 'new').length);
  });

  test('and gives them when scores and second looks take their time', async () => {
    const slow = new Play(RULES, { score: (t, s) => Promise.resolve(byWord(t, s)), verify: (e) => Promise.resolve(verify(e)) });
    for (const value of told) {
      slow.tell(value);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(unnamed(slow.said).sort()).toEqual(unnamed(whole.said).sort());
  });

  test('keeps little', () => {
    for (const state of whole.memory.values()) expect(state.length).toBeLessThan(40_000);
  });
});

test('the stories are worth telling: every rule alerts in some of them, and takes back', () => {
  const said = Array.from({ length: 16 }, (_, i) => play(story(i + 1), () => false).said).flat();
  for (const { id } of RULES) expect(said.filter((v) => v.ruleId === id && v.phase === 'new').length, id).toBeGreaterThan(0);
  for (const id of ['plain', 'for', 'count', 'then', 'without']) expect(said.filter((v) => v.ruleId === id && v.phase === 'retracted').length, id).toBeGreaterThan(0);
});
