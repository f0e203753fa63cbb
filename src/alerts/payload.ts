import { z } from 'zod';
import type { Alert, Event } from '../values.ts';

/** Times are given twice: ISO 8601 in UTC for people, milliseconds since the epoch for programs. */
const iso = z.iso.datetime();
const ms = z.number();
const phase = z.enum(['new', 'update', 'end', 'retracted']);

const interval = {
  start: iso,
  start_ms: ms,
  end: iso,
  end_ms: ms,
  /** half-widths: the true time lies within ± this */
  start_uncertainty_ms: ms,
  end_uncertainty_ms: ms,
  time_source: z.enum(['rtcp', 'arrival', 'file']),
};

/** What `<prefix>/<camera>/alert` carries. The same `id` and `phase` twice is the same message delivered twice. */
export const alertPayloadSchema = z.object({
  id: z.string(),
  phase,
  camera: z.string(),
  rule: z.string(),
  rule_text: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  event_id: z.string().nullable(),
  event: z.string(),
  score: z.number(),
  threshold: z.number(),
  /** the part of the rule that matched */
  why: z.string(),
  ...interval,
  happened_at: iso,
  happened_at_ms: ms,
  detected_at: iso,
  detected_at_ms: ms,
  published_at: iso,
  published_at_ms: ms,
  /** `total` is from happened_at to published_at; the parts follow the last frame of the window that showed the event */
  latency_ms: z.object({ capture: ms, queue: ms, infer: ms, match: ms, publish: ms, total: ms }),
});

/** What `<prefix>/<camera>/event` carries. */
export const eventPayloadSchema = z.object({
  id: z.string(),
  phase,
  camera: z.string(),
  event: z.string(),
  ...interval,
  confidence: z.number(),
  sightings: z.number(),
  model: z.string(),
  detected_at: iso,
  detected_at_ms: ms,
});

export type AlertPayload = z.infer<typeof alertPayloadSchema>;
export type EventPayload = z.infer<typeof eventPayloadSchema>;

/** The alert as it is published at `publishedAt` (ms). */
export function alertPayload(a: Alert, publishedAt: number): AlertPayload {
  return {
    id: a.id,
    phase: a.phase,
    camera: a.camera,
    rule: a.ruleId,
    rule_text: a.ruleText,
    severity: a.severity,
    event_id: a.eventId,
    event: a.text,
    score: a.score,
    threshold: a.threshold,
    why: a.clause,
    ...intervalOf(a),
    happened_at: isoOf(a.happenedAt),
    happened_at_ms: a.happenedAt,
    detected_at: isoOf(a.detectedAt),
    detected_at_ms: a.detectedAt,
    published_at: isoOf(publishedAt),
    published_at_ms: publishedAt,
    latency_ms: { ...a.latency, publish: Math.max(0, publishedAt - a.publishedAt), total: publishedAt - a.happenedAt },
  };
}

export function eventPayload(e: Event): EventPayload {
  return {
    id: e.id,
    phase: e.phase,
    camera: e.camera,
    event: e.text,
    ...intervalOf(e),
    confidence: e.confidence,
    sightings: e.sightings,
    model: e.model,
    detected_at: isoOf(e.detectedAt),
    detected_at_ms: e.detectedAt,
  };
}

type Interval = Pick<Event, 'start' | 'end' | 'startUncertainty' | 'endUncertainty' | 'timeSource'>;

function intervalOf(i: Interval): Pick<EventPayload, keyof typeof interval> {
  return {
    start: isoOf(i.start),
    start_ms: i.start,
    end: isoOf(i.end),
    end_ms: i.end,
    start_uncertainty_ms: i.startUncertainty,
    end_uncertainty_ms: i.endUncertainty,
    time_source: i.timeSource,
  };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
