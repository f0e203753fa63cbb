import { describe, expect, it } from 'vitest';
import { pair } from '../../src/demo/pairing.ts';
import { type Evidence, type Happening, type LoggedEvent, percentile, type ReceivedAlert, score } from '../../src/demo/scoreboard.ts';

const PHONE = 'a person in red picks up the phone';

const happening = (text: string, start: number, rules: string[] = [], end = start + 1000): Happening => ({ text, start, end, rules });
const entry = (id: string, text: string, start: number, end = start + 1000): LoggedEvent => ({ id, text, start, end });
const alert = (rule: string, eventId: string, at: number, id = `${rule}-${eventId}-${at}`): ReceivedAlert => ({ id, rule, eventId, at });

function evidence(given: Partial<Evidence>): Evidence {
  return { story: [], from: 0, until: 90_000, logged: [], alerts: [], rules: new Set(['phone', 'light', 'fall', 'red']), windows: 0, visualTokens: 0, ...given };
}

describe('pairing', () => {
  it('wants the same words and starts within 1.5 s', () => {
    const truths = [happening(PHONE, 10_000)];
    expect(pair(truths, [entry('a', PHONE, 11_500)])).toEqual([0]);
    expect(pair(truths, [entry('a', 'a person in blue picks up the phone', 10_000)])).toEqual([-1]);
    expect(pair(truths, [entry('a', PHONE, 11_501)])).toEqual([-1]);
    expect(pair(truths, [entry('a', 'A person in red  picks up the phone.', 10_000)])).toEqual([0]);
  });

  it('takes overlapping times whatever the distance of the starts', () => {
    expect(pair([happening(PHONE, 10_000, [], 14_000)], [entry('a', PHONE, 13_000)])).toEqual([0]);
  });

  it('pairs one to one, as many as can be, then the closest', () => {
    const truths = [happening(PHONE, 10_000), happening(PHONE, 12_000)];
    expect(pair(truths, [entry('a', PHONE, 11_000)])).toEqual([0, -1]);
    expect(pair(truths, [entry('a', PHONE, 11_900)])).toEqual([-1, 0]);
    // greedy by distance would pair the second with 11.3 s and leave the first alone
    expect(pair(truths, [entry('b', PHONE, 13_400), entry('a', PHONE, 11_300)])).toEqual([1, 0]);
    const three = [entry('a', PHONE, 10_100), entry('b', PHONE, 10_900), entry('c', PHONE, 12_100)];
    expect(pair(truths, three)).toEqual([0, 2]);
  });
});

describe('the scoreboard', () => {
  it('is all zero and null where nothing happened', () => {
    expect(score(evidence({}))).toEqual({
      happened: 0, logged: 0, matched: 0, spurious: 0, alerts_expected: 0, alerts_sent: 0, alerts_duplicate: 0,
      onset_error_p50_s: null, onset_error_p95_s: null, onset_to_alert_p95_s: null, windows: 0, visual_tokens: 0,
    });
  });

  it('counts what was found, missed and made up', () => {
    const board = score(evidence({
      story: [happening(PHONE, 10_000, ['phone']), happening('the light goes off', 20_000), happening('a person in red falls down', 30_000, ['fall'])],
      logged: [entry('a', PHONE, 10_200), entry('b', 'the light goes off', 19_900), entry('c', 'a person in blue falls down', 30_000)],
      alerts: [alert('phone', 'a', 12_500), alert('fall', 'c', 33_000)],
      windows: 40,
      visualTokens: 9000,
    }));
    expect(board).toEqual({
      happened: 3, logged: 3, matched: 2, spurious: 1, alerts_expected: 2, alerts_sent: 2, alerts_duplicate: 0,
      onset_error_p50_s: 0.1, onset_error_p95_s: 0.2, onset_to_alert_p95_s: 2.5, windows: 40, visual_tokens: 9000,
    });
  });

  it('measures the delay of right alerts only, from the true start', () => {
    const story = [happening(PHONE, 10_000, ['phone'])];
    const logged = [entry('a', PHONE, 11_000)];
    expect(score(evidence({ story, logged, alerts: [alert('light', 'a', 10_500), alert('phone', 'a', 13_000)] })).onset_to_alert_p95_s).toBe(3);
  });

  it('calls a second message of the same rule and event a duplicate', () => {
    const story = [happening(PHONE, 10_000, ['phone', 'red'])];
    const logged = [entry('a', PHONE, 10_000)];
    const board = score(evidence({ story, logged, alerts: [alert('phone', 'a', 12_000), alert('red', 'a', 12_000), alert('phone', 'a', 13_000)] }));
    expect(board).toMatchObject({ alerts_expected: 2, alerts_sent: 3, alerts_duplicate: 1, onset_to_alert_p95_s: 2 });
  });

  it('calls it a duplicate when one happening was logged, and alerted, as two', () => {
    const story = [happening(PHONE, 10_000, ['phone'])];
    const logged = [entry('a', PHONE, 10_000), entry('b', PHONE, 10_600)];
    const board = score(evidence({ story, logged, alerts: [alert('phone', 'b', 12_000), alert('phone', 'a', 13_000)] }));
    expect(board).toMatchObject({ logged: 2, matched: 1, spurious: 1, alerts_sent: 2, alerts_duplicate: 1 });
  });

  it('leaves out what began before Lookout watched or after the end, with its entries and alerts', () => {
    const story = [happening(PHONE, 1000, ['phone']), happening(PHONE, 20_000, ['phone']), happening(PHONE, 91_000, ['phone'])];
    const logged = [entry('a', PHONE, 1500), entry('b', PHONE, 20_000), entry('c', PHONE, 91_000)];
    const alerts = [alert('phone', 'a', 3000), alert('phone', 'b', 22_000), alert('phone', 'c', 93_000)];
    expect(score(evidence({ story, logged, alerts, from: 2000 }))).toMatchObject({
      happened: 1, logged: 1, matched: 1, spurious: 0, alerts_expected: 1, alerts_sent: 1, alerts_duplicate: 0,
    });
  });

  it('leaves out alerts of rules that people added meanwhile', () => {
    const story = [happening(PHONE, 10_000, ['phone'])];
    const logged = [entry('a', PHONE, 10_000)];
    const board = score(evidence({ story, logged, alerts: [alert('mine', 'a', 11_000), alert('phone', 'a', 12_000)] }));
    expect(board).toMatchObject({ alerts_expected: 1, alerts_sent: 1, alerts_duplicate: 0, onset_to_alert_p95_s: 2 });
  });

  it('counts an alert on an event that is not in the log', () => {
    expect(score(evidence({ alerts: [alert('phone', 'gone', 5000)] }))).toMatchObject({ alerts_sent: 1, alerts_duplicate: 0 });
  });
});

it('takes percentiles by nearest rank', () => {
  expect(percentile([], 0.5)).toBeNull();
  expect(percentile([3, 1, 2], 0.5)).toBe(2);
  expect(percentile([4, 1, 2, 3], 0.5)).toBe(2);
  expect(percentile(Array.from({ length: 20 }, (_, i) => i + 1), 0.95)).toBe(19);
  expect(percentile([7], 0.95)).toBe(7);
});
