import { effect, untracked } from '@preact/signals';
import type { AlertOut } from '../../api/schemas/alerts.ts';
import type { EventOut } from '../../api/schemas/events.ts';
import type { LookOut } from '../../api/schemas/looks.ts';
import { connections, heard } from '../store/feed.ts';
import { withGap } from './gaps.ts';
import { alerts, coverage, events, looks, readAgain, viewed } from './past.ts';

/** Looks are told for every camera about once a second: what comes is taken in together. */
const TOGETHER = 120;

/** Takes what the feed tells into what is held, while the timeline is shown. @returns what ends it */
export function followFeed(): () => void {
  const held = { event: [] as EventOut[], alert: [] as AlertOut[], look: [] as LookOut[] };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    events.take(held.event.splice(0), viewed());
    alerts.take(held.alert.splice(0), viewed());
    looks.take(held.look.splice(0), viewed());
  };
  const soon = (): void => {
    timer ??= setTimeout(flush, TOGETHER);
  };
  const opened = connections.peek();
  // what was told while nobody listened
  readAgain();
  const ends = [
    heard('event', (one) => (held.event.push(one), soon())),
    heard('alert', (one) => (held.alert.push(one), soon())),
    heard('look', (one) => (held.look.push(one), soon())),
    heard('coverage', (one) => (coverage.value = { ...coverage.value, items: withGap(coverage.value.items, one) })),
    heard('dropped', readAgain),
    effect(() => {
      if (connections.value > opened) untracked(readAgain);
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}
