import { expect, it } from 'vitest';
import { toAlert } from '../../src/alerts/alert.ts';
import { alertPayload, alertPayloadSchema, eventPayload, eventPayloadSchema } from '../../src/alerts/payload.ts';
import { topics } from '../../src/alerts/topics.ts';
import type { Verdict } from '../../src/values.ts';
import { alert, event, NOON } from '../store/values.ts';

const { publishedAt: _, snapshot: __, clip: ___, ...told } = alert();
const verdict: Verdict = { ...told, latency: event().latency, matchMs: 20 };

it('makes an alert of a verdict, which nobody has been told of yet', () => {
  expect(toAlert(verdict, NOON + 3120)).toEqual(alert());
});

it('publishes every time twice, ISO and ms, and the whole way from the happening in latency_ms.total', () => {
  expect(alertPayload(alert(), NOON + 3500)).toEqual({
    id: 'a1', phase: 'new', site: null, camera: 'hall', rule: 'phone', rule_text: 'alert when someone picks up phone', severity: 'warning',
    event_id: 'e1', event: 'a person in red picks up the phone', score: 0.97, threshold: 0.5, why: 'someone picks up phone',
    start: '2026-11-22T14:30:00.000Z', start_ms: NOON, end: '2026-11-22T14:30:02.000Z', end_ms: NOON + 2000.5,
    start_uncertainty_ms: 125, end_uncertainty_ms: 130.25, time_source: 'rtcp',
    happened_at: '2026-11-22T14:30:00.000Z', happened_at_ms: NOON, detected_at: '2026-11-22T14:30:03.100Z', detected_at_ms: NOON + 3100,
    published_at: '2026-11-22T14:30:03.500Z', published_at_ms: NOON + 3500,
    latency_ms: { capture: 40, queue: 5, infer: 600, match: 20, publish: 380, total: 3500 },
    evidence: [], verified: null, snapshot: null, clip: null, snapshot_url: null, clip_url: null,
  });
});

it('publishes what its schema says, whatever the words', () => {
  const payload = alertPayload(alert({ text: '有人说 "yes"\n\u0000' }), NOON);
  expect(alertPayloadSchema.parse(JSON.parse(JSON.stringify(payload)))).toEqual(payload);
});

it('describes events in the same words', () => {
  const payload = eventPayload(event());
  expect(eventPayloadSchema.parse(payload)).toEqual(payload);
  expect(payload).toMatchObject({ id: 'e1', event: 'a person in red picks up the phone', start_ms: NOON, sightings: 1 });
});

it.each(['', 'Hall', 'a/b', '+', '#', 'hall ', '走廊', 'a'.repeat(65)])('takes "%s" for no part of a topic', (camera) => {
  expect(() => topics('lookout').alert(camera)).toThrow(/^USAGE: /);
});

it('puts topics under a prefix of one or more parts', () => {
  expect(topics('home/lookout').status('hall_2-b')).toBe('home/lookout/hall_2-b/status');
  for (const prefix of ['', '/', 'a//b', 'a/', '$SYS', 'a/+', 'A']) expect(() => topics(prefix)).toThrow(/^CONFIG_INVALID: mqtt\.prefix/);
});
