import { couldBeSame, pair, type Timed } from './pairing.ts';

/** A happening of the story, on the wall clock (ms). */
export interface Happening extends Timed {
  /** ids of the rules that it satisfies */
  readonly rules: readonly string[];
}

export interface LoggedEvent extends Timed {
  readonly id: string;
}

/** An alert as the subscriber received it. */
export interface ReceivedAlert {
  readonly id: string;
  readonly rule: string;
  readonly eventId: string;
  /** wall clock of its arrival, ms */
  readonly at: number;
}

export interface Evidence {
  readonly story: readonly Happening[];
  /** Only what starts from `from` and before `until` counts: the part of the story that Lookout could watch. */
  readonly from: number;
  readonly until: number;
  readonly logged: readonly LoggedEvent[];
  /** first messages only, no later phases; in order of arrival */
  readonly alerts: readonly ReceivedAlert[];
  /** ids of the rules of which the story knows what satisfies them; alerts of others do not count */
  readonly rules: ReadonlySet<string>;
  readonly windows: number;
  readonly visualTokens: number;
}

/** What is known while the story still plays. */
export type Known = Pick<Evidence, 'story' | 'logged' | 'alerts' | 'rules'>;

/** The figures, as `lookout demo --json` prints them; null where there is nothing to measure. Seconds. */
export interface Scoreboard {
  /** happenings of the story that count */
  readonly happened: number;
  /** events in the log, without those of happenings that do not count */
  readonly logged: number;
  readonly matched: number;
  /** logged, but no happening's */
  readonly spurious: number;
  /** pairs of a happening and a rule that it satisfies */
  readonly alerts_expected: number;
  /** alert messages received, without those of happenings that do not count */
  readonly alerts_sent: number;
  /** messages beyond the first of a rule and happening, be it one event alerted twice or one happening logged as two */
  readonly alerts_duplicate: number;
  /** |logged start − true start| of the matched */
  readonly onset_error_p50_s: number | null;
  readonly onset_error_p95_s: number | null;
  /** from a happening's true start to the arrival of the first alert of a rule that it satisfies */
  readonly onset_to_alert_p95_s: number | null;
  readonly windows: number;
  readonly visual_tokens: number;
}

/** An alert and its happening: an index into the story, -1 where none fits. `own`: of a rule that people added. */
export interface JudgedAlert {
  readonly alert: ReceivedAlert;
  readonly happening: number;
  readonly verdict: 'right' | 'wrong' | 'duplicate' | 'own';
}

/** The story's happenings with their log entries (index, or -1), and every alert judged. */
export interface Judgement {
  readonly entries: readonly number[];
  readonly alerts: readonly JudgedAlert[];
}

/** Who is who: see `pair` for the rule by which a happening and a log entry are the same. */
export function judge({ story, logged, alerts, rules }: Known): Judgement {
  const entries = pair(story, logged);
  const happeningOf = new Map<string, number>();
  logged.forEach((event, index) => happeningOf.set(event.id, happeningFor(event, entries.indexOf(index), story)));
  const seen = new Set<string>();
  const judged = alerts.map((alert): JudgedAlert => {
    const happening = happeningOf.get(alert.eventId) ?? -1;
    const key = `${alert.rule} ${happening < 0 ? alert.eventId : happening}`;
    const first = !seen.has(key);
    seen.add(key);
    const satisfied = story[happening]?.rules.includes(alert.rule) ?? false;
    if (!rules.has(alert.rule)) return { alert, happening, verdict: 'own' };
    return { alert, happening, verdict: !first ? 'duplicate' : satisfied ? 'right' : 'wrong' };
  });
  return { entries, alerts: judged };
}

/** A log entry without a happening of its own may still be a second entry of one, and its alert a second alert. */
function happeningFor(event: LoggedEvent, own: number, story: readonly Happening[]): number {
  if (own >= 0) return own;
  let nearest = -1;
  story.forEach((happening, index) => {
    if (!couldBeSame(happening, event)) return;
    const known = story[nearest];
    if (!known || Math.abs(happening.start - event.start) < Math.abs(known.start - event.start)) nearest = index;
  });
  return nearest;
}

/** Compare the story's truth with the log and with the alerts that arrived. */
export function score(evidence: Evidence): Scoreboard {
  const { story, logged, from, until } = evidence;
  const { entries, alerts } = judge(evidence);
  const counts = (index: number): boolean => {
    const start = story[index]?.start ?? from;
    return start >= from && start < until;
  };
  const uncounted = entries.filter((entry, index) => entry >= 0 && !counts(index)).length;
  const errors = entries.flatMap((entry, index) => {
    const [truth, event] = [story[index], logged[entry]];
    return truth && event && counts(index) ? [Math.abs(event.start - truth.start)] : [];
  });
  const sent = alerts.filter((a) => a.verdict !== 'own' && counts(a.happening));
  const delays = sent.filter((a) => a.verdict === 'right').map((a) => a.alert.at - (story[a.happening]?.start ?? a.alert.at));
  const happened = story.filter((_, index) => counts(index));
  return {
    happened: happened.length,
    logged: logged.length - uncounted,
    matched: errors.length,
    spurious: logged.length - uncounted - errors.length,
    alerts_expected: happened.reduce((sum, h) => sum + h.rules.length, 0),
    alerts_sent: sent.length,
    alerts_duplicate: sent.filter((a) => a.verdict === 'duplicate').length,
    onset_error_p50_s: seconds(percentile(errors, 0.5)),
    onset_error_p95_s: seconds(percentile(errors, 0.95)),
    onset_to_alert_p95_s: seconds(percentile(delays, 0.95)),
    windows: evidence.windows,
    visual_tokens: evidence.visualTokens,
  };
}

/** The smallest value that at least this share of the values does not exceed (nearest rank); null of none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms) / 1000;
}
