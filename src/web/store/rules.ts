import { effect, signal } from '@preact/signals';
import type { RuleOut, RulesOut } from '../../api/schemas/rules.ts';
import { get } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { session } from '../session.ts';
import { connections, heard } from './feed.ts';

/** The rules as Lookout has them; undefined until they were read. */
export const rules = signal<readonly RuleOut[] | undefined>(undefined);
export const rulesProblem = signal<Problem | undefined>(undefined);
/** Why the files on the disk do not load, if they do not. */
export const ruleFilesProblem = signal<RulesOut['problem']>(null);

export async function readRules(): Promise<void> {
  try {
    const { items, problem } = await get<RulesOut>('/v1/rules');
    rules.value = items;
    ruleFilesProblem.value = problem;
    rulesProblem.value = undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    rulesProblem.value = error;
  }
}

/** Called once. */
export function keepRules(): void {
  heard('config', () => void readRules());
  effect(() => {
    if (connections.value > 0 && session.peek().state === 'in') void readRules();
  });
  effect(() => {
    if (session.value.state === 'out') rules.value = undefined;
  });
}
