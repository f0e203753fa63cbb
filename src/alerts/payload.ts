import { z } from 'zod';
import type { Alert, Event } from '../values.ts';
import { iso, isoOf, MOST_TEXT, ms, phase, revision, score, site } from './payloadParts.ts';
import { plain } from './text.ts';

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

/** An event that an alert rests on, and how well it satisfied which part of the rule. */
const evidence = z.strictObject({ event_id: z.string(), event: z.string(), start: iso, start_ms: ms, end: iso, end_ms: ms, score, why: z.string() });

/** What `<prefix>/<camera>/alert` carries. The same `id` and `phase` twice is the same message delivered twice. */
export const alertPayloadSchema = z.strictObject({
  id: z.string(),
  phase,
  site,
  camera: z.string(),
  rule: z.string(),
  rule_text: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  /** the event that decided; null where that something did not happen is what the rule asked for */
  event_id: z.string().nullable(),
  event: z.string(),
  score,
  threshold: score,
  /** the part of the rule that matched */
  why: z.string(),
  /** by their starts; the last ones where there are very many */
  evidence: z.array(evidence),
  /** what a second look said, 0..1; null where there was none */
  verified: score.nullable(),
  ...interval,
  happened_at: iso,
  happened_at_ms: ms,
  detected_at: iso,
  detected_at_ms: ms,
  published_at: iso,
  published_at_ms: ms,
  /** `total` is from happened_at to published_at; the parts follow the last frame of the window that showed the event */
  latency_ms: z.strictObject({ capture: ms, queue: ms, infer: ms, match: ms, publish: ms, total: ms }),
  /** files in the media folder, relative to it; null while there is none */
  snapshot: z.string().nullable(),
  clip: z.string().nullable(),
  /** the same under mqtt.media_url; null without one */
  snapshot_url: z.url().nullable(),
  clip_url: z.url().nullable(),
});

/** What `<prefix>/<camera>/event` carries. */
export const eventPayloadSchema = z.strictObject({
  id: z.string(),
  /** with mqtt.history only */
  revision: revision.optional(),
  phase,
  site,
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

const MOST_EVIDENCE = 50;

/** The alert as it is published at `publishedAt` (ms); `mediaUrl` is where the media folder can be reached, if anywhere. */
export function alertPayload(a: Alert, publishedAt: number, mediaUrl?: string, from: string | null = null): AlertPayload {
  return {
    id: a.id,
    phase: a.phase,
    site: from,
    camera: a.camera,
    rule: a.ruleId,
    rule_text: plain(a.ruleText, MOST_TEXT),
    severity: a.severity,
    event_id: a.eventId,
    event: plain(a.text, MOST_TEXT),
    score: a.score,
    threshold: a.threshold,
    why: plain(a.clause, MOST_TEXT),
    evidence: a.evidence.slice(-MOST_EVIDENCE).map(evidenceOf),
    verified: a.verified,
    ...intervalOf(a),
    happened_at: isoOf(a.happenedAt),
    happened_at_ms: a.happenedAt,
    detected_at: isoOf(a.detectedAt),
    detected_at_ms: a.detectedAt,
    published_at: isoOf(publishedAt),
    published_at_ms: publishedAt,
    latency_ms: { ...a.latency, publish: Math.max(0, publishedAt - a.publishedAt), total: publishedAt - a.happenedAt },
    snapshot: a.snapshot,
    clip: a.clip,
    snapshot_url: mediaLink(a.snapshot, mediaUrl),
    clip_url: mediaLink(a.clip, mediaUrl),
  };
}

/** @param numbered the message's number, where it is one of the history */
export function eventPayload(e: Event, from: string | null = null, numbered?: number): EventPayload {
  return {
    id: e.id,
    ...(numbered === undefined ? {} : { revision: numbered }),
    phase: e.phase,
    site: from,
    camera: e.camera,
    event: plain(e.text, MOST_TEXT),
    ...intervalOf(e),
    confidence: e.confidence,
    sightings: e.sightings,
    model: e.model,
    detected_at: isoOf(e.detectedAt),
    detected_at_ms: e.detectedAt,
  };
}

function evidenceOf({ eventId, text, start, end, score: at, clause }: Alert['evidence'][number]): AlertPayload['evidence'][number] {
  return {
    event_id: eventId, event: plain(text, MOST_TEXT), start: isoOf(start), start_ms: start, end: isoOf(end), end_ms: end,
    score: at, why: plain(clause, MOST_TEXT),
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

function mediaLink(file: string | null, base: string | undefined): string | null {
  return file === null || base === undefined ? null : `${base.replace(/\/+$/, '')}/${file.split('/').map(encodeURIComponent).join('/')}`;
}
