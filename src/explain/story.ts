import { LookoutError } from '../errors.ts';
import type { Decision, Feedback, Look } from '../record.ts';
import type { Event, Evidence } from '../values.ts';
import type { ExplainLog, KeptAlert } from './log.ts';

/** What was written down about something and is deleted by now. */
export type Deleted = 'events' | 'looks' | 'decisions';

/** Where an alert comes from and what became of it. */
export interface AlertStory {
  readonly kind: 'alert';
  /** in its newest phase */
  readonly alert: KeptAlert;
  /** oldest first */
  readonly phases: readonly KeptAlert[];
  /** what it rests on; the event is null where the log has it no more */
  readonly evidence: readonly { readonly evidence: Evidence; readonly event: Event | null }[];
  /** the windows that the model was shown of it, and all that it told of them */
  readonly looks: readonly Look[];
  readonly decisions: readonly Decision[];
  readonly feedback: readonly Feedback[];
  readonly deleted: readonly Deleted[];
}

/** An event, the looks that showed it, and what each rule made of it. */
export interface EventStory {
  readonly kind: 'event';
  readonly event: Event;
  readonly looks: readonly Look[];
  readonly decisions: readonly Decision[];
  /** given for it, each in its newest phase */
  readonly alerts: readonly KeptAlert[];
  readonly deleted: readonly Deleted[];
}

/** Hard ceilings of a story: an event that goes on for hours is in thousands of windows. */
const MOST_LOOKS = 40;
const MOST_DECISIONS = 200;

/**
 * The story of an alert or an event, by its id or a unique beginning of it.
 * @throws LookoutError LOG_UNKNOWN_ID
 */
export function storyOf(log: ExplainLog, id: string): AlertStory | EventStory {
  const phases = log.alert(id);
  const alert = phases.at(-1);
  if (alert) return alertStory(log, alert, phases);
  const event = log.event(id);
  if (event) return eventStory(log, event);
  throw new LookoutError('LOG_UNKNOWN_ID', `the log has no alert and no event ${JSON.stringify(id.slice(0, 80))}.`);
}

function alertStory(log: ExplainLog, alert: KeptAlert, phases: readonly KeptAlert[]): AlertStory {
  const evidence = alert.evidence.map((one) => ({ evidence: one, event: log.event(one.eventId) ?? null }));
  const looks = alert.evidence.length > 0 ? alert.evidence.flatMap((one) => looksAt(log, alert.camera, one)) : looksAt(log, alert.camera, alert);
  const decisions = decisionsFor(log, alert);
  return {
    kind: 'alert', alert, phases, evidence, looks: distinct(looks).slice(0, MOST_LOOKS), decisions, feedback: log.feedback({ alert: alert.id }),
    deleted: [
      ...(evidence.some(({ event }) => event === null) ? (['events'] as const) : []),
      ...(looks.length === 0 ? (['looks'] as const) : []),
      ...(decisions.length === 0 ? (['decisions'] as const) : []),
    ],
  };
}

/** What the rule made of the events that the alert rests on, the alert's own decision included. */
function decisionsFor(log: ExplainLog, alert: KeptAlert): Decision[] {
  const events = [...new Set([...alert.evidence.map((one) => one.eventId), ...(alert.eventId === null ? [] : [alert.eventId])])];
  const found = [
    ...log.decisions({ alert: alert.id, order: 'asc', limit: MOST_DECISIONS }),
    ...events.flatMap((event) => log.decisions({ rule: alert.ruleId, camera: alert.camera, event, order: 'asc', limit: MOST_DECISIONS })),
  ];
  const unique = new Map(found.map((decision) => [JSON.stringify(decision), decision]));
  return [...unique.values()].sort((a, b) => a.decidedAt - b.decidedAt).slice(0, MOST_DECISIONS);
}

function eventStory(log: ExplainLog, event: Event): EventStory {
  const looks = looksAt(log, event.camera, event);
  const decisions = log.decisions({ event: event.id, order: 'asc', limit: MOST_DECISIONS });
  const told = new Set([...decisions.flatMap((d) => d.alertId ?? []), ...log.alerts({ event: event.id, limit: MOST_DECISIONS }).map((a) => a.id)]);
  const alerts = [...told].flatMap((id) => log.alert(id).at(-1) ?? []).sort((a, b) => a.happenedAt - b.happenedAt);
  return {
    kind: 'event', event, looks, decisions, alerts,
    deleted: [...(looks.length === 0 ? (['looks'] as const) : []), ...(decisions.length === 0 ? (['decisions'] as const) : [])],
  };
}

function looksAt(log: ExplainLog, camera: string, { start, end }: { readonly start: number; readonly end: number }): Look[] {
  return distinct(log.looks({ camera, since: start, until: end, order: 'asc', limit: MOST_LOOKS }));
}

function distinct(looks: readonly Look[]): Look[] {
  return [...new Map(looks.map((look) => [look.windowId, look])).values()].sort((a, b) => a.from - b.from);
}
