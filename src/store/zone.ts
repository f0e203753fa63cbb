/** Offset of local time from UTC at a moment, ms, east positive. */
type Offset = (at: number) => number;

export interface Zoned {
  /** the text without the zone */
  readonly rest: string;
  readonly offset: Offset;
}

/** No time that people write is longer. */
export const LONGEST = 200;
const FIXED = /^(.*\S) ?(?:utc|gmt|z)?([+-])(\d{1,2})(?::?(\d{2}))?$/;
const NAMED = /^(.*\S) \(?([a-z]+(?:[_-][a-z]+)*\/[a-z_+-]+(?:\/[a-z_]+)?|utc|gmt)\)?$/;

/** A zone at the end of a text in lower case: `utc`, `utc+8`, `+02:00`, `asia/shanghai`. Undefined where there is none. */
export function zoneAtEnd(text: string): Zoned | undefined {
  if (text.length > LONGEST) return undefined;
  const named = NAMED.exec(text);
  if (named?.[1] !== undefined && named[2] !== undefined) {
    const offset = offsetIn(named[2]);
    return offset && { rest: named[1], offset };
  }
  const fixed = FIXED.exec(text);
  // 14:00-15 would be a range: a zone stands after a clock time with a space, after `utc`, or with its minutes.
  if (!fixed || !/(?:utc|gmt|z| )[+-]\d{1,2}$|[+-]\d{2}:?\d{2}$/.test(text) || !/\d{1,2}:\d{2}|[ap]m|点|utc|gmt/.test(fixed[1] ?? '')) return undefined;
  const minutes = Number(fixed[3]) * 60 + Number(fixed[4] ?? 0);
  if (minutes > 14 * 60) return undefined;
  const ms = (fixed[2] === '-' ? -1 : 1) * minutes * 60_000;
  return { rest: (fixed[1] ?? '').replace(/ ?(?:utc|gmt|z)$/, ''), offset: () => ms };
}

/** What `read` makes of a text that is meant in another zone: it reckons in this machine's, so the clocks are made to agree. */
export function readInZone<T>(now: Date, offset: Offset, read: (now: Date, back: (local: number) => number) => T): T {
  const fields = now.getTime() + offset(now.getTime());
  return read(localOf(fields), (local) => {
    const wanted = fieldsOf(new Date(local));
    // The offset depends on the moment that is sought: a second look settles it but for the hour that a change leaves out.
    const first = wanted - offset(wanted);
    return wanted - offset(first);
  });
}

/** The fields of a local date, as if they were UTC, and back. */
function fieldsOf(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds());
}

function localOf(fields: number): Date {
  const d = new Date(fields);
  return new Date(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds(), d.getUTCMilliseconds());
}

function offsetIn(zone: string): Offset | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
  };
}
