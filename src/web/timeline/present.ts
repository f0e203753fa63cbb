import { signal } from '@preact/signals';
import { heard } from '../store/feed.ts';

/** By how much Lookout's clock is ahead of the browser's, ms: the log's times are Lookout's. */
let ahead = 0;

/** Lookout's clock, ms; it ticks each second. */
export const presentMoment = signal(Date.now());

/** Less than this is the way of the message, ms. */
const ON_THE_WAY = 2_000;

export function presently(): number {
  return Date.now() + ahead;
}

heard('hello', ({ now_ms: now }) => {
  const off = now - Date.now();
  ahead = Math.abs(off) > ON_THE_WAY ? off : 0;
  presentMoment.value = presently();
});
setInterval(() => (presentMoment.value = presently()), 1000);
