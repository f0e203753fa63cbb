import { Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { matchRules } from '../../src/rules/match.ts';
import type { MatchOptions } from '../../src/rules/match.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Event, Verdict } from '../../src/values.ts';

function rule(id: string, alert: string, more: Partial<Rule> = {}): Rule {
  return { id, alert, cameras: [], cooldown: 0, severity: 'info', threshold: 0.5, enabled: true, ...more };
}

function event(id: string, text: string, more: Partial<Event> = {}): Event {
  return {
    id, camera: 'hall', text, start: 1000, end: 2000, startUncertainty: 100, endUncertainty: 100, timeSource: 'rtcp', phase: 'new',
    windowId: 'w', model: 'demo', confidence: 0.9, sightings: 1, detectedAt: 3000, latency: { capture: 0, queue: 0, infer: 0 }, ...more,
  };
}

/** Scores by what the sentence ends with, and counts how often it is asked. */
function scores(asked: string[] = []): (event: string, rule: string) => Promise<number> {
  return (text, sentence) => {
    asked.push(`${text} / ${sentence}`);
    return Promise.resolve(text.includes(sentence.replace(/^alert when someone /, '')) ? 0.97 : 0.03);
  };
}

const PHONE = rule('phone', 'alert when someone picks up the phone');
const FALL = rule('fall', 'alert when someone falls', { severity: 'critical' });

let clock = 0;
beforeEach(() => {
  clock = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watch(opts: Partial<MatchOptions> & { rules(): readonly Rule[] }): { say(e: Event, at?: number): Promise<void>; said: Verdict[]; complete(): Promise<boolean> } {
  const source = new Subject<Event>();
  const said: Verdict[] = [];
  let over = false;
  source.pipe(matchRules({ score: scores(), now: () => clock, newId: () => `v${said.length}`, ...opts })).subscribe({ next: (v) => said.push(v), complete: () => (over = true) });
  return {
    said,
    async say(e, at) {
      clock = at ?? clock;
      source.next(e);
      await vi.advanceTimersByTimeAsync(0);
    },
    async complete() {
      source.complete();
      await vi.advanceTimersByTimeAsync(0);
      return over;
    },
  };
}

const ids = (said: readonly Verdict[]): string[] => said.filter((v) => v.phase === 'new').map((v) => `${v.ruleId} ${v.eventId}`);
const phases = (said: readonly Verdict[]): string[] => said.map((v) => `${v.phase} ${v.id}`);

describe('a rule', () => {
  it('speaks of an event that satisfies it, and of no other', async () => {
    const w = watch({ rules: () => [PHONE, FALL] });
    await w.say(event('e1', 'a person in red picks up the phone'));
    await w.say(event('e2', 'a person in blue falls down'));
    await w.say(event('e3', 'the light goes off'));
    expect(ids(w.said)).toEqual(['phone e1', 'fall e2']);
    expect(w.said[0]).toMatchObject({ ruleText: PHONE.alert, severity: 'info', score: 0.97, threshold: 0.5, clause: 'someone picks up the phone' });
  });

  it('speaks once of an event through all its phases', async () => {
    const w = watch({ rules: () => [PHONE] });
    for (const phase of ['new', 'update', 'update', 'end'] as const) await w.say(event('e1', 'a person in red picks up the phone', { phase }));
    expect(phases(w.said)).toEqual(['new v0', 'end v0']);
  });

  it('speaks when a corrected text satisfies it, and once even when it is corrected back and forth', async () => {
    const w = watch({ rules: () => [rule('red', 'alert when someone in red falls')], score: (t) => Promise.resolve(t.includes('red') ? 1 : 0) });
    await w.say(event('e1', 'a person in blue falls'));
    await w.say(event('e1', 'a person in red falls', { phase: 'update', end: 2500 }));
    await w.say(event('e1', 'a person in blue falls', { phase: 'update' }));
    await w.say(event('e1', 'a person in red falls', { phase: 'end' }));
    expect(ids(w.said)).toEqual(['red e1']);
    expect(w.said[0]).toMatchObject({ phase: 'new', text: 'a person in red falls', end: 2500 });
    expect(phases(w.said)).toEqual(['new v0', 'retracted v0', 'update v0', 'end v0']);
  });

  it('is silent when disabled and about other cameras', async () => {
    const w = watch({ rules: () => [rule('off', PHONE.alert, { enabled: false }), rule('yard', PHONE.alert, { cameras: ['yard'] }), rule('hall', PHONE.alert, { cameras: ['hall'] })] });
    await w.say(event('e1', 'a person in red picks up the phone'));
    expect(ids(w.said)).toEqual(['hall e1']);
  });

  it('is taken as it is when the event comes', async () => {
    let rules: readonly Rule[] = [];
    const w = watch({ rules: () => rules });
    await w.say(event('e1', 'a person in red picks up the phone'));
    rules = [PHONE];
    await w.say(event('e2', 'a person in red picks up the phone'));
    expect(ids(w.said)).toEqual(['phone e2']);
  });
});

describe('the cooldown', () => {
  const cool = { ...PHONE, cooldown: 10 };
  const text = 'a person in red picks up the phone';

  it('counts from the last verdict, per camera', async () => {
    const w = watch({ rules: () => [cool] });
    await w.say(event('e1', text), 0);
    await w.say(event('e2', text), 9_000);
    await w.say(event('e3', text, { camera: 'yard' }), 9_500);
    await w.say(event('e4', text), 10_000);
    expect(ids(w.said)).toEqual(['phone e1', 'phone e3', 'phone e4']);
  });

  it('does not count from what was rejected or silenced', async () => {
    const w = watch({ rules: () => [cool] });
    await w.say(event('e1', 'a person in red falls'), 0);
    await w.say(event('e2', text), 1_000);
    await w.say(event('e3', text), 9_000);
    await w.say(event('e4', text), 11_500);
    expect(ids(w.said)).toEqual(['phone e2', 'phone e4']);
  });

  it('does not let an event speak late that it silenced', async () => {
    const w = watch({ rules: () => [cool] });
    await w.say(event('e1', text), 0);
    await w.say(event('e2', text), 5_000);
    await w.say(event('e2', `${text} again`, { phase: 'update' }), 20_000);
    expect(ids(w.said)).toEqual(['phone e1']);
  });

  it('is not prolonged by a clock that is set back', async () => {
    const w = watch({ rules: () => [cool] });
    await w.say(event('e1', text), 1_000_000);
    await w.say(event('e2', text), 5_000);
    expect(ids(w.said)).toEqual(['phone e1', 'phone e2']);
  });
});

describe('while a score is under way', () => {
  function slow(): { score(e: string, r: string): Promise<number>; answer(value: number): Promise<void> } {
    const open: ((value: number) => void)[] = [];
    return {
      score: () => new Promise<number>((resolve) => open.push(resolve)),
      async answer(value) {
        open.shift()?.(value);
        await vi.advanceTimersByTimeAsync(0);
      },
    };
  }

  it('an event that is taken back is not spoken of', async () => {
    const s = slow();
    const w = watch({ rules: () => [PHONE], score: s.score });
    await w.say(event('e1', 'a person in red picks up the phone'));
    await w.say(event('e1', 'a person in red picks up the phone', { phase: 'retracted' }));
    await s.answer(1);
    expect(w.said).toEqual([]);
  });

  it('a text that has been corrected is not judged by its old words', async () => {
    const s = slow();
    const w = watch({ rules: () => [PHONE], score: s.score });
    await w.say(event('e1', 'a person in red picks up the phone'));
    await w.say(event('e1', 'a person in red picks up the bag', { phase: 'update' }));
    await s.answer(1);
    await s.answer(0);
    expect(w.said).toEqual([]);
  });

  it('times that settle go into the verdict', async () => {
    const s = slow();
    const w = watch({ rules: () => [PHONE], score: s.score });
    await w.say(event('e1', 'a person in red picks up the phone'), 100);
    await w.say(event('e1', 'a person in red picks up the phone', { phase: 'update', start: 900 }), 300);
    await s.answer(1);
    expect(w.said[0]).toMatchObject({ matchMs: 200, start: 900, phase: 'new' });
  });

  it('the stream waits for it before it completes', async () => {
    const s = slow();
    const w = watch({ rules: () => [PHONE], score: s.score });
    await w.say(event('e1', 'a person in red picks up the phone'));
    expect(await w.complete()).toBe(false);
    await s.answer(1);
    expect(ids(w.said)).toEqual(['phone e1']);
    expect(await w.complete()).toBe(true);
  });

  it('no more than the given number are asked, and the oldest that wait are dropped beyond the bound', async () => {
    const s = slow();
    let asked = 0;
    let dropped = 0;
    const w = watch({ rules: () => [PHONE], concurrency: 2, score: (e, r) => (asked++, s.score(e, r)), onDropped: () => dropped++ });
    for (let i = 0; i < 1100; i++) await w.say(event(`e${i}`, `thing ${i} happens`));
    expect(asked).toBe(2);
    expect(dropped).toBe(1100 - 2 - 1024);
  });
});

describe('a model that fails', () => {
  it('is asked again until it is back, so that the alert is not lost', async () => {
    let tries = 0;
    const w = watch({ rules: () => [PHONE], score: () => (++tries < 4 ? Promise.reject(new Error('down')) : Promise.resolve(1)) });
    await w.say(event('e1', 'a person in red picks up the phone'));
    expect(w.said).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(tries).toBe(4);
    expect(ids(w.said)).toEqual(['phone e1']);
  });

  it('for good is reported, and other rules go on', async () => {
    const failed: string[] = [];
    const w = watch({
      rules: () => [PHONE, FALL],
      score: (t, r) => (r === FALL.alert ? Promise.reject(new Error('down')) : scores()(t, r)),
      onError: (_, e, r) => failed.push(`${r.id} ${e.id}`),
    });
    await w.say(event('e1', 'a person in red picks up the phone'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(ids(w.said)).toEqual(['phone e1']);
    expect(failed).toEqual(['fall e1']);
  });
});

it('scores the same texts once', async () => {
  const asked: string[] = [];
  const w = watch({ rules: () => [PHONE], score: scores(asked) });
  for (const id of ['e1', 'e2', 'e3']) await w.say(event(id, 'a person in red picks up the phone'));
  expect(asked).toHaveLength(1);
  expect(ids(w.said)).toEqual(['phone e1', 'phone e2', 'phone e3']);
});

it('passes the stream’s error on and completes with it', () => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(({ cold, expectObservable }) => {
    const match = matchRules({ rules: () => [], score: scores(), now: () => 0, newId: () => 'v' });
    const e = event('e1', 'x');
    expectObservable(cold('-e-|', { e }).pipe(match)).toBe('---|');
    expectObservable(cold('-e-#', { e }).pipe(match)).toBe('---#');
  });
});
