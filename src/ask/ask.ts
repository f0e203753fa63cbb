import type { LoadedConfig } from '../config/load.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Lookup } from '../network/resolve.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { Store } from '../store/store.ts';
import { answering } from './answering.ts';
import type { Scope } from './answering.ts';
import { fileFootage, videoLength } from './footage.ts';
import type { LiveFrames } from './footage.ts';
import type { QuestionLine } from './line.ts';
import { shownStretch } from './clock.ts';
import type { AskedModel } from './model.ts';
import { openMedia } from './media.ts';
import { planFor } from './plan.ts';
import { cameraRange, fileRange } from './range.ts';
import type { AskRequest } from './request.ts';
import type { AskStep } from './steps.ts';
import type { Uploads } from './uploads.ts';

export interface AskerOptions {
  readonly model: AskedModel;
  current(): Pick<LoadedConfig, 'config'>;
  readonly store: Pick<Store, 'events' | 'coverage' | 'aliveAt'>;
  readonly line: QuestionLine;
  readonly recordings?: Pick<Recordings, 'stretches' | 'frames' | 'cameras'>;
  /** the last seconds of each camera */
  readonly frames?: LiveFrames;
  /** without them there are neither uploads nor addresses to ask about */
  readonly uploads?: Uploads;
  readonly log: Logger;
  /** wall clock, ms */
  now(): number;
  /** the system's resolver by default */
  readonly lookup?: Lookup;
}

export interface Asker {
  /**
   * Answers a question about a video or a camera, step by step; the last step is the whole answer. Ends with its consumer or the signal.
   * Throws MODEL_UNKNOWN, MODEL_BUSY, CAMERA_NOT_FOUND, MEDIA_URL_SCHEME, UPLOAD_NOT_FOUND, UPLOAD_TOO_LARGE, ADDRESS_REFUSED,
   * MEDIA_UNREACHABLE, REDIRECT_REFUSED, MEDIA_GONE, VIDEO_UNREADABLE, TIME_UNPARSABLE, RANGE_AHEAD, USAGE, MODEL_….
   */
  ask(request: AskRequest, signal: AbortSignal): AsyncGenerator<AskStep, void, void>;
}

export function createAsker(opts: AskerOptions): Asker {
  return {
    async *ask(request, signal) {
      const { model: wanted, camera, media_url: media } = request;
      if (wanted !== undefined && wanted !== opts.model.name) throw new LookoutError('MODEL_UNKNOWN', `The model that runs is ${opts.model.name}, not ${wanted.slice(0, 100)}.`);
      if (camera !== undefined) yield* askCamera(opts, camera, request, signal);
      else yield* askMedia(opts, media ?? '', request, signal);
    },
  };
}

/** A still camera's last frames are as good as new for so long, ms: by then the daemon has looked again. */
const LONGEST_STILL = 900_000;

async function* askCamera(opts: AskerOptions, camera: string, request: AskRequest, signal: AbortSignal): AsyncGenerator<AskStep, void, void> {
  const { config } = opts.current();
  if (!config.cameras.some((c) => c.id === camera) && !opts.recordings?.cameras().includes(camera)) throw new LookoutError('CAMERA_NOT_FOUND', `There is no camera ${camera}.`);
  const now = opts.now();
  const range = cameraRange(request.options, now, opts.frames?.between(camera, now - LONGEST_STILL, now).at(-1)?.at);
  const plan = planFor(camera, range, opts, config, request.options);
  const scope: Scope = { ...plan, camera, wallClock: true, range: () => range };
  if (plan.footage.length === 0) return yield* answering(opts, request, scope, signal);
  yield { kind: 'progress', stage: 'waiting' };
  const leave = await opts.line.enter(signal);
  try {
    yield* answering(opts, request, scope, signal);
  } finally {
    leave();
  }
}

async function* askMedia(opts: AskerOptions, media: string, request: AskRequest, signal: AbortSignal): AsyncGenerator<AskStep, void, void> {
  const { config } = opts.current();
  const asked = fileRange(request.options);
  const open = openMedia(media, opts, config.network.allow);
  let leave = (): void => undefined;
  try {
    // a video that comes slowly keeps nobody waiting
    if (open.remote) yield { kind: 'progress', stage: 'fetching' };
    const file = await open.file(signal);
    yield { kind: 'progress', stage: 'waiting' };
    leave = await opts.line.enter(signal);
    const length = 'last' in asked ? await videoLength(file, signal) : undefined;
    const stretch = 'last' in asked ? { from: Math.max(0, (length ?? 0) - asked.last), to: Infinity } : asked;
    let end = stretch.to;
    const footage = fileFootage(file, stretch, config, request.options.frame_rate, (duration = Infinity) => (end = Math.min(end, duration)));
    const range = (): Scope['range'] extends () => infer R ? R : never => ({ from: stretch.from, to: end, understood: shownStretch({ from: stretch.from, to: end }, null) });
    yield* answering(opts, request, { source: 'file', footage: [footage], logged: [], wallClock: false, range }, signal);
  } finally {
    leave();
    await open.release();
  }
}
