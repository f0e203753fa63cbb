import { clausesOf, type Rule } from '../rules/rule.ts';
import { concerns } from '../rules/step.ts';

/** What the model is asked to look out for in a camera's windows: every sentence of every rule that may speak of it now (wall clock, ms). */
export function sentencesFor(camera: string, rules: readonly Rule[], now: number): string[] {
  const active = rules.filter((rule) => concerns(rule, camera) && (rule.until ?? Infinity) > now);
  return active.flatMap((rule) => clausesOf(rule).map(({ ask }) => ask));
}
