import { describe, expect, test } from 'vitest';
import { alert, event, NOON } from '../store/values.ts';
import { ask, decision, look, openHistory, rule, sighting, watchedDay } from './history.ts';

const MINUTE = 60_000;

describe('a rule that could not alert', () => {
  test('because it is not there', () => {
    const answer = ask(watchedDay(), { context: { rule: undefined } });
    expect(answer).toMatchObject({ failed: 'rule', says: 'There is no rule phone.', alert: null });
    expect(answer.checks.slice(1).map((check) => check.state)).toEqual(new Array(15).fill('open'));
  });

  test('because it is switched off, or was over', () => {
    expect(ask(watchedDay(), { context: { rule: rule({ enabled: false }) } })).toMatchObject({ failed: 'rule', says: 'Rule phone is switched off.' });
    expect(ask(watchedDay(), { context: { rule: rule({ enabled: false, changedAt: NOON + MINUTE }) } }).says).toBe('Rule phone is switched off. Its file was last changed at 14:31:00, after that.');
    expect(ask(watchedDay(), { context: { rule: rule({ until: NOON - MINUTE }) } })).toMatchObject({ failed: 'rule', says: 'Rule phone held until 14:29:00 only.' });
  });

  test('because it is for other cameras, or the camera is none', () => {
    expect(ask(watchedDay(), { context: { rule: rule({ cameras: ['yard'] }) } })).toMatchObject({ failed: 'camera', says: 'Rule phone is not for camera hall, only for yard.' });
    expect(ask(openHistory(), { context: { camera: undefined } })).toMatchObject({ failed: 'camera', says: 'There is no camera hall.' });
  });

  test('because it was out of its schedule, by its hours or by what it decided then', () => {
    const hours = rule({ schedule: 'Mon 22:00-06:00 UTC', inSchedule: () => false });
    expect(ask(watchedDay(), { context: { rule: hours } })).toMatchObject({ failed: 'schedule', says: '14:30:00 is out of the rule\'s schedule (Mon 22:00-06:00 UTC).' });
    const store = watchedDay();
    store.putEvent(event());
    store.putDecision(decision({ outcome: 'out_of_schedule', score: null }));
    expect(ask(store)).toMatchObject({ failed: 'schedule', says: "It was out of the rule's schedule." });
  });

  test('because it was snoozed, now or then', () => {
    expect(ask(watchedDay(), { context: { rule: rule({ snoozedUntil: NOON + 5 * MINUTE }) } })).toMatchObject({ failed: 'snooze', says: 'The rule is snoozed until 14:35:00.' });
    const store = watchedDay();
    store.putEvent(event());
    store.putDecision(decision({ outcome: 'snoozed', score: null, detail: 'until 14:35:00' }));
    expect(ask(store)).toMatchObject({ failed: 'snooze', says: 'The rule was snoozed: until 14:35:00.' });
    const since = rule({ snoozedUntil: NOON + 3 * 3_600_000, changedAt: NOON + 30 * MINUTE });
    expect(ask(watchedDay(), { context: { rule: since } }).checks[3]).toMatchObject({ name: 'snooze', state: 'unknown' });
  });

  test('but a decision that it made then shows that it was in force, whatever it is now', () => {
    const store = watchedDay();
    store.putEvent(event());
    store.putDecision(decision({ outcome: 'below_threshold', score: 0.41 }));
    const context = { rule: rule({ enabled: false, schedule: 'Sun', inSchedule: () => false, snoozedUntil: NOON + MINUTE, cameras: ['yard'] }) };
    expect(ask(store, { context })).toMatchObject({ failed: 'score' });
    expect(ask(store, { context: { rule: undefined } })).toMatchObject({ failed: 'score' });
  });
});

describe('a camera that did not see it', () => {
  test.each([
    ['offline', 'it was offline (No answer)'], ['disabled', 'it was switched off (No answer)'], ['overloaded', 'the machine could not keep up (No answer)'],
    ['dropped', 'pictures were dropped (No answer)'], ['model', 'the model failed (No answer)'],
  ] as const)('was not watched: %s', (reason, why) => {
    const store = watchedDay();
    store.putCoverage({ camera: 'hall', start: NOON - MINUTE, end: NOON + MINUTE, reason, detail: 'No answer.' });
    store.putCoverage({ camera: 'yard', start: NOON - MINUTE, end: NOON + MINUTE, reason: 'offline', detail: '' });
    const answer = ask(store);
    expect(answer).toMatchObject({ failed: 'watched', says: `Camera hall was not watched from 14:29:00 to 14:31:00: ${why}.` });
    expect(answer.checks[4]?.gaps).toMatchObject([{ reason, start: NOON - MINUTE, end: NOON + MINUTE }]);
  });

  test('is still not watched', () => {
    const store = watchedDay();
    store.openGap('hall', 'offline', 'Connecting.', NOON - MINUTE);
    expect(ask(store)).toMatchObject({ failed: 'watched', says: 'Camera hall was not watched since 14:29:00: it was offline (Connecting).' });
  });

  test('because Lookout was not running, or never has been', () => {
    const store = openHistory();
    expect(ask(store)).toMatchObject({ failed: 'watched', says: 'Lookout has never run with this log.' });
    store.markAlive(NOON - 10 * MINUTE);
    expect(ask(store)).toMatchObject({ failed: 'watched', says: 'Lookout was not running: its last sign of life is of 14:20:00.' });
  });

  test('a gap beside the moment is none of it', () => {
    const store = watchedDay();
    store.putCoverage({ camera: 'hall', start: NOON - MINUTE, end: NOON - 1000, reason: 'offline', detail: '' });
    store.putLook(look());
    expect(ask(store).failed).toBe('told');
  });

  test('of a whole stretch, gaps are told only where they are all of it', () => {
    const store = watchedDay();
    store.putCoverage({ camera: 'hall', start: NOON - MINUTE, end: NOON + 5 * MINUTE, reason: 'offline', detail: '' });
    store.putCoverage({ camera: 'hall', start: NOON + 4 * MINUTE, end: NOON + 20 * MINUTE, reason: 'model', detail: '' });
    expect(ask(store, { to: NOON + 10 * MINUTE })).toMatchObject({ failed: 'watched' });
    expect(ask(store, { at: NOON - 2 * MINUTE, to: NOON })).toMatchObject({ failed: 'watched', says: 'Camera hall was not watched for 1 min of it: from 14:29:00 to 14:35:00, it was offline. What was watched shows nothing.' });
    const partly = ask(store, { at: NOON - 15 * MINUTE, to: NOON + 2 * MINUTE });
    expect(partly.checks[4]).toMatchObject({ state: 'passed', says: 'Camera hall was watched, but for 3 min of it.' });
  });

  test('was watched, but the model was not shown that moment', () => {
    const answer = ask(watchedDay());
    expect(answer).toMatchObject({ failed: 'sampled' });
    expect(answer.says).toBe('The camera was watched, but nothing moved enough for a look at that moment. The nearest looks before: 14:20:00 to 14:20:08 (a look at a still scene); after: 14:40:00 to 14:40:08 (a look at a still scene).');
    expect(answer.checks[5]?.looks?.map((one) => one.windowId)).toEqual(['before', 'after']);
  });

  test('looks that are deleted are not held against it', () => {
    const store = openHistory();
    store.markAlive(NOON + MINUTE);
    expect(ask(store)).toMatchObject({ failed: null, says: 'No look at this camera is kept.' });
    store.putLook(look({ from: NOON + MINUTE, to: NOON + 2 * MINUTE }));
    expect(ask(store)).toMatchObject({ failed: null, says: 'The log has nothing of camera hall before 14:31:00: it was not watched yet, or that is deleted by now.' });
    store.putEvent(event({ id: 'e0', start: NOON - 10 * MINUTE, end: NOON - 10 * MINUTE }));
    expect(ask(store)).toMatchObject({ failed: null, says: 'Looks are kept from 14:31:00 on only; earlier ones are deleted.' });
    expect(ask(store).checks.filter((check) => ['complete', 'verified', 'cooldown'].includes(check.name)).map((check) => check.state)).toEqual(['unknown', 'unknown', 'unknown']);
  });
});

describe('a model that did not tell of it', () => {
  test('told of nothing', () => {
    const store = watchedDay();
    store.putLook(look());
    store.putLook(look({ windowId: 'w2', from: NOON - 2000, to: NOON + 6000 }));
    expect(ask(store)).toMatchObject({ failed: 'told', says: 'The model was shown 2 windows and told of nothing.' });
  });

  test('told of something at other times only', () => {
    const store = watchedDay();
    store.putLook(look({ from: NOON - 60_000, sightings: [{ text: 'a person walks in', start: NOON - 55_000, end: NOON - 50_000, confidence: 0.9 }] }));
    expect(ask(store)).toMatchObject({ failed: 'told', says: 'The model was shown 1 window and told of nothing then, only of “a person walks in” at other times.' });
  });

  test('told of something else altogether', () => {
    const store = watchedDay();
    store.putLook(look({ sightings: [sighting('a person walks in', 0.9)] }));
    store.putEvent(event({ text: 'a person walks in' }));
    store.putDecision(decision({ outcome: 'below_threshold', score: 0.012 }));
    expect(ask(store)).toMatchObject({ failed: 'told', says: 'The model was shown that time and told of something else: “a person walks in”, which scored 0.012.' });
    expect(ask(store, { event: 'e1' })).toMatchObject({ failed: 'score' });
    store.putEvent(event({ id: 'e2', text: 'the light goes on' }));
    store.putDecision(decision({ eventId: 'e2', outcome: 'below_threshold', score: 0.001 }));
    expect(ask(store)).toMatchObject({ failed: 'told', says: 'The model was shown that time and told of other things: “a person walks in”, “the light goes on”. The nearest to the rule, “a person walks in”, scored 0.012.' });
  });

  test('told of it, not surely enough', () => {
    const store = watchedDay();
    store.putLook(look({ sightings: [sighting('a person picks up the phone', 0.52), sighting('a person sits down', 0.4)] }));
    const says = 'The model told of “a person picks up the phone”, but was only 52 % sure; below 70 % (events.min_confidence) another window has to confirm it, and none did.';
    expect(ask(store)).toMatchObject({ failed: 'sure', says });
    // what else happened, surely, and has nothing to do with the rule does not hide it
    store.putEvent(event({ text: 'a person walks in' }));
    store.putDecision(decision({ outcome: 'below_threshold', score: 0.01 }));
    expect(ask(store)).toMatchObject({ failed: 'sure', says });
  });

  test('told of it surely, and the event is not kept', () => {
    const store = watchedDay();
    store.putLook(look({ sightings: [sighting('a person picks up the phone', 0.95)] }));
    const answer = ask(store);
    expect(answer.failed).toBe('held');
    expect(answer.checks.find((check) => check.name === 'sure')).toMatchObject({ state: 'unknown' });
  });

  test('took it back', () => {
    const store = watchedDay();
    store.putLook(look());
    store.putEvent(event({ phase: 'retracted' }));
    expect(ask(store)).toMatchObject({ failed: 'kept', says: 'The event “a person in red picks up the phone” was taken back: later windows, or a second look, denied it.' });
  });
});

describe('a rule that did not alert', () => {
  const told = (): ReturnType<typeof watchedDay> => {
    const store = watchedDay();
    store.putLook(look({ sightings: [sighting('a person in red picks up the phone', 0.91)] }));
    store.putEvent(event());
    return store;
  };

  test.each([
    ['score', { outcome: 'below_threshold', score: 0.43 }, '“a person in red picks up the phone” scored 0.43 under “someone picks up phone”: below the threshold of 0.5, by 0.07.'],
    ['held', { outcome: 'dropped', score: null }, 'The model could not keep up, and the rule was not held against “a person in red picks up the phone”.'],
    ['complete', { outcome: 'waiting', detail: '2 of 3' }, 'A part of the rule came true, “someone picks up phone”, and the rest did not: 2 of 3.'],
    ['complete', { outcome: 'averted', detail: 'it was over after 12 s' }, 'A part of the rule came true, and then the rest could not any more: it was over after 12 s.'],
    ['verified', { outcome: 'denied', detail: 'a second look gave 0.12' }, 'A second look at the very frames denied it: a second look gave 0.12.'],
    ['cooldown', { outcome: 'cooldown', detail: 'until 14:35:00' }, 'The rule was in its cooldown: until 14:35:00.'],
    ['kept', { outcome: 'retracted' }, 'What the rule had found was taken back: later windows, or a second look, denied it.'],
  ] as const)('%s: %j', (failed, made, says) => {
    const store = told();
    store.putDecision(decision({ ...made }));
    expect(ask(store)).toMatchObject({ failed, says });
    expect(ask(store, { at: NOON + 8000 })).toMatchObject({ failed });
    expect(ask(store, { event: 'e1' })).toMatchObject({ failed });
  });

  test('was not asked at all', () => {
    const store = told();
    expect(ask(store)).toMatchObject({ failed: 'held' });
    const context = { rule: rule({ changedAt: NOON + MINUTE }) };
    expect(ask(store, { context }).checks[0]).toMatchObject({ state: 'unknown', says: 'Rule phone is in force now. Its file was last changed at 14:31:00, after that. So it may have been missing or another one then.' });
  });

  test('decided, but that is deleted', () => {
    const store = openHistory();
    store.markAlive(NOON + MINUTE);
    store.putEvent(event());
    expect(ask(store)).toMatchObject({ failed: null, says: 'What the rule made of it is not kept any more. None is kept. `lookout rule test phone` says what it would make of it now.' });
    store.putDecision(decision({ eventId: 'later', at: NOON + MINUTE, decidedAt: NOON + MINUTE }));
    expect(ask(store)).toMatchObject({ failed: null, says: expect.stringContaining('They are kept from 14:31:00 on only.') });
  });

  test('what came furthest is told of, and what is nearest in time before it', () => {
    const store = told();
    store.putEvent(event({ id: 'e2', text: 'a person reaches for the phone', start: NOON + 1000, end: NOON + 2000 }));
    store.putDecision(decision({ outcome: 'below_threshold', score: 0.43 }));
    store.putDecision(decision({ eventId: 'e2', at: NOON + 1000, outcome: 'cooldown', score: 0.9, detail: 'until 14:35:00' }));
    expect(ask(store)).toMatchObject({ failed: 'cooldown' });
    store.putAlert(alert({ id: 'a-before', happenedAt: NOON - 8000, eventId: 'e0' }));
    store.putDecision(decision({ eventId: 'e0', at: NOON - 8000, outcome: 'alerted', alertId: 'a-before' }));
    expect(ask(store)).toMatchObject({ failed: 'cooldown', alert: null });
    expect(ask(store, { at: NOON - 8000 })).toMatchObject({ alert: { id: 'a-before' } });
  });

  test('an absence has no event', () => {
    const store = watchedDay();
    store.putLook(look());
    store.putDecision(decision({ eventId: null, score: null, outcome: 'averted', detail: 'it happened again at 14:29:50' }));
    expect(ask(store)).toMatchObject({ failed: 'complete', says: expect.stringContaining('it happened again at 14:29:50') });
  });
});

describe('an alert that was given after all', () => {
  const given = (): ReturnType<typeof watchedDay> => {
    const store = watchedDay();
    store.putLook(look());
    store.putEvent(event());
    store.putAlert(alert());
    store.putDecision(decision({ alertId: 'a1' }));
    return store;
  };

  test('waits for the broker', () => {
    expect(ask(given(), { context: { now: NOON + 63_120 } })).toMatchObject({ failed: 'delivered', says: 'The alert waits for the broker since 14:30:03 (1 min).', alert: { id: 'a1', delivered: false } });
  });

  test('was delivered', () => {
    const store = given();
    store.markPublished('a1', 'new', NOON + 3200);
    const answer = ask(store);
    expect(answer).toMatchObject({ failed: null, alert: { id: 'a1' }, says: 'There was an alert: a1, made at 14:30:03. The broker took it at 14:30:03, 3.2 s after it happened.' });
    expect(answer.checks.every((check) => check.state === 'passed')).toBe(true);
    store.putAlert(alert({ phase: 'end', publishedAt: NOON + 9000 }));
    store.markPublished('a1', 'end', NOON + 9100);
    expect(ask(store)).toMatchObject({ alert: { phase: 'end' }, says: answer.says });
    // also by an alert that lost its decision
    const pruned = openHistory();
    pruned.markAlive(NOON + MINUTE);
    pruned.putAlert(alert());
    pruned.markPublished('a1', 'new', NOON + 3200);
    expect(ask(pruned).alert).toMatchObject({ id: 'a1' });
  });

  test('told of the same event already', () => {
    const store = given();
    store.putDecision(decision({ outcome: 'repeated', alertId: 'a1', decidedAt: NOON + 4000 }));
    store.markPublished('a1', 'new', NOON + 3200);
    expect(ask(store)).toMatchObject({ failed: null, alert: { id: 'a1' } });
  });
});
