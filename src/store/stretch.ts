import { parseRange } from './range.ts';
import type { Span } from './span.ts';
import { cleanTime, spanOf } from './when.ts';
import { aroundMoment } from './vague.ts';

/**
 * Reads a stretch of time that somebody asks about: as parseRange does, but a moment ("yesterday 3pm", 10分钟前) is what lies around it, and
 * does not reach until now.
 * @returns the first and last millisecond, wall clock
 * @throws LookoutError TIME_UNPARSABLE
 */
export function parseStretch(text: string, now: Date): Span {
  const clean = cleanTime(text);
  const said = spanOf(clean, now, 'since');
  if (said && said.from === said.to && clean !== 'now') return aroundMoment(said.from, clean, 'said', now.getTime());
  return parseRange(text, now);
}
