import { Subject } from 'rxjs';
import type { Coverage } from '../../src/record.ts';
import { matchRules } from '../../src/rules/match.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Event, Verdict, Watched } from '../../src/values.ts';
import { createRandom } from '../../src/demo/random.ts';
import { event, NOON } from '../store/values.ts';

/** Scores of the texts below, under any sentence that has the word. */
const TEXTS = {
  'a person in red picks up the phone': { phone: 0.95 },
  'someone holds the phone': { phone: 0.62 },
  'a hand is near the phone': { phone: 0.41 },
  'a bag is left behind': { bag: 0.9 },
  'a person walks out of the room': { out: 0.85 },
  'a cat sleeps': {},
} as const satisfies Record<string, Record<string, number>>;

export function scoreOf(text: string, ask: string): number {
  const scores: Record<string, number> = TEXTS[text as keyof typeof TEXTS] ?? {};
  return Object.entries(scores).find(([word]) => ask.includes(word))?.[1] ?? 0.02;
}

/** Hours of two cameras: what happened, and when nobody watched. */
export interface Story {
  readonly events: readonly Event[];
  readonly gaps: readonly Coverage[];
  readonly from: number;
  readonly to: number;
}

export const CAMERAS = ['hall', 'yard'];

/** A story by chance: bursts of things of 1 to 90 s, told 1 to 4 s after their beginning, and gaps. */
export function story(seed: number, count = 150, hours = 3): Story {
  const random = createRandom(seed);
  const [from, to] = [NOON, NOON + hours * 3_600_000];
  const gaps = CAMERAS.flatMap((camera): Coverage[] =>
    [0.2, 0.6].map((share) => {
      const start = Math.round(from + (to - from) * (share + random.uniform(0, 0.1)));
      return { camera, start, end: start + Math.round(random.uniform(20_000, 900_000)), reason: 'offline', detail: '' };
    }),
  );
  const events = Array.from({ length: count }, (_, i): Event => {
    const camera = random.pick(CAMERAS);
    const start = Math.round(from + 5000 + random.uniform(0, to - from - 200_000));
    const end = start + Math.round(random.chance(0.7) ? random.uniform(1000, 8000) : random.uniform(8000, 90_000));
    return event({ id: `event-${i}`, camera, text: random.pick(Object.keys(TEXTS)), start, end, phase: 'end', detectedAt: start + Math.round(random.uniform(1000, 2900)), startUncertainty: 100, endUncertainty: 100 });
  });
  const unseen = (e: Event): boolean => gaps.some((gap) => gap.camera === e.camera && e.start < (gap.end ?? to) + 5000 && e.end > gap.start - 5000);
  return { events: events.filter((e) => !unseen(e)).sort((a, b) => a.start - b.start), gaps, from, to };
}

/** What the daemon would have alerted: events are told as windows show them, second by second, and watched time 3 s behind. */
export function liveAlerts({ events, gaps, from, to }: Story, rule: Rule): Verdict[] {
  const source = new Subject<Event | Watched>();
  const said: Verdict[] = [];
  let now = from;
  let id = 0;
  source.pipe(matchRules({ rules: () => [rule], score: scoreOf, now: () => now, newId: () => `live-${++id}` })).subscribe((verdict) => {
    if (verdict.phase === 'new') said.push(verdict);
    if (verdict.phase === 'retracted') said.splice(said.findIndex((one) => one.id === verdict.id), 1);
  });
  const told = new Map<string, Event['phase']>();
  for (now = from; now <= to + 120_000; now += 1000) {
    const due = events.filter((e) => e.detectedAt <= now && told.get(e.id) !== 'end' && e.start > now - 200_000).sort((a, b) => a.detectedAt - b.detectedAt);
    for (const e of due) {
      const phase = e.end <= now ? 'end' : told.has(e.id) ? 'update' : 'new';
      // an event is new before it is over
      if (phase === 'end' && !told.has(e.id)) source.next({ ...e, phase: 'new' });
      told.set(e.id, phase);
      source.next({ ...e, phase, end: Math.min(e.end, now) });
    }
    for (const camera of CAMERAS) {
      const [begin, end] = [Math.max(from, now - 4000), Math.min(to, now - 3000)];
      const cut = gaps.filter((gap) => gap.camera === camera && gap.start < end && (gap.end ?? to) > begin);
      if (end > begin && cut.length === 0) source.next({ camera, from: begin, to: end });
      for (const gap of cut) {
        if (gap.start > begin) source.next({ camera, from: begin, to: gap.start });
        if ((gap.end ?? to) < end) source.next({ camera, from: gap.end ?? to, to: end });
      }
    }
  }
  source.complete();
  return said;
}
