import { z } from 'zod';
import { LookoutError } from '../../errors.ts';
import type { EventQuery } from '../../store/eventSearch.ts';
import { newest } from '../../store/walk.ts';
import type { Event } from '../../values.ts';
import { listOut, rangeOf } from '../asked.ts';
import type { TimeNeeds } from '../asked.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { logId } from '../schemas/common.ts';
import { eventSchema, eventsAnswer, eventsQuery } from '../schemas/events.ts';
import { eventOut } from '../shapes.ts';

export interface EventsNeeds extends TimeNeeds {
  readonly log: TimeNeeds['log'] & { events(q: EventQuery): Event[]; event(id: string): Event | undefined };
}

/** Search what happened. */
export function eventsRoutes(needs: EventsNeeds): Route[] {
  const { log, now } = needs;
  return [
    route({
      method: 'GET', path: '/v1/events', scope: 'viewer', tag: 'events',
      summary: 'Search what happened',
      description: 'Events that overlap a range of time, and when the cameras were not watched. The answer holds the newest `limit` of them.',
      query: eventsQuery, response: { json: eventsAnswer },
      async handle({ query, signal }) {
        const { camera, text, phase, retracted, limit } = query;
        const ends = rangeOf(query, needs);
        const filter = { ...(camera === undefined ? {} : { camera }), ...(text === undefined ? {} : { text }), ...(phase === undefined ? {} : { phase }), retracted };
        const { rows, more } = await newest({
          ...ends, wanted: limit, now, signal,
          find: (q) => log.events({ ...filter, ...q }), at: (event) => event.start, key: (event) => event.id,
          oldest: () => log.events({ order: 'asc', limit: 1, retracted: true })[0]?.start,
        });
        return listOut(needs, { items: rows.map(eventOut), more }, query, ends);
      },
    }),
    route({
      method: 'GET', path: '/v1/events/:id', scope: 'viewer', tag: 'events',
      summary: 'One event',
      params: z.strictObject({ id: logId }), response: { json: eventSchema },
      handle({ params: { id } }) {
        const event = log.event(id);
        if (!event) throw new LookoutError('LOG_UNKNOWN_ID', `the log has no event ${JSON.stringify(id)}.`);
        return eventOut(event);
      },
    }),
  ];
}
