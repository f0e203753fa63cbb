import type { Store } from '../../../src/store/store.ts';
import type { Event } from '../../../src/values.ts';
import { chance, happening } from '../store/happenings.ts';
import { alert } from '../../store/values.ts';

/** Half an hour a step, so that the log looks like one of some days; ms. */
export interface Past {
  readonly from: number;
  readonly to: number;
}

/** Fills a log with what the last days may have left: events, looks, alerts with their outbox empty, gaps, words of people. */
export function fillPast(store: Store, events: number, days: number, now: number): Past {
  const from = now - days * 86_400_000;
  const step = (now - from) / events;
  const next = chance(7);
  const at = (i: number): number => from + i * step;
  for (let i = 0; i < events; i++) store.putEvent(moved(happening(i, events, next), at(i)));
  for (let i = 0; i < events / 10; i++) {
    const start = at(i * 10);
    store.putLook({ windowId: `w${i}`, camera: camera(i), reason: 'hop', from: start, to: start + 8000, frames: 16, answeredAt: start + 9000, sightings: [{ text: 'a person walks past the door', start, end: start + 900, confidence: 0.7 }] });
  }
  const alerts = Array.from({ length: Math.floor(events / 100) }, (_, i) => alert({ id: `alert-${i}`, eventId: `none-${i}`, camera: camera(i), happenedAt: at(i * 100), start: at(i * 100), end: at(i * 100) + 900, publishedAt: at(i * 100) + 2000 }));
  for (let i = 0; i < alerts.length; i += 500) {
    const some = alerts.slice(i, i + 500);
    store.putAlerts(some);
    store.markAllPublished(some.map(({ id, phase, publishedAt }) => ({ id, phase, at: publishedAt })));
  }
  for (let i = 0; i < 200; i++) store.putFeedback({ alertId: `alert-${i}`, right: i % 3 > 0, note: '', at: now });
  for (let i = 0; i < 500; i++) store.putCoverage({ camera: camera(i), start: at(i * (events / 500)), end: at(i * (events / 500)) + 30_000, reason: 'offline', detail: 'No route.' });
  store.flush();
  store.markAlive(now);
  return { from, to: now };
}

function camera(i: number): string {
  return `${['lobby', 'yard', 'door', 'hall'][i % 4] ?? ''}-1`;
}

function moved(event: Event, start: number): Event {
  return { ...event, start, end: start + Math.min(60_000, event.end - event.start), detectedAt: start + 3000 };
}

/** Puts events of now, so many a second in handfuls, until `stop`; says how many. */
export function keepPutting(store: Store, perSecond: number, stop: AbortSignal): () => number {
  const next = chance(9);
  const began = performance.now();
  let put = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
    for (; put < due; put++) store.putEvent(moved(happening(put, 1e6, next), Date.now()));
    store.markAlive(Date.now());
  }, 10);
  stop.addEventListener('abort', () => clearInterval(timer), { once: true });
  return () => put;
}
