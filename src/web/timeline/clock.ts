/** How the viewer reads times. */
export interface ClockStyle {
  /** BCP 47 */
  readonly locale: string;
  /** IANA; the viewer's own where it is not given */
  readonly zone?: string;
}

/** Formatters are dear to make and there are few. */
const made = new Map<string, Intl.DateTimeFormat>();

function formatter(style: ClockStyle, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${style.locale} ${style.zone} ${JSON.stringify(options)}`;
  const zone = style.zone === undefined ? {} : { timeZone: style.zone };
  const one = made.get(key) ?? new Intl.DateTimeFormat(style.locale, { ...options, ...zone, ...(options.hour === undefined ? {} : { hourCycle: 'h23' }) });
  made.set(key, one);
  return one;
}

export type Fineness = 'minute' | 'second' | 'tenth';

/** "14:05", "14:05:12", "14:05:12.3". */
export function clockTime(at: number, style: ClockStyle, fine: Fineness = 'second'): string {
  return formatter(style, {
    hour: '2-digit', minute: '2-digit', ...(fine === 'minute' ? {} : { second: '2-digit' }), ...(fine === 'tenth' ? { fractionalSecondDigits: 1 } : {}),
  }).format(at);
}

/** "Sun, 22 Nov", with the year where it is not the one of `now`. */
export function dayName(at: number, style: ClockStyle, now: number): string {
  const year = formatter(style, { year: 'numeric' });
  return formatter(style, { weekday: 'short', day: 'numeric', month: 'short', ...(year.format(at) === year.format(now) ? {} : { year: 'numeric' }) }).format(at);
}

export function sameDay(a: number, b: number, style: ClockStyle): boolean {
  const day = formatter(style, { year: 'numeric', month: 'numeric', day: 'numeric' });
  return day.format(a) === day.format(b);
}

/** The day is said where it is not the one of `now`. */
export function moment(at: number, style: ClockStyle, now: number, fine: Fineness = 'second'): string {
  const time = clockTime(at, style, fine);
  return sameDay(at, now, style) ? time : `${dayName(at, style, now)} ${time}`;
}

/** "14:05:12 – 14:07:10", the second day only where it is another. */
export function stretch(from: number, to: number, style: ClockStyle, now: number, fine: Fineness = 'second'): string {
  const end = sameDay(from, to, style) ? clockTime(to, style, fine) : `${dayName(to, style, now)} ${clockTime(to, style, fine)}`;
  return `${moment(from, style, now, fine)} – ${end}`;
}

/** Steps of the timeline's axis. */
export type Scale = 'millisecond' | 'second' | 'minute' | 'hour' | 'weekday' | 'day' | 'week' | 'month' | 'year';

const TO_SECOND: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
const TO_MINUTE: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
const DAY_TO_MINUTE: Intl.DateTimeFormatOptions = { ...DAY, ...TO_MINUTE };
const MONTH: Intl.DateTimeFormatOptions = { month: 'long', year: 'numeric' };

const TICKS: Record<Scale, { readonly minor: Intl.DateTimeFormatOptions; readonly major?: Intl.DateTimeFormatOptions }> = {
  millisecond: { minor: { ...TO_SECOND, fractionalSecondDigits: 1 }, major: DAY_TO_MINUTE },
  second: { minor: TO_SECOND, major: DAY_TO_MINUTE },
  minute: { minor: TO_MINUTE, major: DAY },
  hour: { minor: TO_MINUTE, major: DAY },
  weekday: { minor: { weekday: 'short', day: 'numeric' }, major: MONTH },
  day: { minor: { day: 'numeric' }, major: MONTH },
  week: { minor: { day: 'numeric', month: 'short' }, major: MONTH },
  month: { minor: { month: 'short' }, major: { year: 'numeric' } },
  year: { minor: { year: 'numeric' } },
};

/** What stands at a tick of the axis: the tick itself (`minor`), and what it belongs to (`major`). */
export function tick(at: number, scale: string, rank: 'minor' | 'major', style: ClockStyle): string {
  const options = scale in TICKS ? TICKS[scale as Scale][rank] : undefined;
  return options === undefined ? '' : formatter(style, options).format(at);
}

/** "0:07.4", "1:02:03.0": a time within a video, seconds. */
export function videoTime(seconds: number): string {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const [hours, minutes, rest] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, tenths % 600];
  const small = `${String(Math.floor(rest / 10)).padStart(2, '0')}.${rest % 10}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${small}` : `${minutes}:${small}`;
}
