import type { Coverage, Decision, Look, Outcome } from '../record.ts';
import type { Event } from '../values.ts';
import type { ExplainLog, KeptAlert } from './log.ts';

/** A rule as it is now; what it was at an earlier time is not written down. */
export interface RuleNow {
  readonly id: string;
  readonly enabled: boolean;
  /** ids; empty: all */
  readonly cameras: readonly string[];
  readonly threshold: number;
  /** wall clock, ms; null: not snoozed */
  readonly snoozedUntil: number | null;
  /** what happens from then on is nothing to it, wall clock ms; null: it holds for ever */
  readonly until: number | null;
  /** its hours in words; null: always */
  readonly schedule: string | null;
  inSchedule(at: number): boolean;
  /** when its file was last changed, wall clock ms; null where that is not known */
  readonly changedAt: number | null;
}

/** Why was there no alert of this rule, at this camera, at this time? Times are wall clock, ms. */
export interface WhyNotQuestion {
  readonly rule: string;
  readonly camera: string;
  /** the moment that people mean, or a stretch of time */
  readonly from: number;
  readonly to: number;
  /** how far a moment may be off, ms */
  readonly slack: number;
  /** only about this event */
  readonly event?: string;
}

/** What the chain of checks goes by. */
export interface WhyNotFacts {
  readonly question: WhyNotQuestion;
  readonly rule: RuleNow | undefined;
  readonly camera: { readonly enabled: boolean } | undefined;
  readonly minConfidence: number;
  readonly now: number;
  /** writes a time for people */
  time(ms: number): string;
  readonly gaps: readonly Coverage[];
  /** they overlap the time in question */
  readonly looks: readonly Look[];
  /** the nearest ones before and after, where none covers it */
  readonly nearest: readonly Look[];
  readonly events: readonly Event[];
  /** of the rule and the camera, about the time or its events */
  readonly decisions: readonly Decision[];
  /** the event or moment that came nearest to an alert */
  readonly candidate: Candidate | undefined;
  /** given after all, in its newest phase, and when the broker first took it (wall clock, ms; null: not yet) */
  readonly alert: KeptAlert | undefined;
  readonly takenAt: number | null;
  readonly aliveAt: number | null;
  /** how far back the kept decisions reach, ms; null where there are none */
  readonly decisionsSince: number | null;
  readonly looksSince: number | null;
  /** the first thing that the log has of the camera, ms */
  readonly knownSince: number | null;
}

export interface Candidate {
  readonly event: Event | null;
  /** the one that went furthest; undefined where none is kept */
  readonly decision: Decision | undefined;
}

/** How far an event came: the further, the nearer to an alert. */
const RANK: Record<Outcome, number> = {
  below_threshold: 1, dropped: 2, retracted: 3, waiting: 4, averted: 5, out_of_schedule: 6, snoozed: 7, denied: 8, cooldown: 9, repeated: 10, alerted: 11,
};
/** What lies this near to the time in question is what was meant, ms; other things only where there is nothing there. */
const NEAR = 2000;
const MOST = 500;
const GIVEN: ReadonlySet<Outcome> = new Set(['alerted', 'repeated', 'retracted']);

export type WhyNotContext = Pick<WhyNotFacts, 'rule' | 'camera' | 'minConfidence' | 'now' | 'time'>;

/** Asks the log for everything that may say why. */
export function gather(log: ExplainLog, question: WhyNotQuestion, context: WhyNotContext): WhyNotFacts {
  const { rule, camera, slack } = question;
  const [since, until] = [question.from - slack, question.to + slack];
  const around = { camera, since, until, order: 'asc', limit: MOST } as const;
  const asked = question.event === undefined ? undefined : log.event(question.event);
  const events = question.event === undefined ? log.events({ ...around, retracted: true }) : asked ? [asked] : [];
  const alerts = log.alerts({ ...around, rule });
  const decisions = decisionsAbout(log, question, events, { since, until });
  const candidate = nearest(events, decisions, question);
  const looks = log.looks(around);
  const phases = alertOf(log, candidate, question.event === undefined ? alerts : []);
  const taken = phases.flatMap((phase) => (phase.delivered ? [phase.publishedAt] : []));
  const looksSince = log.looks({ camera, order: 'asc', limit: 1 })[0]?.from ?? null;
  const covering = looks.filter((look) => look.from <= question.to && look.to >= question.from);
  return {
    ...context, question, events, decisions, candidate, looks,
    gaps: log.coverage({ camera, since: question.from, until: question.to, order: 'asc', limit: MOST }),
    nearest: covering.length > 0 ? [] : neighbours(log, question),
    alert: phases.at(-1), takenAt: taken.length > 0 ? Math.min(...taken) : null,
    aliveAt: log.aliveAt(),
    decisionsSince: log.decisions({ order: 'asc', limit: 1 })[0]?.at ?? null,
    looksSince, knownSince: earliest(looksSince, log.coverage({ camera, order: 'asc', limit: 1 })[0]?.start, log.events({ camera, order: 'asc', limit: 1 })[0]?.start),
  };
}

function decisionsAbout(log: ExplainLog, question: WhyNotQuestion, events: readonly Event[], range: { since: number; until: number }): Decision[] {
  const { rule, camera } = question;
  const ofTime = question.event === undefined ? log.decisions({ rule, camera, ...range, order: 'asc', limit: MOST }) : [];
  const ofEvents = events.flatMap((event) => log.decisions({ rule, camera, event: event.id, order: 'asc', limit: MOST }));
  return [...new Map([...ofTime, ...ofEvents].map((decision) => [JSON.stringify(decision), decision])).values()];
}

/** The event, or moment without one, that came nearest to an alert: the furthest outcome, then the best score, then the nearest time. */
function nearest(events: readonly Event[], decisions: readonly Decision[], question: WhyNotQuestion): Candidate | undefined {
  const known = new Map(events.map((event) => [event.id, event]));
  const away = (d: Decision): number => distance((d.eventId !== null && known.get(d.eventId)) || { start: d.at, end: d.at }, question);
  const ring = (far: number): number => (far <= NEAR ? 0 : 1);
  const [best] = [...decisions].sort(
    (a, b) => ring(away(a)) - ring(away(b)) || RANK[b.outcome] - RANK[a.outcome] || (b.score ?? 0) - (a.score ?? 0) || away(a) - away(b) || b.decidedAt - a.decidedAt,
  );
  const [event] = [...events].sort((a, b) => distance(a, question) - distance(b, question));
  const eventIsNearer = event && (!best || ring(distance(event, question)) < ring(away(best)));
  if (eventIsNearer) return { event, decision: undefined };
  return best && { decision: best, event: best.eventId === null ? null : (known.get(best.eventId) ?? null) };
}

/** ms between a stretch of time and the one in question; 0 where they overlap */
function distance({ start, end }: { readonly start: number; readonly end: number }, { from, to }: WhyNotQuestion): number {
  return Math.max(0, start - to, from - end);
}

function neighbours(log: ExplainLog, { camera, from, to }: WhyNotQuestion): Look[] {
  return [log.looks({ camera, until: from, order: 'desc', limit: 1 })[0], log.looks({ camera, since: to, order: 'asc', limit: 1 })[0]].filter((look) => look !== undefined);
}

/** The phases of the alert that was given after all: that of the candidate, or, where no decision is kept, one of the rule at that time. */
function alertOf(log: ExplainLog, candidate: Candidate | undefined, alerts: readonly KeptAlert[]): KeptAlert[] {
  const { decision, event } = candidate ?? {};
  if (decision) return decision.alertId !== null && GIVEN.has(decision.outcome) ? log.alert(decision.alertId) : [];
  const first = alerts.find((alert) => !event || alert.eventId === event.id || alert.evidence.some((one) => one.eventId === event.id)) ?? alerts[0];
  return first ? log.alert(first.id) : [];
}

function earliest(...times: readonly (number | null | undefined)[]): number | null {
  const known = times.filter((at) => at !== null && at !== undefined);
  return known.length > 0 ? Math.min(...known) : null;
}
