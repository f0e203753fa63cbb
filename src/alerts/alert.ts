import type { Alert, Verdict } from '../values.ts';

/**
 * The message to people that a verdict gives rise to. `at` is now (ms): until the broker takes the alert, it stands as
 * `publishedAt`, and the time from then on is counted as `latency.publish`.
 */
export function toAlert(v: Verdict, at: number, newId: () => string): Alert {
  const { event } = v;
  return {
    id: newId(),
    phase: 'new',
    camera: event.camera,
    ruleId: v.ruleId,
    ruleText: v.ruleText,
    severity: v.severity,
    eventId: event.id,
    text: event.text,
    score: v.score,
    threshold: v.threshold,
    clause: v.clause,
    start: event.start,
    end: event.end,
    startUncertainty: event.startUncertainty,
    endUncertainty: event.endUncertainty,
    timeSource: event.timeSource,
    happenedAt: event.start,
    detectedAt: event.detectedAt,
    publishedAt: at,
    latency: { ...event.latency, match: v.matchMs, publish: 0 },
  };
}
