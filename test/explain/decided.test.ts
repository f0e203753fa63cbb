import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ruleSchema } from '../../src/config/ruleSchema.ts';
import { matchRules } from '../../src/rules/match.ts';
import type { Event, Watched } from '../../src/values.ts';
import { toAlert } from '../../src/alerts/alert.ts';
import { event, NOON } from '../store/values.ts';
import { ask, look, watchedDay } from './history.ts';

/** What the rule itself decides about these, written to the log as the daemon does, and then explained. */
function explained(yaml: string, happened: readonly Partial<Event>[], { at = NOON, look: second }: { at?: number; look?: number } = {}): { failed: string | null; says: string } {
  const store = watchedDay();
  const rule = ruleSchema.parse({ id: 'phone', alert: 'someone picks up phone', ...(parse(yaml) as object) });
  let now = NOON;
  let ids = 0;
  const source = new Subject<Event | Watched>();
  source
    .pipe(
      matchRules({
        rules: () => [rule], now: () => now, newId: () => `alert-${++ids}`, score: (text) => (text.includes('phone') ? 0.9 : text.includes('hand') ? 0.4 : 0.02),
        verify: () => second, onDecision: (decision) => store.putDecision(decision),
      }),
    )
    .subscribe((verdict) => store.putAlert(toAlert(verdict, now)));
  for (const [i, over] of happened.entries()) {
    const one = event({ id: `event-${i}`, phase: 'end', ...over });
    now = Math.max(now, one.start + 1500);
    store.putLook(look({ windowId: `w${i}`, from: one.start - 4000, to: one.start + 4000 }));
    store.putEvent({ ...one, detectedAt: now });
    source.next(one);
    source.next({ camera: 'hall', from: NOON - 60_000, to: one.end });
  }
  const { failed, says } = ask(store, { at });
  return { failed, says };
}

const again = [{}, { start: NOON + 20_000, end: NOON + 21_000 }];

test.each([
  ['score', 'threshold: 0.5', [{ text: 'a hand is near' }], {}, 'scored 0.4 under “someone picks up phone”'],
  ['told', 'threshold: 0.5', [{ text: 'a cat sleeps' }], {}, 'told of something else: “a cat sleeps”'],
  ['cooldown', 'cooldown: 60', again, { at: NOON + 20_000 }, 'in its cooldown: until '],
  ['schedule', 'schedule: { hours: "01:00-02:00", timezone: UTC }', [{}], {}, "out of the rule's schedule"],
  ['snooze', 'snoozed_until: 2026-11-22T20:00:00Z', [{}], {}, 'The rule was snoozed: until '],
  ['complete', 'count: 3 in 5m', again, { at: NOON + 20_000 }, '2 of 3'],
  ['complete', 'for: 30s', [{}], {}, 'was over after 2.0 s of 30 s'],
  ['complete', 'then: a person walks out\nwithin: 30s', [{}], {}, 'the rest did not'],
  ['verified', 'verify: true', [{}], { look: 0.12 }, 'a second look gave 0.12'],
  ['delivered', 'threshold: 0.5', [{}], {}, 'waits for the broker'],
] as const)('%s: %s', (failed, yaml, happened, more, says) => {
  const answer = explained(yaml, happened, more);
  expect(answer).toMatchObject({ failed });
  expect(answer.says).toContain(says);
});
