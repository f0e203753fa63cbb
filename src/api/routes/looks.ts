import type { Look } from '../../record.ts';
import type { LookQuery } from '../../store/looks.ts';
import { newest } from '../../store/walk.ts';
import { listOut, rangeOf } from '../asked.ts';
import type { TimeNeeds } from '../asked.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { looksAnswer, looksQuery } from '../schemas/looks.ts';
import { lookOut } from '../shapes.ts';

export interface LooksNeeds extends TimeNeeds {
  readonly log: TimeNeeds['log'] & { looks(q: LookQuery): Look[] };
}

/** Where the model looked. */
export function looksRoutes(needs: LooksNeeds): Route[] {
  const { log, now } = needs;
  return [
    route({
      method: 'GET', path: '/v1/looks', scope: 'viewer', tag: 'events',
      summary: 'Where the model looked, and all that it told',
      description: 'The windows that the model was shown, also those in which it saw nothing, or nothing sure enough to become an event.',
      query: looksQuery, response: { json: looksAnswer },
      async handle({ query, signal }) {
        const { camera, limit, told } = query;
        const ends = rangeOf(query, needs);
        const { rows, more } = await newest({
          ...ends, wanted: limit, now, signal,
          find: (q) => log.looks({ ...(camera === undefined ? {} : { camera }), ...q }), at: (look) => look.from, key: (look) => look.windowId,
          oldest: () => log.looks({ order: 'asc', limit: 1 })[0]?.from,
          ...(told ? { keep: (look: Look) => look.sightings.length > 0 } : {}),
        });
        return listOut(needs, { items: rows.map(lookOut), more }, query, ends);
      },
    }),
  ];
}
