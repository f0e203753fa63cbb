import type { Check, CheckName, CheckOne } from './check.ts';
import { gather } from './gather.ts';
import type { WhyNotContext, WhyNotQuestion } from './gather.ts';
import type { ExplainLog, KeptAlert } from './log.ts';
import { cameraCheck, ruleCheck, scheduleCheck, snoozeCheck } from './ruleChecks.ts';
import { keptCheck, sampledCheck, sureCheck, toldCheck, watchedCheck } from './sightChecks.ts';
import { alertedCheck, completeCheck, cooldownCheck, deliveredCheck, heldCheck, scoreCheck, verifiedCheck } from './verdictChecks.ts';

/** Why there was no alert, or that there was one. */
export interface WhyNot {
  readonly question: WhyNotQuestion;
  /** the whole chain, in order; behind the first that failed all are `open` */
  readonly checks: readonly Check[];
  /** the first that failed; null where all held, or what would tell is not kept */
  readonly failed: CheckName | null;
  /** the answer in a sentence or two */
  readonly says: string;
  /** the alert that was given after all */
  readonly alert: KeptAlert | null;
}

const CHAIN: readonly (readonly [CheckName, CheckOne])[] = [
  ['rule', ruleCheck], ['camera', cameraCheck], ['schedule', scheduleCheck], ['snooze', snoozeCheck],
  ['watched', watchedCheck], ['sampled', sampledCheck], ['told', toldCheck], ['sure', sureCheck], ['kept', keptCheck],
  ['held', heldCheck], ['score', scoreCheck], ['complete', completeCheck], ['verified', verifiedCheck], ['cooldown', cooldownCheck],
  ['alerted', alertedCheck], ['delivered', deliveredCheck],
];

/** Follows the way from the scene to the alert and says where it ended. */
export function whyNot(log: ExplainLog, question: WhyNotQuestion, context: WhyNotContext): WhyNot {
  const facts = gather(log, question, context);
  const checks: Check[] = [];
  let end: Check | undefined;
  for (const [name, look] of CHAIN) {
    const check: Check = end ? { name, state: 'open', says: '' } : { name, ...look(facts) };
    checks.push(check);
    if (check.state === 'failed') end ??= check;
  }
  return { question, checks, failed: end?.name ?? null, says: answer(checks, end), alert: facts.alert ?? null };
}

/** What the rule is now says least of then. */
const VAGUE: ReadonlySet<CheckName> = new Set(['rule', 'camera', 'snooze']);

/** The link that broke; else that there was an alert; else what is not known. */
function answer(checks: readonly Check[], end: Check | undefined): string {
  if (end) return end.says;
  const given = checks.find((check) => check.name === 'alerted' && check.state === 'passed');
  if (given) return `${given.says} ${checks.at(-1)?.says ?? ''}`.trim();
  const open = checks.filter((check) => check.state === 'unknown');
  return (open.find((check) => !VAGUE.has(check.name)) ?? open[0])?.says ?? 'Nothing that is kept says why.';
}
