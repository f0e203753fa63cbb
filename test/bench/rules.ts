import { allEvents, heldOutRules } from '../../src/demo/phrases.ts';
import { matchPrompt } from '../../src/infer/prompts.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import type { Task } from './task.ts';

/** Times in ms of scoring an event against one rule and against many, the event never seen before. */
export interface Rules {
  readonly count: number;
  readonly one: readonly number[];
  readonly many: readonly number[];
}

const COUNT = 50;

export async function measureRules({ dir, threads, repetitions }: Task): Promise<Rules> {
  const model = await openQwen3VL(dir, { device: 'cpu', threads });
  const events = allEvents().map((event) => event.text);
  const rules = distinctRules();
  const score = async (event: number, count: number): Promise<number> => {
    const prompts = rules.slice(0, count).map((rule) => matchPrompt(events[event % events.length] ?? '', rule));
    const began = performance.now();
    await model.scoreMany(prompts, 'yes', 'no');
    return performance.now() - began;
  };
  // neighbours among the events differ from their first words on, so that nothing but the prompt's own beginning is known
  await score(0, COUNT);
  await score(1, 1);
  const [one, many]: [number[], number[]] = [[], []];
  for (let i = 0; i < repetitions; i++) {
    one.push(await score(2 * i + 2, 1));
    many.push(await score(2 * i + 3, COUNT));
  }
  await model.close();
  return { count: rules.length, one, many };
}

function distinctRules(): string[] {
  const all = allEvents().flatMap(({ kind, wear }) => heldOutRules(kind, wear).map((rule) => rule.text));
  const distinct = [...new Set(all)];
  const stride = Math.floor(distinct.length / COUNT);
  return distinct.filter((_, i) => i % stride === 0).slice(0, COUNT);
}
