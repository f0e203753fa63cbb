import type { Observable } from 'rxjs';
import { superviseChild } from '../../health/child.ts';
import type { ChildState } from '../../health/child.ts';
import type { Logger } from '../../health/log.ts';
import { CallQueue } from './callQueue.ts';
import { ChatCalls } from './chatCalls.ts';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import type { Processing, SamplingDefaults } from '../checkpoint/checkpoint.ts';
import type { Qwen3VL } from '../model.ts';
import { modelMemory } from '../checkpoint/memory.ts';
import type { ModelInit, ModelOpened } from './modelWire.ts';
import { contextOf } from '../request.ts';
import type { GenerateResult, ModelOptions, VideoSize } from '../request.ts';
import type { Device } from '../device/session.ts';

export interface ModelProcessOptions {
  readonly dir: string;
  readonly device: Device;
  readonly threads?: number;
  readonly maxContext?: number;
  /** what the process may take besides its weights: the runtime, features, keys and values */
  readonly memoryMb: number;
  readonly featuresMb?: number;
  readonly featureDisk?: ModelOptions['featureDisk'];
}

/** The model in a child process that is restarted when it dies. */
export interface ModelProcess extends Pick<Qwen3VL, 'name' | 'context' | 'videoSize' | 'generate' | 'chat' | 'prefill' | 'score' | 'scoreMany' | 'close'> {
  /** resolves when the model has opened for the first time; rejects with its error where it cannot be */
  readonly ready: Promise<void>;
  /** how answers are drawn where nobody says how; undefined: the most probable tokens */
  readonly sampling: SamplingDefaults | undefined;
  readonly processing: Processing;
  /** pixels on a side of one visual token */
  readonly side: number;
  readonly state$: Observable<ChildState>;
  readonly childPid: number | undefined;
  /** windows at a time: one, since a run of the graphs has the whole process */
  readonly atOnce: 1;
  /** what it runs on, in words, once it is open */
  readonly device: string | undefined;
}

/** A run of the graphs blocks the process, ms: for less than this where weights are few, for a minute where they are many and the processor is slow. */
const HEARTBEAT = { small: 15_000, large: 60_000 };
/** bytes */
const LARGE = 1e9;
/** Node's heap and what the graphs allot while they run, MB. */
const RUNTIME_MB = 1024;
const FEATURES_MB = 256;
const LEAST_KV_MB = 64;

/**
 * Starts the model's process. Its small files and the weights' headers are read here, at once, and their errors thrown:
 * MODEL_NOT_FOUND, MODEL_CONFIG_INVALID, MODEL_WEIGHTS_MISSING, MODEL_WEIGHTS_CORRUPT. A call that is in work when the child dies is
 * rejected with MODEL_RUNTIME; those that wait behind it are taken up by the next child.
 */
export function startModelProcess(options: ModelProcessOptions, signal: AbortSignal, log: Logger): ModelProcess {
  const { dir, memoryMb, featuresMb = FEATURES_MB, ...rest } = options;
  const { name, config, processing, sampling } = readCheckpoint(dir);
  const kvBytes = Math.max(LEAST_KV_MB, memoryMb - RUNTIME_MB - featuresMb) * 2 ** 20;
  const init: ModelInit = { dir, options: { ...rest, kvBytes, featureBytes: featuresMb * 2 ** 20 } };
  const entry = new URL('./child.ts', import.meta.url);
  const { openingBytes } = modelMemory({ dir, config });
  const limit = memoryMb + Math.ceil(openingBytes / 2 ** 20);
  const heartbeatMs = openingBytes > LARGE ? HEARTBEAT.large : HEARTBEAT.small;
  const child = superviseChild({ name: 'model', entry, memoryMb: limit, heartbeatMs, init, retryFirst: false, urgent: true }, signal, log);
  const calls = new CallQueue(child);
  const chats = new ChatCalls(child);
  let device: string | undefined;
  child.messages$.subscribe((message) => {
    const { opened } = message as Partial<ModelOpened>;
    device = opened ?? device;
    if (opened !== undefined) log.info({ model: name }, `The model is open: ${opened}.`);
  });
  const scoreMany: ModelProcess['scoreMany'] = (prompts, yes, no) => calls.add((id) => ({ id, method: 'scoreMany', prompts, yes, no })) as Promise<number[]>;
  const videoSize: VideoSize = { minPixels: processing.minPixels, maxPixels: processing.maxPixels };
  return {
    name,
    context: contextOf(config.text, { ...rest, kvBytes }),
    videoSize,
    processing,
    side: config.vision.patch * config.vision.merge,
    sampling,
    atOnce: 1,
    ready: calls.ready,
    state$: child.state$,
    get device() {
      return device;
    },
    get childPid() {
      return child.pid;
    },
    generate: ({ video, ...request }) =>
      calls.add((id, frames) => ({ id, method: 'generate', request, ...(video ? { video: frames.pack(video) } : {}) })) as Promise<GenerateResult>,
    chat: (request, hooks) => chats.add(request, hooks ?? {}),
    prefill: (video, stream) => calls.add((id, frames) => ({ id, method: 'prefill', video: frames.pack(video), stream })) as Promise<void>,
    score: async (prompt, yes, no) => (await scoreMany([prompt], yes, no))[0] as number,
    scoreMany,
    close: () => child.stop(),
  };
}
