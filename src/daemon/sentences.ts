import { clausesOf, type Rule } from '../rules/rule.ts';

/** What the model is asked to look out for in a camera's windows: every sentence of every rule that may speak of it now (wall clock, ms). */
export function sentencesFor(camera: string, rules: readonly Rule[], now: number): string[] {
  const active = rules.filter((rule) => rule.enabled && (rule.until ?? Infinity) > now && (rule.cameras.length === 0 || rule.cameras.includes(camera)));
  return active.flatMap((rule) => clausesOf(rule).map(({ ask }) => ask));
}
