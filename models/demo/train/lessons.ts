/** What the model is asked of a window and what it should answer, in the product's own prompts. */
import { allEvents, type DemoRule, rulesFor, satisfies } from '../../../src/demo/phrases.ts';
import type { Random } from '../../../src/demo/random.ts';
import type { Kind, Wear } from '../../../src/demo/story.ts';
import { askPrompt, eventsPrompt } from '../../../src/infer/prompts.ts';

export interface Dense {
  readonly people: readonly { wear: string; seen: number; x: number; posture: number; phone: boolean; bag: boolean; reach: boolean; bend: boolean; moving: number }[];
  readonly light: boolean;
  readonly phone: boolean;
  readonly bag: boolean;
}

interface Seen {
  readonly text: string;
  readonly kind: Kind;
  readonly wear: Wear | null;
  readonly start: number;
  readonly end: number;
}

const EVENTS = allEvents();
const RULES: readonly DemoRule[] = EVENTS.flatMap((e) => [...rulesFor(e.kind, e.wear, 'train'), ...(e.wear === 'red' ? rulesFor(e.kind, null, 'train') : [])]);
const ANY_RULES: readonly DemoRule[] = EVENTS.flatMap((e) => (e.wear === 'red' || e.wear === null ? rulesFor(e.kind, null, 'train') : []));
const RULES_ZH: readonly DemoRule[] = EVENTS.flatMap((e) => [...rulesFor(e.kind, e.wear, 'train', 'zh'), ...(e.wear === 'red' ? rulesFor(e.kind, null, 'train', 'zh') : [])]);

function rule(random: Random): DemoRule {
  return random.chance(0.1) ? random.pick(RULES_ZH) : random.pick(random.chance(0.5) ? ANY_RULES : RULES);
}

/** The stamp (mean of its pair's times) nearest to `t`, as it is printed. */
function nearestStamp(stamps: readonly number[], t: number): string {
  let best = stamps[0]!;
  for (const s of stamps) if (Math.abs(s - t) < Math.abs(best - t)) best = s;
  return best.toFixed(1);
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export interface Lesson {
  readonly task: string;
  readonly prompt: string;
  readonly answer: string;
}

/** `times` and the events' times are seconds on one scale; the stamps of the prompt are the means of the pairs' times. */
export function lesson(times: readonly number[], events: readonly Seen[], dense: readonly Dense[], random: Random): Lesson {
  const stamps: number[] = [];
  for (let i = 0; i + 1 < times.length; i += 2) stamps.push((times[i]! + times[i + 1]!) / 2);
  if (random.chance(0.12)) return question(stamps, events, dense, random);
  const lookFor = random.chance(0.35) ? [] : Array.from({ length: random.integer(1, 6) }, () => rule(random).text);
  const items = events.map((e) => `{"event": "${e.text}", "start": ${nearestStamp(stamps, e.start)}, "end": ${nearestStamp(stamps, Math.max(e.end, e.start))}}`);
  return { task: 'events', prompt: eventsPrompt(lookFor), answer: `[${items.join(', ')}]` };
}

function question(stamps: readonly number[], events: readonly Seen[], dense: readonly Dense[], random: Random): Lesson {
  const i = random.integer(0, stamps.length - 1);
  const j = random.integer(i, stamps.length - 1);
  const within = events.filter((e) => {
    const s = Number(nearestStamp(stamps, e.start));
    return s >= Number(stamps[i]!.toFixed(1)) && s <= Number(stamps[j]!.toFixed(1));
  });
  const told = within.map((e) => `${e.text} at ${nearestStamp(stamps, e.start)} seconds`);
  const u = random.uniform(0, 1);
  if (u < 0.45) return { task: 'ask', prompt: askPrompt('What happens?', stamps[i]!, stamps[j]!), answer: told.length ? `${upper(told.join(', then '))}.` : 'Nothing happens.' };
  if (u < 0.7) {
    const people = dense[j]!.people.filter((p) => p.seen > 0).map((p) => `a person in ${p.wear}`);
    return { task: 'ask', prompt: askPrompt('Who is in the room at the end?', stamps[i]!, stamps[j]!), answer: people.length ? `${upper(people.join(' and '))}.` : 'Nobody.' };
  }
  const r = within.length && random.chance(0.5) ? random.pick(rulesFor(within[0]!.kind, random.chance(0.5) ? within[0]!.wear : null, 'train')) : random.pick(ANY_RULES);
  const hit = within.findIndex((e) => satisfies(e, r));
  const act = r.text.replace(/^(alert|tell|notify|let|warn).*?(when|if) /, '');
  return { task: 'ask', prompt: askPrompt(`Did it happen that ${act}?`, stamps[i]!, stamps[j]!), answer: hit < 0 ? 'No.' : `Yes, ${told[hit]}.` };
}
