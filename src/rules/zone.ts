const DAY = 86_400_000;

/** A day of the calendar; `day` may lie beyond its month. */
export interface CalendarDay {
  readonly year: number;
  /** 0 to 11 */
  readonly month: number;
  readonly day: number;
}

/** Making one takes a millisecond, asking it a microsecond. */
const formats = new Map<string, Intl.DateTimeFormat>();
const MOST_ZONES = 64;

export function isZone(timezone: string): boolean {
  try {
    formatOf(timezone);
    return true;
  } catch {
    return false;
  }
}

let own: { readonly set: string | undefined; readonly zone: string } | undefined;

/** The zone that this machine's clock shows. */
export function ownZone(): string {
  const set = process.env.TZ;
  if (own?.set !== set || own === undefined) own = { set, zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  return own.zone;
}

/** What the zone's clocks show at an instant, as if it were UTC, ms. @throws RangeError for a zone that is none */
export function wallOf(at: number, timezone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timezone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
}

export function dayOf(at: number, timezone: string): CalendarDay {
  const wall = new Date(wallOf(at, timezone));
  return { year: wall.getUTCFullYear(), month: wall.getUTCMonth(), day: wall.getUTCDate() };
}

/** 0 (Sunday) to 6 */
export function weekdayOf({ year, month, day }: CalendarDay): number {
  return new Date(Date.UTC(year, month, day)).getUTCDay();
}

/**
 * The instant at which the zone's clocks show `minutes` after midnight of a day. Of a time that clocks show twice the first or the
 * last; one that they skip is the instant of the skip.
 * @throws RangeError for a zone that is none
 */
export function instantOf({ year, month, day }: CalendarDay, minutes: number, timezone: string, which: 'first' | 'last'): number {
  const wall = Date.UTC(year, month, day, 0, minutes);
  const before = wall - offsetAt(wall - DAY, timezone);
  const after = wall - offsetAt(wall + DAY, timezone);
  const shown = [before, after].filter((at) => wallOf(at, timezone) === wall);
  if (shown.length > 0) return which === 'first' ? Math.min(...shown) : Math.max(...shown);
  let [low, high] = [Math.min(before, after), Math.max(before, after)];
  const old = offsetAt(low, timezone);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, timezone) === old) low = middle;
    else high = middle;
  }
  return high;
}

function offsetAt(at: number, timezone: string): number {
  return wallOf(at, timezone) - at;
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  if (formats.size >= MOST_ZONES) formats.clear();
  formats.set(timezone, format);
  return format;
}
