import type { BacktestReport } from '../backtest/backtest.ts';
import type { BacktestAlert } from '../backtest/tally.ts';
import type { RuleVerdict } from '../feedback/judge.ts';
import type { AtThreshold } from '../feedback/suggest.ts';
import { describeRule } from '../rules/describe.ts';
import type { BacktestOut } from './schemas/backtest.ts';
import type { FeedbackReportOut } from './schemas/feedback.ts';
import { decisionOut, isoOf, words } from './shapes.ts';

// What rules would have done, and how right they were, as the API tells it.

/** The newest `limit` alerts are told one by one. */
export function backtestOut(report: BacktestReport, limit: number): BacktestOut {
  const { rule, since, until } = report;
  return {
    rule: { id: rule.id, alert: rule.alert, cameras: [...rule.cameras], threshold: rule.threshold, severity: rule.severity, says: describeRule(rule) },
    since: isoOf(since), since_ms: since, until: isoOf(until), until_ms: until,
    events: report.events, texts: report.texts, watched: report.watched.map(({ camera, ms }) => ({ camera, ms })),
    alerts: report.alerts, taken_back: report.takenBack, per_day: report.perDay,
    days: report.days.map(({ day, alerts }) => ({ day, alerts })), by_camera: report.byCamera.map(({ camera, alerts }) => ({ camera, alerts })),
    list: report.list.slice(-limit).map(backtestAlertOut),
    near_misses: report.nearMisses.map(({ text, clause, score, short, events, last }) => ({
      event: words(text), why: words(clause), score, short, events, last: { id: last.id, camera: last.camera, start: isoOf(last.start), start_ms: last.start },
    })),
    near_miss_events: report.nearMissEvents, in_vain: report.inVain.map(decisionOut), in_vain_count: report.inVainCount, outcomes: { ...report.outcomes },
    thresholds: report.thresholds.map(({ threshold, alerts, perDay }) => ({ threshold, alerts, per_day: perDay })), caveats: [...report.caveats],
  };
}

function backtestAlertOut({ camera, happenedAt, text, eventId, score, clause, evidence, takenBack }: BacktestAlert): BacktestOut['list'][number] {
  return {
    camera, happened_at: isoOf(happenedAt), happened_at_ms: happenedAt, event: words(text), event_id: eventId, score, why: words(clause),
    evidence: evidence.map((one) => ({
      event_id: one.eventId, event: words(one.text), start: isoOf(one.start), start_ms: one.start, end: isoOf(one.end), end_ms: one.end, score: one.score, why: words(one.clause),
    })),
    taken_back: takenBack,
  };
}

/** Labels of one rule that are told one by one, the newest. */
const MOST_LABELS = 1000;

export function verdictOut(verdict: RuleVerdict): FeedbackReportOut['rules'][number] {
  const { rule, ruleText, present, threshold, right, wrong, stored, rescored, enough, suggestion, labels } = verdict;
  return {
    rule, rule_text: words(ruleText), present, threshold, right, wrong, stored: atOut(stored), rescored: rescored && atOut(rescored), enough,
    suggestion: suggestion && { ...atOut(suggestion), right_lost: suggestion.rightLost, wrong_spared: suggestion.wrongSpared, sure: suggestion.sure },
    labels: labels.slice(-MOST_LABELS).map((label) => ({
      alert_id: label.alertId, camera: label.camera, event: words(label.text), happened_at: isoOf(label.happenedAt), happened_at_ms: label.happenedAt,
      right: label.right, note: words(label.note), score: label.score, rescored: label.rescored, snapshot: label.snapshot !== null, clip: label.clip !== null,
    })),
  };
}

function atOut({ threshold, right, wrong, precision, interval }: AtThreshold): FeedbackReportOut['rules'][number]['stored'] {
  return { threshold, right, wrong, precision, interval: interval && [interval[0], interval[1]] };
}
