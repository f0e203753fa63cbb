import { coveragePayload } from '../../src/alerts/historyPayload.ts';
import { alertPayload, eventPayload } from '../../src/alerts/payload.ts';
import { topics } from '../../src/alerts/topics.ts';
import type { Coverage } from '../../src/record.ts';
import type { Alert, Event } from '../../src/values.ts';
import { alert, event, NOON } from '../store/values.ts';

/** A message as a Lookout publishes it. */
export interface Told {
  readonly topic: string;
  readonly message: string;
}

/** @param revision the message's number in the history */
export function eventTold(site: string, over: Partial<Event> = {}, revision: number = NOON): Told {
  const of = event(over);
  return { topic: topics('lookout', { site }).event(of.camera), message: JSON.stringify(eventPayload(of, site, revision)) };
}

export function alertTold(site: string, over: Partial<Alert> = {}, publishedAt: number = NOON + 4000): Told {
  const of = alert(over);
  return { topic: topics('lookout', { site }).alert(of.camera), message: JSON.stringify(alertPayload(of, publishedAt, undefined, site)) };
}

export function coverageTold(site: string, over: Partial<Coverage & { id: string }> = {}, revision: number = NOON): Told {
  const of: Coverage & { id: string } = { id: 'c1', camera: 'hall', reason: 'offline', detail: 'no answer', start: NOON, end: null, ...over };
  const told = coveragePayload(of, of.end === null ? 'opened' : 'closed', revision, NOON, site);
  return { topic: topics('lookout', { site }).coverage(of.camera), message: JSON.stringify(told) };
}
