import { HYPHEN, parseRange } from './range.ts';
import type { Span } from './span.ts';
import { aroundMoment } from './vague.ts';
import { cleanTime, spanOf } from './when.ts';
import { readInZone, zoneAtEnd } from './zone.ts';

/**
 * Reads a stretch of time that somebody asks about: as parseRange does, but a moment ("yesterday 3pm", 10分钟前) is what lies around it, and
 * does not reach until now.
 * @returns the first and last millisecond, wall clock
 * @throws LookoutError TIME_UNPARSABLE
 */
export function parseStretch(text: string, now: Date): Span {
  const clean = cleanTime(text);
  const zoned = HYPHEN.test(clean) ? undefined : zoneAtEnd(clean);
  const there = zoned && readInZone(now, zoned.offset, (local, back) => read(zoned.rest, local, back));
  const found = there ?? read(clean, now, (at) => at);
  return found?.at === undefined || found.said === 'now' ? parseRange(text, now) : aroundMoment(found.at, found.said, 'said', now.getTime());
}

/** `at`: where it is a moment; undefined where it is nothing that is known. */
function read(said: string, now: Date, back: (local: number) => number): { readonly said: string; readonly at: number | undefined } | undefined {
  const span = spanOf(said, now, 'since');
  return span && { said, at: span.from === span.to ? back(span.from) : undefined };
}
