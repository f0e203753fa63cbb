import { allEvents, rulesFor, satisfies } from '../demo/phrases.ts';
import type { DemoRule } from '../demo/phrases.ts';
import { createRandom } from '../demo/random.ts';
import type { Random } from '../demo/random.ts';
import { WEAR } from '../demo/story.ts';
import type { Backend } from '../infer/backend.ts';
import { secondOpinion } from '../infer/secondOpinion.ts';
import { wordingsOf } from '../rules/wordings.ts';
import { rates } from './figures.ts';
import type { Rates } from './figures.ts';
import { shareOut } from './shareOut.ts';

/** How well the model tells from words alone whether an event satisfies a rule that is worded as no training has seen. */
export interface PhraseFigures extends Rates {
  readonly pairs: number;
}

interface Question {
  readonly event: string;
  readonly rule: string;
  readonly truth: boolean;
}

/** Half of the questions are true ones; of the others a third differ only in who it is. `seed` draws them. */
export async function scorePhrases(backends: readonly Backend[], language: 'en' | 'zh', count: number, seed: number): Promise<PhraseFigures> {
  const questions = draw(language, count, createRandom(seed));
  const said = await shareOut(questions, backends, async (q, backend) => (await secondOpinion((e, r) => backend.score(e, r), wordingsOf)(q.event, q.rule)) >= 0.5);
  const right = questions.filter((q, i) => q.truth && said[i]).length;
  return { pairs: count, ...rates(right, questions.filter((q) => q.truth).length, said.filter(Boolean).length) };
}

function draw(language: 'en' | 'zh', count: number, random: Random): Question[] {
  const events = allEvents();
  const rule = (kind: DemoRule['kind'], wear: DemoRule['wear']): DemoRule => random.pick(rulesFor(kind, wear, 'heldOut', language));
  return Array.from({ length: count }, (_, i) => {
    const event = random.pick(events);
    const other = random.pick(events);
    const elseWho = random.pick(WEAR.filter((w) => w !== event.wear));
    let asked = rule(event.kind, random.chance(0.5) ? event.wear : null);
    if (i % 2 === 1) asked = event.wear !== null && random.chance(1 / 3) ? rule(event.kind, elseWho) : rule(other.kind, random.chance(0.5) ? other.wear : null);
    return { event: event.text, rule: asked.text, truth: satisfies(event, asked) };
  });
}
