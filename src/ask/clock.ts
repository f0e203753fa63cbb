import type { Stretch } from './steps.ts';

/** How times are shown: a zone's clock (IANA) for a camera's, null for those that count from a video's beginning. */
export type Zone = string | null;

/** A moment as people read it: `0:17.2` of a video, `14:05:17` of a camera. */
export function shownMoment(at: number, zone: Zone): string {
  if (zone !== null) return fields(at, zone).clock;
  const tenths = Math.round(at / 100);
  const [hours, minutes, seconds] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, ((tenths % 600) / 10).toFixed(1).padStart(4, '0')];
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** `0:15.0 – 0:20.0`, `2026-11-21 14:00:00 – 14:20:00 (Europe/Berlin)`. */
export function shownStretch({ from, to }: Stretch, zone: Zone): string {
  if (zone === null) return `${shownMoment(from, null)} – ${Number.isFinite(to) ? shownMoment(to, null) : 'end'}`;
  const [first, last] = [fields(from, zone), fields(to, zone)];
  return `${first.day} ${first.clock} – ${last.day === first.day ? '' : `${last.day} `}${last.clock} (${zone})`;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function fields(at: number, zone: string): { readonly day: string; readonly clock: string } {
  const format = FORMATS.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  if (FORMATS.size > 50) FORMATS.clear();
  FORMATS.set(zone, format);
  // Swedish writes 2026-11-21 14:00:00
  const [day = '', clock = ''] = format.format(at).split(' ');
  return { day, clock };
}
