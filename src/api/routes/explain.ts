import { z } from 'zod';
import type { ConfigFiles } from '../../config/files.ts';
import { LookoutError } from '../../errors.ts';
import type { ExplainLog } from '../../explain/log.ts';
import { whyNotQuestion } from '../../explain/question.ts';
import { whyNotContext } from '../../explain/ruleNow.ts';
import { storyOf } from '../../explain/story.ts';
import { whyNot } from '../../explain/whyNot.ts';
import { unknownAlert } from '../../feedback/keep.ts';
import { zonedTime } from '../clock.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { logId } from '../schemas/common.ts';
import { alertStory, eventStory, whyNotAnswer, whyNotQuery } from '../schemas/explain.ts';
import { alertStoryOut, eventStoryOut, whyNotOut } from '../storyShape.ts';

export interface ExplainNeeds {
  readonly log: ExplainLog;
  readonly files: ConfigFiles;
  /** wall clock, ms */
  now(): number;
  /** where the media folder can be reached besides, as mqtt.media_url says */
  mediaUrl(): string | undefined;
}

const params = z.strictObject({ id: logId });

/** Why an alert came, what became of an event, and why no alert came. */
export function explainRoutes({ log, files, now, mediaUrl }: ExplainNeeds): Route[] {
  return [
    route({
      method: 'GET', path: '/v1/alerts/:id/explain', scope: 'viewer', tag: 'explain',
      summary: 'Where an alert comes from: frames, the model’s words, scores, times, delivery', params, response: { json: alertStory },
      handle({ params: { id } }) {
        const known = log.alert(id).at(-1);
        const story = known && storyOf(log, known.id);
        if (story?.kind !== 'alert') throw unknownAlert(id);
        return alertStoryOut(story, mediaUrl());
      },
    }),
    route({
      method: 'GET', path: '/v1/events/:id/explain', scope: 'viewer', tag: 'explain',
      summary: 'What showed an event, and what each rule made of it', params, response: { json: eventStory },
      handle({ params: { id } }) {
        const known = log.event(id);
        const story = known && storyOf(log, known.id);
        if (story?.kind !== 'event') throw new LookoutError('LOG_UNKNOWN_ID', `the log has no event ${JSON.stringify(id)}.`);
        return eventStoryOut(story, mediaUrl());
      },
    }),
    route({
      method: 'GET', path: '/v1/explain', scope: 'viewer', tag: 'explain',
      summary: 'Why did no alert come?', description: 'Follows the way from the scene to the alert, link by link, and says where it ended.',
      query: whyNotQuery, response: { json: whyNotAnswer },
      handle({ query }) {
        const { config, rules } = files.read();
        const time = (ms: number): string => zonedTime(ms, query.timezone);
        const camerasOf = (id: string): readonly string[] => {
          const own = rules.find(({ rule }) => rule.id === id)?.rule.cameras ?? [];
          return own.length > 0 ? own : config.cameras.map((camera) => camera.id);
        };
        const question = whyNotQuestion(query, { now: now(), time, event: (id) => log.event(id), cameras: camerasOf });
        const filed = rules.find(({ rule }) => rule.id === question.rule);
        const camera = config.cameras.find(({ id }) => id === question.camera);
        const context = whyNotContext({ rule: filed?.rule, file: filed?.file ?? null, camera, minConfidence: config.events.min_confidence, now: now(), time });
        return whyNotOut(whyNot(log, question, context), mediaUrl());
      },
    }),
  ];
}
