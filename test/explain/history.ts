import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RuleNow, WhyNotContext } from '../../src/explain/gather.ts';
import { whyNot } from '../../src/explain/whyNot.ts';
import type { WhyNot } from '../../src/explain/whyNot.ts';
import { createLogger } from '../../src/health/log.ts';
import type { Decision, Look } from '../../src/record.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { NOON } from '../store/values.ts';

/** A log in a file of its own, which the test's end removes. */
export function openHistory(): Store {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-explain-'));
  const store = openStore({ path: join(folder, 'lookout.db'), retentionDays: 0 }, createLogger({ level: 'silent' }));
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return store;
}

/** A day on which the daemon ran and a camera `hall` was looked at, an hour before and after NOON at the least. */
export function watchedDay(): Store {
  const store = openHistory();
  store.markAlive(NOON + 3_600_000);
  store.putLook(look({ windowId: 'before', from: NOON - 600_000, to: NOON - 592_000, reason: 'heartbeat' }));
  store.putLook(look({ windowId: 'after', from: NOON + 600_000, to: NOON + 608_000, reason: 'heartbeat' }));
  store.putDecision(decision({ ruleId: 'other', at: NOON - 3_600_000, decidedAt: NOON - 3_600_000, eventId: 'long-ago' }));
  return store;
}

export function look(over: Partial<Look> = {}): Look {
  return { windowId: 'w1', camera: 'hall', reason: 'hop', from: NOON - 4000, to: NOON + 4000, frames: 16, answeredAt: NOON + 5000, sightings: [], ...over };
}

export function sighting(text: string, confidence: number): Look['sightings'][number] {
  return { text, start: NOON, end: NOON + 1500, confidence };
}

export function decision(over: Partial<Decision> = {}): Decision {
  return {
    ruleId: 'phone', camera: 'hall', eventId: 'e1', at: NOON, decidedAt: NOON + 3100, clause: 'someone picks up phone', score: 0.97, threshold: 0.5,
    outcome: 'alerted', alertId: null, detail: '', ...over,
  };
}

export function rule(over: Partial<RuleNow> = {}): RuleNow {
  return { id: 'phone', enabled: true, cameras: [], threshold: 0.5, snoozedUntil: null, until: null, schedule: null, inSchedule: () => true, changedAt: null, ...over };
}

export interface Asked {
  readonly at?: number;
  readonly to?: number;
  readonly event?: string;
  readonly context?: Partial<WhyNotContext>;
}

/** Why was there no alert of rule `phone` at camera `hall` at NOON? */
export function ask(store: Store, { at = NOON, to = at, event, context }: Asked = {}): WhyNot {
  const question = { rule: 'phone', camera: 'hall', from: at, to, slack: 10_000, ...(event === undefined ? {} : { event }) };
  const time = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
  return whyNot(store, question, { rule: rule(), camera: { enabled: true }, minConfidence: 0.7, now: NOON + 3_600_000, time, ...context });
}
