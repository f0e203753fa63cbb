import type { Event } from '../../values.ts';
import type { Look } from '../../record.ts';
import { unwatched } from '../../store/unwatched.ts';
import { rangeOf, rangeOut } from '../asked.ts';
import type { TimeNeeds } from '../asked.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { coverageAnswer, coverageQuery } from '../schemas/coverage.ts';
import { isoOrNull, unwatchedOut } from '../shapes.ts';

interface First {
  readonly camera: string;
  readonly order: 'asc';
  readonly limit: number;
}

export interface CoverageNeeds extends TimeNeeds {
  readonly log: TimeNeeds['log'] & { events(q: First): Event[]; looks(q: First): Look[] };
}

/** When nobody watched. */
export function coverageRoutes(needs: CoverageNeeds): Route[] {
  return [
    route({
      method: 'GET', path: '/v1/coverage', scope: 'viewer', tag: 'events',
      summary: 'When which camera was not watched, and why',
      query: coverageQuery, response: { json: coverageAnswer },
      handle({ query }) {
        const { camera, limit, order } = query;
        const ends = rangeOf(query, needs);
        const cameras = camera === undefined ? needs.cameras() : [camera];
        const gaps = unwatched(needs.log, { ...ends, ...(camera === undefined ? {} : { camera }), most: limit + 1 }, cameras, needs.now());
        const items = gaps.slice(-limit).map(unwatchedOut);
        const known = cameras.map((id) => knownSince(needs, id));
        return { items: order === 'asc' ? items : items.reverse(), more: gaps.length > limit, ...rangeOut(ends), known };
      },
    }),
  ];
}

function knownSince({ log }: CoverageNeeds, camera: string): { camera: string; from: string | null; from_ms: number | null } {
  const first = { camera, order: 'asc', limit: 1 } as const;
  const starts = [log.looks(first)[0]?.from, log.events(first)[0]?.start, log.coverage(first)[0]?.start].filter((at) => at !== undefined);
  const from = starts.length > 0 ? Math.min(...starts) : null;
  return { camera, from: isoOrNull(from), from_ms: from };
}
