import type { Stretch } from './steps.ts';

/** A moment as people read it: `0:17.2` of a video, `14:05:17` of a camera in this machine's time zone. */
export function shownMoment(at: number, wallClock: boolean): string {
  if (wallClock) return localClock(new Date(at));
  const tenths = Math.round(at / 100);
  const [hours, minutes, seconds] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, ((tenths % 600) / 10).toFixed(1).padStart(4, '0')];
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** `0:15.0 – 0:20.0`, `2026-11-21 14:00:00 – 14:20:00 (Europe/Berlin)`. */
export function shownStretch({ from, to }: Stretch, wallClock: boolean): string {
  if (!wallClock) return `${shownMoment(from, false)} – ${Number.isFinite(to) ? shownMoment(to, false) : 'end'}`;
  const [first, last] = [new Date(from), new Date(to)];
  const day = localDay(last) === localDay(first) ? '' : `${localDay(last)} `;
  return `${localDay(first)} ${localClock(first)} – ${day}${localClock(last)} (${zoneName()})`;
}

export function localDay(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function zoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function localClock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
