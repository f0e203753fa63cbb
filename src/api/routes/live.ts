import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import type { Observable } from 'rxjs';
import { z } from 'zod';
import type { LiveStream } from '../../camera/live.ts';
import { zone } from '../../config/ruleTimes.ts';
import { LookoutError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { meantIn } from '../../store/asked.ts';
import { parseWhen } from '../../store/when.ts';
import { createLanes } from '../lanes.ts';
import { Bytes, route } from '../route.ts';
import type { Principal, Route } from '../route.ts';
import { slug } from '../schemas/common.ts';

/** A camera that is watched (camera/camera.ts). */
export interface LiveCamera {
  live(): Promise<LiveStream>;
  /** the picture nearest to `at` (wall clock, ms; Infinity: the newest) as JPEG; false where there is none */
  snapshot(at: number, file: string): Promise<boolean>;
  /** the present status first */
  readonly status$: Observable<{ readonly state: 'connecting' | 'online' | 'offline'; readonly code?: ErrorCode; readonly reason?: string }>;
}

export interface LiveNeeds {
  /** `disabled`: it is in the configuration, and switched off */
  camera(id: string): LiveCamera | 'disabled' | undefined;
  /** where pictures of the past are besides the cameras' own memory */
  readonly recordings?: { snapshot(camera: string, at: number, file: string, signal?: AbortSignal): Promise<boolean> } | undefined;
  /** wall clock, ms */
  now(): number;
}

const params = z.strictObject({ camera: slug });
const snapshotQuery = z.strictObject({
  at: z.string().min(1).max(100).optional().describe('a moment of the past, as `since` is written elsewhere; by default now'),
  timezone: zone.optional().describe('in which `at` is read if it names none: Europe/Berlin; by default this machine’s'),
});

/** What the camera's own memory may reach back, ms: no need to ask it for more. */
const MEMORY = 180_000;
/** Who asks for the present within so long gets the same picture, ms. */
const SAME = 400;
/** Each picture of a recording takes a process of its own: so many at once, and so many wait. */
const PAST = { atOnce: 2, waiting: 32 };

/** Cameras as they are now: live, and as pictures. */
export function liveRoutes(needs: LiveNeeds): Route[] {
  const pictures = createPictures(needs);
  return [
    route({
      method: 'GET', path: '/v1/cameras/:camera/live', scope: 'viewer', tag: 'cameras',
      summary: 'Watch a camera live',
      description: 'FLV (H.264; H.265 and AV1 as in Enhanced RTMP) without sound, not encoded again: from the last keyframe at once, then as it comes. It ends when the camera’s connection or format does: ask again. Eight at once of a camera.',
      params, response: { bytes: ['video/x-flv'] },
      async handle({ params: { camera }, signal }) {
        const { stream, type } = await cameraOf(needs, camera).live();
        // who has gone in the meantime takes nothing
        if (signal.aborted) stream.destroy();
        return new Bytes({ stream, type });
      },
    }),
    route({
      method: 'GET', path: '/v1/cameras/:camera/snapshot', scope: 'viewer', tag: 'cameras',
      summary: 'A picture of a camera, now or in the past',
      description: 'In the camera’s full size. The past is what its process remembers (under a minute) and what has been recorded.',
      params, query: snapshotQuery, response: { bytes: ['image/jpeg'] },
      async handle({ params: { camera }, query: { at, timezone }, who, signal }) {
        const source = cameraOf(needs, camera);
        if (at === undefined) return jpeg(await pictures.now(camera, source));
        const moment = parseWhen(meantIn(at, timezone), new Date(needs.now()));
        return jpeg(await pictures.past(camera, source, moment, who, signal));
      },
    }),
  ];
}

function cameraOf(needs: LiveNeeds, id: string): LiveCamera {
  const found = needs.camera(id);
  if (found === 'disabled') throw new LookoutError('CAMERA_DISABLED', `camera ${id} is switched off.`);
  if (!found) throw new LookoutError('CAMERA_NOT_FOUND', `there is no camera ${id}.`);
  return found;
}

const jpeg = (data: Uint8Array): Bytes => new Bytes({ data, type: 'image/jpeg' });

function createPictures({ recordings, now }: LiveNeeds) {
  const present = new Map<string, Promise<Uint8Array>>();
  const lanes = createLanes(PAST.atOnce, PAST.waiting, PAST.atOnce);

  const recorded = async (camera: string, at: number, who: Principal, signal: AbortSignal): Promise<Uint8Array | undefined> => {
    if (!recordings) return undefined;
    const leave = await lanes.enter(who.name, signal);
    try {
      signal.throwIfAborted();
      return await through((file) => recordings.snapshot(camera, at, file, signal));
    } finally {
      leave();
    }
  };

  const newest = async (camera: string, source: LiveCamera): Promise<Uint8Array> => {
    const { state, code, reason } = await firstValueFrom(source.status$);
    if (state === 'offline') throw new LookoutError(code ?? 'CAMERA_UNREACHABLE', reason ?? `camera ${camera} is offline.`);
    const picture = await through((file) => source.snapshot(Number.POSITIVE_INFINITY, file));
    if (!picture) throw new LookoutError('MEDIA_GONE', `camera ${camera} has sent no picture yet.`);
    return picture;
  };
  return {
    now(camera: string, source: LiveCamera): Promise<Uint8Array> {
      const known = present.get(camera);
      if (known) return known;
      const picture = newest(camera, source);
      const forget = (): void => {
        if (present.get(camera) === picture) present.delete(camera);
      };
      present.set(camera, picture);
      picture.then(() => setTimeout(forget, SAME).unref(), forget);
      return picture;
    },
    async past(camera: string, source: LiveCamera, at: number, who: Principal, signal: AbortSignal): Promise<Uint8Array> {
      const remembered = at > now() - MEMORY && at <= now() ? await through((file) => source.snapshot(at, file)) : undefined;
      const picture = remembered ?? (await recorded(camera, at, who, signal));
      if (!picture) throw new LookoutError('MEDIA_GONE', `there is no picture of camera ${camera} at ${new Date(at).toISOString()}.`);
      return picture;
    },
  };
}

/** What is written into a file of its own for a moment; undefined: nothing was. */
async function through(write: (file: string) => Promise<boolean>): Promise<Uint8Array | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'lookout-picture-'));
  try {
    const file = join(folder, 'picture.jpg');
    return (await write(file)) ? await readFile(file) : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
