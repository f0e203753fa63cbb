import { z } from 'zod';
import { keepFeedback, unknownAlert } from '../../feedback/keep.ts';
import type { Feedback } from '../../record.ts';
import type { AlertQuery } from '../../store/alertSearch.ts';
import type { FeedbackQuery } from '../../store/feedback.ts';
import { newest } from '../../store/walk.ts';
import { listOut, rangeOf } from '../asked.ts';
import type { TimeNeeds } from '../asked.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { alertAnswer, alertsAnswer, alertsQuery, feedbackBody, feedbackSchema } from '../schemas/alerts.ts';
import { logId } from '../schemas/common.ts';
import { alertOut, feedbackOut } from '../shapes.ts';
import type { DeliveredAlert } from '../shapes.ts';

export interface AlertsNeeds extends TimeNeeds {
  readonly log: TimeNeeds['log'] & {
    alerts(q: AlertQuery): DeliveredAlert[];
    /** its phases, by its id or a unique beginning of it */
    alert(id: string): DeliveredAlert[];
    feedback(q: FeedbackQuery): readonly Feedback[];
    putFeedback(f: Feedback): void;
  };
  /** where the media folder can be reached besides, as mqtt.media_url says */
  mediaUrl(): string | undefined;
}

const params = z.strictObject({ id: logId });

/** Search what was alerted, and say whether it was right. */
export function alertsRoutes(needs: AlertsNeeds): Route[] {
  const { log, now } = needs;
  return [
    route({
      method: 'GET', path: '/v1/alerts', scope: 'viewer', tag: 'alerts',
      summary: 'Search what was alerted',
      description: 'Alerts, those that still wait for the broker included, by when what they tell of happened. The answer holds the newest `limit` of them.',
      query: alertsQuery, response: { json: alertsAnswer },
      async handle({ query, signal }) {
        const { limit } = query;
        const ends = rangeOf(query, needs);
        const { rows, more } = await newest({
          ...ends, wanted: limit, now, signal,
          find: (q) => log.alerts({ ...filterOf(query), ...q }), at: (alert) => alert.happenedAt, key: ({ id, phase }) => `${phase} ${id}`,
          oldest: () => log.alerts({ order: 'asc', limit: 1 })[0]?.happenedAt,
        });
        return listOut(needs, { items: rows.map((alert) => alertOut(alert, needs.mediaUrl())), more }, query, ends);
      },
    }),
    route({
      method: 'GET', path: '/v1/alerts/:id', scope: 'viewer', tag: 'alerts',
      summary: 'One alert: its newest state, its phases, and what was said of it',
      params, response: { json: alertAnswer },
      handle({ params: { id } }) {
        const phases = log.alert(id).map((alert) => alertOut(alert, needs.mediaUrl()));
        const alert = phases.at(-1);
        if (!alert) throw unknownAlert(id);
        const said = log.feedback({ alert: alert.id }).at(-1);
        return { alert, phases, feedback: said ? feedbackOut(said) : null };
      },
    }),
    route({
      method: 'PUT', path: '/v1/alerts/:id/feedback', scope: 'editor', tag: 'alerts',
      summary: 'Say whether an alert was right',
      description: 'It is kept, with its picture and clip, as an example that thresholds are suggested by. The last word counts.',
      params, body: feedbackBody, response: { json: feedbackSchema },
      handle: ({ params: { id }, body }) => feedbackOut(keepFeedback(log, id, body, now())),
    }),
  ];
}

function filterOf({ camera, text, phase, rule, event, phases }: z.output<typeof alertsQuery>): AlertQuery {
  return {
    ...(camera === undefined ? {} : { camera }), ...(text === undefined ? {} : { text }), ...(phase === undefined ? {} : { phase }),
    ...(rule === undefined ? {} : { rule }), ...(event === undefined ? {} : { event }),
    // as on the command line: one phase that is asked for is told also where it is not the newest
    newest: !phases && phase === undefined,
  };
}
