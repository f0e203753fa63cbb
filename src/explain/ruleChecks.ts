import type { Outcome } from '../record.ts';
import { failed, passed, unknown } from './check.ts';
import type { CheckOne } from './check.ts';
import type { WhyNotFacts } from './gather.ts';

// Was there a rule that could have alerted? The log does not keep what rules were; decisions that the rule made then prove it.

export const ruleCheck: CheckOne = (facts) => {
  const { rule, question, time } = facts;
  const made = heldThen(facts);
  if (made) return passed(`Rule ${question.rule} was in force.`, { decision: made });
  if (!rule) return failed(`There is no rule ${question.rule}.`);
  const later = rule.changedAt !== null && rule.changedAt > question.to ? ` Its file was last changed at ${time(rule.changedAt)}, after that.` : '';
  if (!rule.enabled) return failed(`Rule ${rule.id} is switched off.${later}`);
  if (rule.until !== null && question.from >= rule.until) return failed(`Rule ${rule.id} held until ${time(rule.until)} only.`, { until: rule.until });
  return later ? unknown(`Rule ${rule.id} is in force now.${later} So it may have been missing or another one then.`) : passed(`Rule ${rule.id} is in force.`);
};

export const cameraCheck: CheckOne = (facts) => {
  const { rule, camera, question } = facts;
  if (rule && rule.cameras.length > 0 && !rule.cameras.includes(question.camera) && !heldThen(facts)) {
    return failed(`Rule ${rule.id} is not for camera ${question.camera}, only for ${rule.cameras.join(', ')}.`);
  }
  if (camera) return passed(`Camera ${question.camera} is configured${camera.enabled ? '' : ', and switched off now'}.`);
  const known = facts.events.length > 0 || facts.looks.length > 0 || facts.gaps.length > 0 || facts.looksSince !== null;
  return known ? unknown(`Camera ${question.camera} is not configured any more.`) : failed(`There is no camera ${question.camera}.`);
};

export const scheduleCheck: CheckOne = (facts) => {
  const { rule, question, time } = facts;
  const said = decisionOf(facts, 'out_of_schedule');
  if (said) return failed(`It was out of the rule's schedule${rule?.schedule ? ` (${rule.schedule})` : ''}${detailOf(said.detail)}.`, { decision: said });
  if (!rule || rule.schedule === null) return passed('The rule has no schedule.');
  const decided = facts.candidate?.decision;
  if (decided) return passed(`It was within the rule's schedule (${rule.schedule}).`);
  // a stretch of time is out of the schedule if all of it is
  const moments = [question.from, (question.from + question.to) / 2, question.to];
  if (moments.some((at) => rule.inSchedule(at))) return passed(`It was within the rule's schedule (${rule.schedule}).`);
  return failed(`${time(question.from)} is out of the rule's schedule (${rule.schedule}).`);
};

export const snoozeCheck: CheckOne = (facts) => {
  const { rule, question, now, time } = facts;
  const said = decisionOf(facts, 'snoozed');
  if (said) return failed(`The rule was snoozed${detailOf(said.detail)}.`, { decision: said });
  const until = rule?.snoozedUntil ?? null;
  if (until === null || until <= question.from || facts.candidate?.decision) return passed('The rule was not snoozed.');
  const since = rule?.changedAt ?? null;
  if (since !== null && since > question.to && question.to < now) return unknown(`The rule is snoozed until ${time(until)}, but it seems only since ${time(since)}.`, { until });
  return failed(`The rule is snoozed until ${time(until)}.`, { until });
};

/** A decision that the rule made at that time: then it was there, and was asked. */
function heldThen(facts: WhyNotFacts): WhyNotFacts['decisions'][number] | undefined {
  return facts.candidate?.decision ?? facts.decisions[0];
}

function decisionOf({ candidate }: WhyNotFacts, outcome: Outcome): WhyNotFacts['decisions'][number] | undefined {
  return candidate?.decision?.outcome === outcome ? candidate.decision : undefined;
}

/** What a decision says besides, to be put after a sentence's words. */
export function detailOf(detail: string): string {
  const plain = detail.replace(/\s+/gu, ' ').trim().replace(/\.$/, '');
  return plain === '' ? '' : `: ${plain}`;
}
