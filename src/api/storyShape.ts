import type { Check } from '../explain/check.ts';
import type { AlertStory, EventStory } from '../explain/story.ts';
import type { WhyNot } from '../explain/whyNot.ts';
import type { AlertStoryOut, CheckOut, EventStoryOut, WhyNotOut } from './schemas/explain.ts';
import { alertOut, decisionOut, eventOut, feedbackOut, isoOf, isoOrNull, lookOut, unwatchedOut, words } from './shapes.ts';

// Explanations as the API tells them.

export function alertStoryOut({ alert, phases, evidence, looks, decisions, feedback, deleted }: AlertStory, mediaUrl?: string): AlertStoryOut {
  return {
    kind: 'alert', alert: alertOut(alert, mediaUrl), phases: phases.map((phase) => alertOut(phase, mediaUrl)),
    evidence: evidence.map(({ evidence: one, event }) => ({ event_id: one.eventId, event: words(one.text), score: one.score, why: words(one.clause), found: event && eventOut(event) })),
    looks: looks.map(lookOut), decisions: decisions.map(decisionOut), feedback: feedback.map(feedbackOut), deleted: [...deleted],
  };
}

export function eventStoryOut({ event, looks, decisions, alerts, deleted }: EventStory, mediaUrl?: string): EventStoryOut {
  return {
    kind: 'event', event: eventOut(event), looks: looks.map(lookOut), decisions: decisions.map(decisionOut),
    alerts: alerts.map((alert) => alertOut(alert, mediaUrl)), deleted: [...deleted],
  };
}

export function whyNotOut({ question, checks, failed, says, alert }: WhyNot, mediaUrl?: string): WhyNotOut {
  const { rule, camera, from, to, event } = question;
  return {
    rule, camera, event_id: event ?? null, from: isoOf(from), from_ms: from, to: isoOf(to), to_ms: to,
    says: words(says), failed, checks: checks.map((check) => checkOut(check, mediaUrl)), alert: alert && alertOut(alert, mediaUrl),
  };
}

/** Of what a check goes by, the most that is told. */
const MOST = 50;

function checkOut({ name, state, says, until, gaps, looks, event, decision, alert }: Check, mediaUrl: string | undefined): CheckOut {
  return {
    name, state, says: words(says), until: isoOrNull(until), until_ms: until ?? null,
    gaps: (gaps ?? []).slice(0, MOST).map(unwatchedOut), looks: (looks ?? []).slice(0, MOST).map(lookOut),
    event: event ? eventOut(event) : null, decision: decision ? decisionOut(decision) : null, alert: alert ? alertOut(alert, mediaUrl) : null,
  };
}
