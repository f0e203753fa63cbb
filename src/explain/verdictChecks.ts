import { failed, figure, lasting, passed, quoted, unknown } from './check.ts';
import type { CheckOne } from './check.ts';
import { detailOf } from './ruleChecks.ts';

// What did the rule make of it, and did people get it?

export const heldCheck: CheckOne = (facts) => {
  const { candidate, decisionsSince, alert, question, time } = facts;
  const { decision, event } = candidate ?? {};
  if (decision?.outcome === 'dropped') return failed(`The model could not keep up, and the rule was not held against ${event ? quoted(event.text) : 'it'}${detailOf(decision.detail)}.`, { decision });
  if (decision || alert) return passed('The rule was held against it.', decision ? { decision } : {});
  const at = event?.detectedAt ?? question.from;
  if (decisionsSince === null || decisionsSince > at) {
    const reach = decisionsSince === null ? 'None is kept.' : `They are kept from ${time(decisionsSince)} on only.`;
    return unknown(`What the rule made of it is not kept any more. ${reach} \`lookout rule test ${question.rule}\` says what it would make of it now.`);
  }
  return failed(`The rule was not held against ${event ? quoted(event.text) : 'it'}: no decision of it is written down, though those of other events are. It was not there or not in force then, or Lookout stopped before it came to it.`);
};

/** Without a decision nothing is known of what follows. */
const GONE = unknown('What the rule made of it is not kept.');

export const scoreCheck: CheckOne = ({ candidate }) => {
  const { decision, event } = candidate ?? {};
  if (!decision) return unknown('Its score is not kept.');
  const { score, threshold, outcome, clause } = decision;
  const what = `${event ? quoted(event.text) : 'It'} scored ${score === null ? 'nothing' : figure(score)} under ${quoted(clause)}`;
  if (outcome === 'below_threshold') {
    return failed(`${what}: below the threshold of ${figure(threshold)}${score === null ? '' : `, by ${threshold - score < 0.001 ? 'less than 0.001' : figure(threshold - score)}`}.`, { decision });
  }
  return score === null ? passed('No event was needed for this part of the rule.', { decision }) : passed(`${what}; the threshold is ${figure(threshold)}.`, { decision });
};

export const completeCheck: CheckOne = ({ candidate, alert }) => {
  const { decision } = candidate ?? {};
  if (!decision && !alert) return GONE;
  if (decision?.outcome === 'waiting') return failed(`A part of the rule came true, ${quoted(decision.clause)}, and the rest did not${detailOf(decision.detail)}.`, { decision });
  if (decision?.outcome === 'averted') return failed(`A part of the rule came true, and then the rest could not any more${detailOf(decision.detail)}.`, { decision });
  return passed('Every part of the rule came true.');
};

export const verifiedCheck: CheckOne = ({ candidate, alert }) => {
  const { decision } = candidate ?? {};
  if (!decision && !alert) return GONE;
  if (decision?.outcome !== 'denied') return passed('No second look denied it.');
  return failed(`A second look at the very frames denied it${detailOf(decision.detail)}.`, { decision });
};

export const cooldownCheck: CheckOne = ({ candidate, alert }) => {
  const { decision } = candidate ?? {};
  if (!decision && !alert) return GONE;
  if (decision?.outcome !== 'cooldown') return passed('The rule was not in its cooldown.');
  const after = decision.alertId === null ? '' : ` It is counted from alert ${decision.alertId}.`;
  return failed(`The rule was in its cooldown${detailOf(decision.detail)}.${after}`, { decision });
};

export const alertedCheck: CheckOne = (facts) => {
  const { alert, candidate, time } = facts;
  if (alert) return passed(`There was an alert: ${alert.id}, made at ${time(alert.detectedAt)}.`, { alert });
  const { decision } = candidate ?? {};
  const gone = decision?.outcome === 'alerted' || decision?.outcome === 'repeated';
  return unknown(gone ? `Alert ${decision?.alertId ?? ''} was given at ${time(decision?.decidedAt ?? 0)}; it is deleted by now.` : 'No alert is written down, and nothing that is kept says why.');
};

export const deliveredCheck: CheckOne = ({ alert, takenAt, now, time }) => {
  if (!alert) return unknown('Whether it reached the broker is not kept.');
  if (takenAt === null) return failed(`The alert waits for the broker since ${time(alert.publishedAt)} (${lasting(Math.max(0, now - alert.publishedAt))}).`, { alert });
  return passed(`The broker took it at ${time(takenAt)}, ${lasting(Math.max(0, takenAt - alert.happenedAt))} after it happened.`, { alert });
};
