import { endsOf, meantIn } from '../../store/asked.ts';
import { parseWhen } from '../../store/when.ts';
import { LookoutError } from '../../errors.ts';
import { ownZone } from '../../rules/zone.ts';
import { bareTime } from '../clock.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { whenAnswer, whenQuery } from '../schemas/when.ts';
import { isoOf } from '../shapes.ts';

export interface WhenNeeds {
  /** wall clock, ms */
  now(): number;
}

/** Times in words. */
export function whenRoutes({ now }: WhenNeeds): Route[] {
  return [
    route({
      method: 'GET', path: '/v1/when', scope: 'viewer', tag: 'events',
      summary: 'How a time in words is understood', query: whenQuery, response: { json: whenAnswer },
      handle({ query: { text, timezone = ownZone() } }) {
        const at = new Date(now());
        const { since = at.getTime(), until = at.getTime() } = endsOf({ when: text, timezone }, at);
        const kind = isMoment(meantIn(text, timezone), at) ? 'moment' : 'range';
        const says = kind === 'moment' ? bareTime(since, timezone) : `${bareTime(since, timezone)} – ${bareTime(until, timezone)}`;
        return { text, kind, since: isoOf(since), since_ms: since, until: isoOf(until), until_ms: until, timezone, says: `${says} (${timezone})` } as const;
      },
    }),
  ];
}

/** Its first and its last millisecond are the same. */
function isMoment(text: string, now: Date): boolean {
  try {
    return parseWhen(text, now, 'since') === parseWhen(text, now, 'until');
  } catch (error) {
    // two ends are no time, but a range
    if (error instanceof LookoutError && error.code === 'TIME_UNPARSABLE') return false;
    throw error;
  }
}
