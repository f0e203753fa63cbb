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
  const zoned = HYPHEN.test(clean) || spanOf(clean, now, 'since') ? undefined : zoneAtEnd(clean);
  const found = zoned ? readInZone(now, zoned.offset, (there, back) => momentIn(zoned.rest, there, back)) : momentIn(clean, now, (at) => at);
  return found ? aroundMoment(found.at, found.said, 'said', now.getTime()) : parseRange(text, now);
}

function momentIn(said: string, now: Date, back: (local: number) => number): { readonly at: number; readonly said: string } | undefined {
  const span = said === 'now' ? undefined : spanOf(said, now, 'since');
  return span && span.from === span.to ? { at: back(span.from), said } : undefined;
}
