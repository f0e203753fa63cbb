import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { backtest } from '../../src/backtest/backtest.ts';
import type { BacktestOptions, BacktestReport } from '../../src/backtest/backtest.ts';
import { ruleSchema } from '../../src/config/ruleSchema.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Store } from '../../src/store/store.ts';
import { openHistory } from '../explain/history.ts';
import { NOON } from '../store/values.ts';
import { CAMERAS, liveAlerts, scoreOf, story } from './live.ts';
import type { Story } from './live.ts';

function ruleOf(yaml: string): Rule {
  return ruleSchema.parse({ id: 'tried', ...(parse(yaml) as object) });
}

function stored({ events, gaps, from, to }: Story): Store {
  const store = openHistory();
  // cameras are known from the first thing that the log has of them
  for (const camera of CAMERAS) store.putLook({ windowId: `first-${camera}`, camera, reason: 'heartbeat', from, to: from + 1, frames: 2, answeredAt: from, sightings: [] });
  for (const e of events) store.putEvent(e);
  for (const gap of gaps) store.putCoverage(gap);
  store.markAlive(to);
  return store;
}

function tried(store: Store, rule: Rule, over: Partial<BacktestOptions> = {}): Promise<BacktestReport> {
  const score: BacktestOptions['score'] = (questions) => Promise.resolve(questions.map(({ text, ask }) => scoreOf(text, ask)));
  return backtest(store, { rule, since: NOON, until: NOON + 3 * 3_600_000, cameras: CAMERAS, score, ...over });
}

const RULES = [
  'alert: the phone is picked up',
  'alert: the phone is picked up\nthreshold: 0.9',
  'alert: the phone is picked up\ncooldown: 10m',
  'alert: the phone is picked up\ncameras: [yard]',
  'alert: the phone is picked up\nschedule: { hours: ["15:00-15:40", "16:10-16:30"], timezone: UTC }',
  'alert: the phone is picked up\nfor: 30s',
  'alert: the phone is picked up\nabsent: 10m',
  'alert: the phone is picked up\nabsent: 5m\nschedule: { hours: "15:00-16:30", timezone: UTC }',
  'alert: the phone is picked up\ncount: 3 in 10m',
  'alert: a bag is left\nthen: they walk out\nwithin: 5m',
  'alert: a bag is left\nwithout: they walk out\nwithin: 3m',
];

describe('on the same events it alerts as the running rule did', () => {
  test.each(RULES)('%s', async (yaml) => {
    const rule = ruleOf(yaml);
    let alerts = 0;
    for (const seed of [1, 2, 3]) {
      const happened = story(seed);
      const live = liveAlerts(happened, rule).map(({ camera, happenedAt, eventId, evidence }) => ({ camera, happenedAt: Math.round(happenedAt), eventId, evidence: evidence.map((one) => one.eventId) }));
      const report = await tried(stored(happened), rule);
      const back = report.list.filter((one) => !one.takenBack).map(({ camera, happenedAt, eventId, evidence }) => ({ camera, happenedAt: Math.round(happenedAt), eventId, evidence: evidence.map((one) => one.eventId) }));
      const byTime = (a: { happenedAt: number; camera: string }, b: { happenedAt: number; camera: string }): number => a.happenedAt - b.happenedAt || a.camera.localeCompare(b.camera);
      expect(back.sort(byTime)).toEqual(live.sort(byTime));
      expect(report.alerts - report.takenBack).toBe(live.length);
      alerts += live.length;
    }
    expect(alerts).toBeGreaterThan(2);
  });
});

