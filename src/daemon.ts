import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subject, tap } from 'rxjs';
import { toAlert } from './alerts/alert.ts';
import { type Publisher, startPublisher } from './alerts/publisher.ts';
import type { LoadedConfig } from './config/load.ts';
import { watchConfig } from './config/watch.ts';
import { keepAlert } from './daemon/alerts.ts';
import { Cameras } from './daemon/cameras.ts';
import { closing, type Pipeline } from './daemon/closing.ts';
import { guard } from './daemon/guard.ts';
import { looks } from './daemon/looks.ts';
import { sendersPort } from './daemon/rtmp.ts';
import { modelFrameSize, modelProcessOptions, tellRestart } from './daemon/settings.ts';
import { statusSink } from './daemon/status.ts';
import { keepUp, recordAbsence } from './daemon/upkeep.ts';
import { STITCH_DEFAULTS, stitch } from './events/stitch.ts';
import type { Logger } from './health/log.ts';
import { equivalent } from './infer/equivalent.ts';
import { qwenBackend } from './infer/qwen.ts';
import { type ModelProcess, startModelProcess } from './qwen3vl/process/process.ts';
import { matchRules } from './rules/match.ts';
import type { Secret } from './secret.ts';
import { openStore, type Store } from './store/store.ts';
import type { Window } from './values.ts';

export interface DaemonOptions {
  readonly log: Logger;
  /** stops the daemon, in order */
  readonly signal: AbortSignal;
  /** the RTMP server listens */
  rtmpReady?(info: { port: number; url(key: Secret): Secret }): void;
}

export interface Daemon {
  /** the model can be asked; rejects with MODEL_… where it cannot be opened */
  readonly ready: Promise<void>;
  /** after the signal: everything is stopped and written */
  readonly done: Promise<void>;
  readonly store: Store;
  counters(): { readonly windows: number; readonly visualTokens: number };
}

/** Rules that an event is held against together. */
const SCORES_AT_ONCE = 64;

/**
 * Joins the rooms: camera → sample → window → infer → events → rules → alerts, with the log beside. Returns when everything
 * is under way; cameras, broker and model may come and go from then on.
 * @throws LookoutError STORE_…, PORT_IN_USE, MODEL_…
 */
export async function startDaemon(loaded: LoadedConfig, opts: DaemonOptions): Promise<Daemon> {
  const halt = new AbortController();
  const store = openStore({ path: loaded.config.store.path, retentionDays: loaded.config.store.retention_days }, opts.log);
  try {
    return await run(loaded, opts, store, halt);
  } catch (error) {
    halt.abort();
    store.close();
    throw error;
  }
}

/** The signal stops the cameras; the model and the broker stay until the last windows are told (`halt`). */
async function run(loaded: LoadedConfig, opts: DaemonOptions, store: Store, halt: AbortController): Promise<Daemon> {
  const { log } = opts;
  const stop = AbortSignal.any([opts.signal, halt.signal]);
  const model = openModel(loaded, halt.signal, log);
  const rtmp = await sendersPort(loaded.config, stop, log);
  if (rtmp) opts.rtmpReady?.(rtmp);
  const publisher = openPublisher(loaded, store, halt.signal, log);
  recordAbsence(store, loaded.config.cameras.map((camera) => camera.id), Date.now());
  keepUp(store, stop, log);

  let current = loaded;
  const pipeline = joinRooms(() => current, model, store, publisher, log);
  const cameras = new Cameras({ window: (w) => pipeline.windows.next(w), growing: (w) => pipeline.growing.next(w), ...statusSink(store, publisher, log) }, stop, log);
  const follow = (next: LoadedConfig): void => {
    tellRestart(current.config, next.config, log);
    current = next;
    const { config } = next;
    rtmp?.allow(config.cameras.flatMap((camera) => camera.rtmp_key ?? []));
    const pushUrl = (key: Secret): Secret => rtmp?.url(key) ?? key;
    cameras.follow(config.cameras, { frameSize: modelFrameSize(config, model.videoSize), video: config.video_processor, window: config.window, allow: config.network.allow, pushUrl });
  };
  follow(loaded);
  watchConfig(loaded, { signal: stop, log }).subscribe((next) => guard(log, () => follow(next)));
  return { ready: model.ready, done: closing({ stop, halt, pipeline, publisher, store, log }), store, counters: pipeline.counters };
}

function openModel({ config }: LoadedConfig, stop: AbortSignal, log: Logger): ModelProcess {
  const { max_context_length: wanted } = config.video_processor;
  const model = startModelProcess(modelProcessOptions(config), stop, log);
  if (model.context < wanted) log.info({ context: model.context, wanted }, 'the context is bounded by the model or by model.memory_mb');
  return model;
}

function openPublisher({ config }: LoadedConfig, store: Store, stop: AbortSignal, log: Logger): Publisher {
  return startPublisher({ ...config.mqtt, clientId: `lookout-${randomUUID().slice(0, 8)}` }, store, stop, log);
}

/** Windows in, alerts out; this is the drawing of the README. */
function joinRooms(current: () => LoadedConfig, model: ModelProcess, store: Store, publisher: Publisher, log: Logger): Pipeline {
  const backend = qwenBackend(model, { alignTimes: current().config.video_processor.enable_temporal_alignment });
  const { min_confidence: minConfidence, confirmations } = current().config.events;
  const windows = new Subject<Window>();
  const growing = new Subject<Window>();
  const { answers, counters, close } = looks({ current, backend, growing, store, log });

  const subscription = windows
    .pipe(
      answers,
      stitch({ ...STITCH_DEFAULTS, minConfidence, confirmations, equivalent: (a, b) => equivalent(backend, a, b), now: Date.now, newId: randomUUID }),
      tap((event) => {
        log.info({ camera: event.camera, phase: event.phase, event: event.text, at: new Date(event.start).toISOString() }, 'event');
        guard(log, () => store.putEvent(event));
        publisher.publishEvent(event);
      }),
      matchRules({
        rules: () => current().rules,
        score: (event, rule) => backend.score(event, rule),
        concurrency: SCORES_AT_ONCE,
        now: Date.now,
        newId: randomUUID,
        onError: (error, event, rule) => log.error({ err: error, event: event.id, rule: rule.id }, 'a rule could not be held against an event'),
        onDropped: (event, rule) => log.error({ event: event.id, rule: rule.id }, 'the model cannot keep up: a rule was not held against an event'),
      }),
    )
    .subscribe({
      next: (verdict) => {
        log.info({ camera: verdict.camera, rule: verdict.ruleId, event: verdict.text, score: verdict.score }, 'alert');
        keepAlert(toAlert(verdict, Date.now()), store, publisher, log);
      },
      error: (error: unknown) => log.fatal({ err: error }, 'the pipeline failed'),
    });
  const finish = async (ms: number): Promise<void> => {
    const over = new Promise<void>((resolve) => void subscription.add(resolve));
    growing.complete();
    windows.complete();
    await Promise.race([over, sleep(ms, undefined, { ref: false })]);
    subscription.unsubscribe();
    close();
  };
  return { windows, growing, counters, finish };
}
