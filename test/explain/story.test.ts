import { expect, test } from 'vitest';
import { storyOf } from '../../src/explain/story.ts';
import { storyLines } from '../../src/cli/storyText.ts';
import type { Evidence } from '../../src/values.ts';
import { alert, event, NOON } from '../store/values.ts';
import { decision, look, openHistory, sighting } from './history.ts';

const evidence: Evidence[] = [
  { eventId: 'event-one', text: 'a bag is left behind', start: NOON - 20_000, end: NOON - 18_000, score: 0.81, clause: 'someone leaves a bag' },
  { eventId: 'event-two', text: 'a person walks out', start: NOON, end: NOON + 2000.5, score: 0.97, clause: 'they walk out' },
];

test('an alert’s story has its phases, evidence, looks, decisions, judgement and files', () => {
  const store = openHistory();
  store.putEvent(event({ id: 'event-one', text: 'a bag is left behind', start: NOON - 20_000, end: NOON - 18_000 }));
  store.putEvent(event({ id: 'event-two', text: 'a person walks out' }));
  store.putLook(look({ windowId: 'w1', from: NOON - 22_000, to: NOON - 16_000, sightings: [{ text: 'a bag is left behind', start: NOON - 20_000, end: NOON - 18_000, confidence: 0.83 }] }));
  store.putLook(look({ windowId: 'w2', sightings: [sighting('a person walks out', 0.91)] }));
  store.putLook(look({ windowId: 'elsewhere', camera: 'yard' }));
  store.putDecision(decision({ ruleId: 'bag', eventId: 'event-one', at: NOON - 20_000, decidedAt: NOON - 17_000, outcome: 'waiting', detail: 'until 14:30:10' }));
  store.putDecision(decision({ ruleId: 'bag', eventId: 'event-two', decidedAt: NOON + 3100, alertId: 'alert-one' }));
  store.putDecision(decision({ ruleId: 'bag', eventId: 'event-three' }));
  const given = alert({ id: 'alert-one', ruleId: 'bag', eventId: 'event-two', evidence, verified: 0.88 });
  store.putAlert(given);
  store.putAlert({ ...given, phase: 'end', end: NOON + 9000, publishedAt: NOON + 9500 });
  store.setMedia('alert-one', { snapshot: 'hall/alert-one.jpg', clip: 'hall/alert-one.mp4' });
  store.markPublished('alert-one', 'new', NOON + 3200);
  store.putFeedback({ alertId: 'alert-one', right: false, note: 'it was the cleaner', at: NOON + 60_000 });

  const story = storyOf(store, 'alert-o');
  if (story.kind !== 'alert') throw new Error('it is an alert');
  expect(story.alert).toMatchObject({ id: 'alert-one', phase: 'end', delivered: false });
  expect(story.phases.map((one) => [one.phase, one.delivered])).toEqual([['new', true], ['end', false]]);
  expect(story.evidence.map((one) => one.event?.id)).toEqual(['event-one', 'event-two']);
  expect(story.looks.map((one) => one.windowId)).toEqual(['w1', 'w2']);
  expect(story.decisions.map((one) => [one.eventId, one.outcome])).toEqual([['event-one', 'waiting'], ['event-two', 'alerted']]);
  expect(story).toMatchObject({ feedback: [{ right: false, note: 'it was the cleaner' }], deleted: [] });
  const text = storyLines(story, '/media').join('\n');
  for (const part of ['“a bag is left behind” (83 %)', 'A second look at the frames scored 0.88.', 'waits for the rest', 'Snapshot /media/hall/alert-one.jpg', 'Clip /media/hall/alert-one.mp4', 'Phase new: the broker took it', 'Phase end: made', 'Judged wrong', 'infer 0.6 s']) expect(text).toContain(part);
});

test('what is deleted is said to be', () => {
  const store = openHistory();
  store.putAlert(alert({ id: 'alert-one', evidence }));
  const story = storyOf(store, 'alert-one');
  expect(story.deleted).toEqual(['events', 'looks', 'decisions']);
  const text = storyLines(story, '/media').join('\n');
  expect(text).toContain('some are deleted by now');
  expect(text).toContain('What the rules decided is not kept any more.');
  expect(text).toContain('No picture and no clip.');
});

test('an event’s story has what every rule made of it, and the alerts that rest on it', () => {
  const store = openHistory();
  store.putEvent(event({ id: 'event-one' }));
  store.putLook(look({ sightings: [sighting('a person in red picks up the phone', 0.91)] }));
  store.putDecision(decision({ eventId: 'event-one', alertId: 'alert-one' }));
  store.putDecision(decision({ ruleId: 'fall', eventId: 'event-one', outcome: 'below_threshold', score: 0.02, clause: 'a person falls' }));
  store.putAlert(alert({ id: 'alert-one', eventId: 'event-one' }));
  const story = storyOf(store, 'event-one');
  expect(story).toMatchObject({ kind: 'event', event: { id: 'event-one' }, looks: [{ windowId: 'w1' }], alerts: [{ id: 'alert-one' }], deleted: [] });
  const text = storyLines(story, '/media').join('\n');
  expect(text).toContain('Rule fall at');
  expect(text).toContain('below the threshold, score 0.02 of 0.5 under “a person falls”');
});

test('an absence rests on nothing; what nobody knows is told as such', () => {
  const store = openHistory();
  store.putAlert(alert({ id: 'alert-one', eventId: null }));
  expect(storyLines(storyOf(store, 'alert-one'), '/media').join('\n')).toMatch(/^“a person in red picks up the phone” had not happened by 2026-11-22/m);
  expect(() => storyOf(store, 'nothing-like-it')).toThrow(/^LOG_UNKNOWN_ID: the log has no alert and no event "nothing-like-it"/);
});
