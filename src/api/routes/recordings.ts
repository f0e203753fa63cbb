import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { zone } from '../../config/ruleTimes.ts';
import { LookoutError } from '../../errors.ts';
import { openKeptCuts } from '../../recordings/keptCuts.ts';
import type { Recordings, Stretch } from '../../recordings/recordings.ts';
import { merged } from '../../recordings/stretches.ts';
import { meantIn } from '../../store/asked.ts';
import { parseWhen } from '../../store/when.ts';
import { rangeOf, rangeOut } from '../asked.ts';
import { Bytes, route } from '../route.ts';
import type { Route } from '../route.ts';
import { iso, listQuery, ms, rangeAnswer, slug } from '../schemas/common.ts';

export interface RecordingsNeeds {
  readonly recordings: Pick<Recordings, 'segments' | 'stretches' | 'cameras' | 'cut'>;
  /** ids of the configured cameras, switched off or not */
  cameras(): readonly string[];
  /** wall clock, ms */
  now(): number;
  /** Lookout stops: what was cut and not sent goes */
  readonly signal?: AbortSignal;
}

/** A clip over the API is no longer than this, ms. */
const LONGEST = 3_600_000;
const DAY_MS = 86_400_000;
/** No question reaches back farther than this, ms: files are looked through. */
const FARTHEST = 32 * DAY_MS;

const stretchSchema = z.strictObject({ camera: z.string(), from: iso, from_ms: ms, to: iso, to_ms: ms });
const answer = z.strictObject({
  items: z.array(stretchSchema).describe('times recorded without a break'),
  more: z.boolean().describe('there are more, older ones'),
  ...rangeAnswer,
});
const moment = z.string().min(1).max(100);
const clipQuery = z.strictObject({
  from: moment.describe('2026-01-31T14:05Z, milliseconds since the epoch, "10 minutes ago", 昨天下午3点; without a zone as the machine’s clock goes'),
  to: moment.describe('the same; an hour later at most'),
  timezone: zone.optional().describe('in which times are read that name none: Europe/Berlin; by default this machine’s'),
});

/** What has been recorded, and clips of it. */
export function recordingsRoutes(needs: RecordingsNeeds): Route[] {
  const { recordings, now } = needs;
  const kept = openKeptCuts(recordings, needs.signal);
  return [
    route({
      method: 'GET', path: '/v1/recordings', scope: 'viewer', tag: 'recordings',
      summary: 'When which camera was recorded',
      description: 'Stretches of time without a break, by the cameras’ clocks. By default of the last day; at most of 32.',
      query: listQuery, response: { json: answer },
      async handle({ query, signal }) {
        const { camera, limit, order } = query;
        const asked = rangeOf(query, needs);
        const until = asked.until ?? now();
        const since = Math.max(asked.since ?? until - DAY_MS, until - FARTHEST);
        const cameras = camera === undefined ? recordings.cameras() : [known(needs, camera)];
        const all = await stretchesOf(recordings, cameras, since, until, signal);
        const items = all.slice(-limit).map(stretchOut);
        return { items: order === 'asc' ? items : items.reverse(), more: all.length > limit, ...rangeOut({ since, until }) };
      },
    }),
    route({
      method: 'GET', path: '/v1/cameras/:camera/clip', scope: 'viewer', tag: 'recordings', heavy: true,
      summary: 'A clip of what was recorded',
      description: 'MP4, not encoded again, from the keyframe before `from`. A second of it is a second of the wall clock: where nothing was recorded the picture stands still. What is missing GET /v1/recordings tells.',
      params: z.strictObject({ camera: slug }), query: clipQuery, response: { bytes: ['video/mp4'] },
      async handle({ params: { camera }, query: { from: first, to: last, timezone }, signal }) {
        known(needs, camera);
        const [from, to] = ends(first, last, timezone, new Date(now()));
        const { file, done } = await kept.take(camera, from, to, signal);
        return new Bytes({ file, type: 'video/mp4', name: `${camera}-${new Date(from).toISOString().slice(0, 19).replaceAll(':', '')}Z.mp4`, done });
      },
    }),
  ];
}

/** A day at a time, since files are looked through; in order. */
async function stretchesOf(recordings: Pick<Recordings, 'stretches'>, cameras: readonly string[], since: number, until: number, signal: AbortSignal): Promise<Stretch[]> {
  const found: Stretch[] = [];
  for (const camera of cameras) {
    const parts: Stretch[] = [];
    for (let from = since; from < until; from += DAY_MS) {
      signal.throwIfAborted();
      await setImmediate();
      parts.push(...recordings.stretches(camera, from, Math.min(until, from + DAY_MS)));
    }
    found.push(...merged(parts));
  }
  return found.sort((a, b) => a.from - b.from);
}

function known({ cameras, recordings }: RecordingsNeeds, camera: string): string {
  if (!cameras().includes(camera) && !recordings.cameras().includes(camera)) throw new LookoutError('CAMERA_NOT_FOUND', `there is no camera ${camera}.`);
  return camera;
}

function ends(first: string, last: string, timezone: string | undefined, now: Date): [number, number] {
  const [from, to] = [parseWhen(meantIn(first, timezone), now, 'since'), parseWhen(meantIn(last, timezone), now, 'until')];
  if (to < from) throw new LookoutError('USAGE', 'to is before from.');
  if (to - from > LONGEST) throw new LookoutError('USAGE', `A clip is no longer than an hour; \`lookout clip\` cuts longer ones.`);
  return [from, to];
}

function stretchOut({ camera, from, to }: Stretch): z.input<typeof stretchSchema> {
  return { camera, from: new Date(from).toISOString(), from_ms: from, to: new Date(to).toISOString(), to_ms: to };
}
