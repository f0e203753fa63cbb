import { setMaxListeners } from 'node:events';
import { Subject } from 'rxjs';
import type { FeedItem } from './api/feed.ts';
import { startPublisher } from './alerts/publisher.ts';
import type { LoadedConfig } from './config/load.ts';
import { ownCameras } from './config/ownCameras.ts';
import { modelFrameSize } from './config/modelSettings.ts';
import { watchConfig } from './config/watch.ts';
import { AlertDesk } from './daemon/alerts.ts';
import { serveApi } from './daemon/api.ts';
import { Cameras } from './daemon/cameras.ts';
import { CameraStates } from './daemon/cameraStates.ts';
import { capacityNotice } from './daemon/capacityNotice.ts';
import { closing } from './daemon/closing.ts';
import { obey } from './daemon/commands.ts';
import { guard } from './daemon/guard.ts';
import { mediaKeeper } from './daemon/media.ts';
import { openModel } from './daemon/openModel.ts';
import { joinRooms } from './daemon/pipeline.ts';
import { historyBounds, publisherOptions } from './daemon/publishing.ts';
import { recall } from './daemon/recall.ts';
import { recordingOptions, taken } from './daemon/taking.ts';
import { sendersPort } from './daemon/rtmp.ts';
import { tellRestart } from './daemon/settings.ts';
import { statusSink } from './daemon/status.ts';
import { keepUp, recordAbsence } from './daemon/upkeep.ts';
import type { Logger } from './health/log.ts';
import { recordOf } from './media/record.ts';
import { keepRecordings } from './recordings/keeper.ts';
import type { Secret } from './secret.ts';
import { overheard } from './store/overheard.ts';
import { openStore, type Store } from './store/store.ts';
import { createRecentFrames } from './window/recentFrames.ts';

export interface DaemonOptions {
  readonly log: Logger;
  /** stops the daemon, in order */
  readonly signal: AbortSignal;
  /** the RTMP server listens */
  rtmpReady?(info: { port: number; url(key: Secret): Secret }): void;
  /** the API and the page are served at this address */
  apiReady?(url: string): void;
}

export interface Daemon {
  /** the model can be asked; rejects with MODEL_… where it cannot be opened */
  readonly ready: Promise<void>;
  /** after the signal: everything is stopped and written */
  readonly done: Promise<void>;
  readonly store: Store;
  counters(): { readonly windows: number; readonly visualTokens: number };
}

/** Kept frames that second looks and pictures may want: of each camera, and of all together. */
const RECENT = { seconds: 25, bytes: 128 * 2 ** 20 };

/**
 * Joins the rooms: camera → sample → window → infer → events → rules → alerts, with the log beside. Returns when everything
 * is under way; cameras, broker and model may come and go from then on.
 * @throws LookoutError STORE_…, PORT_IN_USE, MODEL_…
 */
export async function startDaemon(loaded: LoadedConfig, opts: DaemonOptions): Promise<Daemon> {
  const halt = new AbortController();
  const { path, retention_days: retentionDays, max_mb: maxMb } = loaded.config.store;
  const news = new Subject<FeedItem>();
  const opened = openStore({ path, retentionDays, maxMb, history: historyBounds(loaded) }, opts.log);
  // to be heard costs a question to the log with every delivery, and nobody listens but the API
  const store = loaded.config.api.enabled ? overheard(opened, (item) => news.next(item)) : opened;
  try {
    return await run(loaded, opts, store, news, halt);
  } catch (error) {
    halt.abort();
    store.close();
    throw error;
  }
}

/** The signal stops the cameras, when their clips are whole; the model and the broker stay until the last windows are told (`halt`). */
async function run(loaded: LoadedConfig, opts: DaemonOptions, store: Store, news: Subject<FeedItem>, halt: AbortController): Promise<Daemon> {
  const { log } = opts;
  const stop = AbortSignal.any([opts.signal, halt.signal]);
  const leave = new AbortController();
  const watching = AbortSignal.any([leave.signal, halt.signal]);
  // one listener a camera, and a few more
  setMaxListeners(0, stop, watching, halt.signal);
  let current = loaded;
  const model = openModel(loaded.config, halt.signal, log, { patient: true });
  const rtmp = await sendersPort(loaded, watching, log);
  if (rtmp) opts.rtmpReady?.(rtmp);
  const publisher = startPublisher(publisherOptions(() => current, store, (command) => obey(command, loaded, store, log)), store, halt.signal, log);
  const frames = createRecentFrames(RECENT);
  const recalled = recall(store);
  const absent = recordAbsence(store, ownCameras(loaded).map((camera) => camera.id), Date.now());

  const media = mediaKeeper(loaded, store, { camera: (id) => cameras.stream(id), frames, kept: (id, files) => desk.kept(id, files) }, log);
  const desk = new AlertDesk({ store, publisher, media, log });
  const recordings = keepRecordings(recordingOptions(() => current.config, (id) => cameras.stream(id), log), stop);
  keepUp(store, media, stop, log);
  const pipeline = joinRooms({ current: () => current, model, store, publisher, desk, recordings, frames, recalled, log });
  const { windows, growing, watched, news: watchNews } = pipeline;
  const states = new CameraStates((camera, status) => news.next({ kind: 'status', camera, status }));
  const status = statusSink({ store, publisher, watched, news: watchNews, states, frames, absent, log });
  const cameras = new Cameras(
    {
      window: (w) => windows.next(w),
      growing: (w) => growing.next(w),
      frame: (f) => frames.add(f),
      newest: (camera, until) => watched.newest(camera, until),
      recorded: (id, told) => recordings.told(id, told),
      ...status,
    },
    watching,
    log,
  );
  const tellBeyond = capacityNotice(log);
  const follow = (next: LoadedConfig): void => {
    tellRestart(current.config, next.config, log);
    tellBeyond(next);
    current = next;
    const { config } = next;
    const cameraList = ownCameras(next);
    rtmp?.allow(cameraList.flatMap((camera) => camera.rtmp_key ?? []));
    const pushUrl = (key: Secret): Secret => rtmp?.url(key) ?? key;
    const record = recordOf(loaded.config.media);
    cameras.follow(cameraList, { frameSize: modelFrameSize(config, model.videoSize), video: config.video_processor, window: config.window, allow: config.network.allow, record, recording: recordings.of, pushUrl });
    publisher.publishSwitches();
  };
  follow(loaded);
  watchConfig(loaded, { signal: stop, log }).subscribe((next) => guard(log, () => {
    follow(next);
    news.next(taken(loaded, next));
  }));
  const api = await serveApi({ loaded, current: () => current, model, store, states, camera: (id) => cameras.stream(id), recordings, frames, pipeline, publisher, news$: news, log, signal: stop });
  if (api) opts.apiReady?.(api.url);
  return { ready: model.ready, done: closing({ stop, leave, halt, pipeline, media, desk, publisher, store, api, log }), store, counters: pipeline.counters };
}
