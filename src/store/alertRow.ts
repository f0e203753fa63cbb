import type { Alert, EventPhase, Evidence, Severity, TimeSource } from '../values.ts';
import { checked } from './eventRow.ts';

/** A row of `alerts` without its key. */
export interface AlertRow {
  id: string; phase: string; camera: string; rule_id: string; rule_text: string; severity: string; event_id: string;
  text: string; score: number; threshold: number; clause: string; start_at: number; end_at: number;
  start_uncertainty: number; end_uncertainty: number; time_source: string; happened_at: number; detected_at: number;
  published_at: number; capture_ms: number; queue_ms: number; infer_ms: number; match_ms: number; publish_ms: number;
  evidence: string; verified: number | null; snapshot: string | null; clip: string | null;
}

export const ALERT_COLUMNS = [
  'id', 'phase', 'camera', 'rule_id', 'rule_text', 'severity', 'event_id', 'text', 'score', 'threshold', 'clause', 'start_at',
  'end_at', 'start_uncertainty', 'end_uncertainty', 'time_source', 'happened_at', 'detected_at', 'published_at',
  'capture_ms', 'queue_ms', 'infer_ms', 'match_ms', 'publish_ms', 'evidence', 'verified', 'snapshot', 'clip',
] as const satisfies readonly (keyof AlertRow)[];

/** @throws LookoutError STORE_WRITE where a number is none */
export function toAlertRow(a: Alert): AlertRow {
  const row = {
    id: a.id, phase: a.phase, camera: a.camera, rule_id: a.ruleId, rule_text: a.ruleText, severity: a.severity,
    event_id: a.eventId ?? '', text: a.text, score: a.score, threshold: a.threshold, clause: a.clause, start_at: a.start, end_at: a.end,
    start_uncertainty: a.startUncertainty, end_uncertainty: a.endUncertainty, time_source: a.timeSource,
    happened_at: a.happenedAt, detected_at: a.detectedAt, published_at: a.publishedAt,
    capture_ms: a.latency.capture, queue_ms: a.latency.queue, infer_ms: a.latency.infer,
    match_ms: a.latency.match, publish_ms: a.latency.publish,
    evidence: JSON.stringify(a.evidence), verified: a.verified, snapshot: a.snapshot, clip: a.clip,
  };
  return checked(row, 'an alert');
}

export function fromAlertRow(row: AlertRow): Alert {
  return {
    id: row.id, phase: row.phase as EventPhase, camera: row.camera, ruleId: row.rule_id, ruleText: row.rule_text,
    severity: row.severity as Severity, eventId: row.event_id === '' ? null : row.event_id, text: row.text, score: row.score,
    threshold: row.threshold, clause: row.clause, start: row.start_at, end: row.end_at, startUncertainty: row.start_uncertainty,
    endUncertainty: row.end_uncertainty, timeSource: row.time_source as TimeSource, happenedAt: row.happened_at,
    detectedAt: row.detected_at, publishedAt: row.published_at, evidence: JSON.parse(row.evidence) as readonly Evidence[],
    verified: row.verified, snapshot: row.snapshot, clip: row.clip,
    latency: {
      capture: row.capture_ms, queue: row.queue_ms, infer: row.infer_ms, match: row.match_ms, publish: row.publish_ms,
    },
  };
}
