import type { Decision, Look } from '../../src/record.ts';
import type { Alert, Event } from '../../src/values.ts';

/** Sunday 22 November 2026, 14:30:00 UTC. */
export const NOON = Date.UTC(2026, 10, 22, 14, 30);

export function event(over: Partial<Event> = {}): Event {
  return {
    id: 'e1', camera: 'hall', text: 'a person in red picks up the phone', start: NOON, end: NOON + 2000.5,
    startUncertainty: 125, endUncertainty: 130.25, timeSource: 'rtcp', phase: 'new', windowId: 'w1', model: 'demo',
    confidence: 0.91, sightings: 1, detectedAt: NOON + 3100, latency: { capture: 40, queue: 5, infer: 600 }, ...over,
  };
}

export function alert(over: Partial<Alert> = {}): Alert {
  return {
    id: 'a1', phase: 'new', camera: 'hall', ruleId: 'phone', ruleText: 'alert when someone picks up phone', severity: 'warning',
    eventId: 'e1', text: 'a person in red picks up the phone', score: 0.97, threshold: 0.5, clause: 'someone picks up phone',
    start: NOON, end: NOON + 2000.5, startUncertainty: 125, endUncertainty: 130.25, timeSource: 'rtcp', happenedAt: NOON,
    detectedAt: NOON + 3100, evidence: [], verified: null, snapshot: null, clip: null, publishedAt: NOON + 3120,
    latency: { capture: 40, queue: 5, infer: 600, match: 20, publish: 0 }, ...over,
  };
}

export function decision(over: Partial<Decision> = {}): Decision {
  return {
    ruleId: 'phone', camera: 'hall', eventId: 'e1', at: NOON, decidedAt: NOON + 3110, clause: 'someone picks up phone', score: 0.3, threshold: 0.5,
    outcome: 'below_threshold', alertId: null, detail: '', ...over,
  };
}

export function look(over: Partial<Look> = {}): Look {
  return {
    windowId: 'w1', camera: 'hall', reason: 'hop', from: NOON - 2000, to: NOON + 2000, frames: 8, answeredAt: NOON + 3000,
    sightings: [{ text: 'a person in red picks up the phone', start: NOON, end: NOON + 2000, confidence: 0.4 }], ...over,
  };
}
