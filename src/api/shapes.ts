import { alertPayload, eventPayload } from '../alerts/payload.ts';
import { plain } from '../alerts/text.ts';
import type { LookoutError } from '../errors.ts';
import { withoutCredentials } from '../health/log.ts';
import type { Decision, Feedback, Look } from '../record.ts';
import type { Unwatched } from '../store/unwatched.ts';
import type { Alert, Event } from '../values.ts';
import type { AlertOut, FeedbackOut } from './schemas/alerts.ts';
import type { Unwatched as UnwatchedOut } from './schemas/common.ts';
import type { EventOut } from './schemas/events.ts';
import type { DecisionOut } from './schemas/explain.ts';
import type { LookOut } from './schemas/looks.ts';

// What the rooms hold, as the API tells it.

/** Words of a model or of people, characters. */
const MOST_TEXT = 1000;

export type DeliveredAlert = Alert & { readonly delivered: boolean };

export function isoOf(at: number): string {
  return new Date(at).toISOString();
}

export function isoOrNull(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : isoOf(at);
}

export function words(text: string): string {
  return plain(text, MOST_TEXT);
}

export function eventOut(event: Event): EventOut {
  const { site: _site, revision: _revision, ...payload } = eventPayload(event);
  return payload;
}

/** `mediaUrl` is where the media folder can be reached besides. */
export function alertOut(alert: DeliveredAlert, mediaUrl?: string): AlertOut {
  const { site: _site, ...payload } = alertPayload(alert, alert.publishedAt, mediaUrl);
  const path = `/v1/alerts/${encodeURIComponent(alert.id)}`;
  return {
    ...payload,
    latency_ms: { ...payload.latency_ms, publish: alert.latency.publish },
    delivered: alert.delivered,
    links: { snapshot: alert.snapshot === null ? null : `${path}/snapshot`, clip: alert.clip === null ? null : `${path}/clip` },
  };
}

export function lookOut(look: Look): LookOut {
  const { windowId, camera, reason, from, to, frames, answeredAt, sightings } = look;
  return {
    window_id: windowId, camera, reason, from: isoOf(from), from_ms: from, to: isoOf(to), to_ms: to, frames,
    answered_at: isoOf(answeredAt), answered_at_ms: answeredAt,
    sightings: sightings.map(({ text, start, end, confidence }) => ({ event: words(text), start: isoOf(start), start_ms: start, end: isoOf(end), end_ms: end, confidence })),
  };
}

export function decisionOut(d: Decision): DecisionOut {
  return {
    rule: d.ruleId, camera: d.camera, event_id: d.eventId, at: isoOf(d.at), at_ms: d.at, decided_at: isoOf(d.decidedAt), decided_at_ms: d.decidedAt,
    why: words(d.clause), score: d.score, threshold: d.threshold, outcome: d.outcome, alert_id: d.alertId, detail: words(d.detail),
  };
}

export function feedbackOut({ alertId, right, note, at }: Feedback): FeedbackOut {
  return { alert_id: alertId, right, note: words(note), at: isoOf(at), at_ms: at };
}

export function unwatchedOut({ camera, reason, detail, start, end }: Unwatched): UnwatchedOut {
  return { camera, reason, detail: words(detail), start: isoOf(start), start_ms: start, end: isoOrNull(end), end_ms: end };
}

/** An error as a part of an answer, and not in its place. */
export function problemOut(error: LookoutError | null | undefined): { code: string; message: string } | null {
  return error ? { code: error.code, message: withoutCredentials(error.detail) } : null;
}
