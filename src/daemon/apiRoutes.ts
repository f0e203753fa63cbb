import type { Observable } from 'rxjs';
import { feedEvents } from '../api/feed.ts';
import type { FeedItem } from '../api/feed.ts';
import type { Route } from '../api/route.ts';
import { alertsRoutes } from '../api/routes/alerts.ts';
import { backtestRoutes } from '../api/routes/backtest.ts';
import { backupRoutes } from '../api/routes/backup.ts';
import { camerasRoutes } from '../api/routes/cameras.ts';
import { chatRoutes } from '../api/routes/chat.ts';
import { configRoutes } from '../api/routes/config.ts';
import { coverageRoutes } from '../api/routes/coverage.ts';
import { eventsRoutes } from '../api/routes/events.ts';
import { explainRoutes } from '../api/routes/explain.ts';
import { feedRoutes } from '../api/routes/feed.ts';
import { feedbackRoutes } from '../api/routes/feedback.ts';
import { liveRoutes } from '../api/routes/live.ts';
import { looksRoutes } from '../api/routes/looks.ts';
import { mediaRoutes } from '../api/routes/media.ts';
import { modelsRoutes } from '../api/routes/models.ts';
import { multimodalRoutes } from '../api/routes/multimodal.ts';
import { recordingsRoutes } from '../api/routes/recordings.ts';
import { rulesRoutes } from '../api/routes/rules.ts';
import { statusRoutes, type ModelNow } from '../api/routes/status.ts';
import { uploadsRoutes } from '../api/routes/uploads.ts';
import { whenRoutes } from '../api/routes/when.ts';
import { probeAnswer } from '../api/schemas/cameras.ts';
import type { Asker } from '../ask/ask.ts';
import type { Uploads } from '../ask/uploads.ts';
import { beyondCapacity } from '../capacity/beyond.ts';
import type { Chat } from '../chat/chat.ts';
import { ownCameras } from '../config/ownCameras.ts';
import { configFiles } from '../config/files.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { LookoutError } from '../errors.ts';
import { scoreBeside } from '../infer/scoreBeside.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { wordingsOf } from '../rules/wordings.ts';
import type { Store } from '../store/store.ts';
import type { CameraStream } from '../camera/camera.ts';
import type { CameraStates } from './cameraStates.ts';
import { heldOnDisk } from './disk.ts';
import type { ModelState } from './modelState.ts';
import type { Pipeline } from './pipeline.ts';
import { probeOnce } from './probes.ts';
import { awaitingRestart, FIXED } from './settings.ts';

/** What the API asks of the daemon. */
export interface ApiRooms {
  /** as it was started */
  readonly loaded: LoadedConfig;
  current(): LoadedConfig;
  readonly version: string;
  readonly startedAt: number;
  readonly model: RunningModel;
  readonly modelState: ModelState;
  readonly store: Store;
  readonly states: CameraStates;
  camera(id: string): CameraStream | undefined;
  readonly recordings: Recordings;
  readonly asker: Asker;
  readonly chat: Chat;
  readonly uploads: Uploads | undefined;
  readonly pipeline: Pick<Pipeline, 'counters' | 'spare' | 'inferred$'>;
  broker(): { readonly state: 'connected' | 'disconnected'; readonly problem: LookoutError | undefined };
  readonly news$: Observable<FeedItem>;
  readonly signal: AbortSignal;
}

/** The table of what the daemon can be asked. */
export function apiRoutes(rooms: ApiRooms): Route[] {
  const { loaded, current, version, startedAt, store: log, states, recordings, asker, uploads, signal } = rooms;
  const now = Date.now;
  const files = configFiles(loaded.file, current);
  const { mqtt, store, media } = loaded.config;
  const mediaUrl = (): string | undefined => mqtt.media_url;
  const waiting = (config: Config): string[] => awaitingRestart(loaded.config, config);
  const { site } = loaded.config;
  const { shard } = loaded;
  const ids = (enabled = false): string[] => ownCameras(current()).filter((camera) => camera.enabled || !enabled).map(({ id }) => id);
  const status = (camera: string) => states.of(camera);
  const times = { log, now, cameras: () => ids(true) };
  const score = scoreBeside((...args) => rooms.model.scoreMany(...args), { wordings: wordingsOf });
  const live = (id: string) => rooms.camera(id) ?? (ids().includes(id) ? ('disabled' as const) : undefined);
  return [
    ...camerasRoutes({ files, shard, status, probe: async (order, stop) => probeAnswer.parse(await probeOnce(loaded.file, order, stop)), beyond: (asked) => beyondCapacity({ ...asked, ...(loaded.shard ? { shard: loaded.shard } : {}) }) }),
    ...liveRoutes({ camera: live, recordings, now }),
    ...recordingsRoutes({ recordings, cameras: () => ids(), now, signal }),
    ...rulesRoutes({ files, now }),
    ...backtestRoutes({ log, files, score, now }),
    ...eventsRoutes(times),
    ...alertsRoutes({ ...times, mediaUrl }),
    ...mediaRoutes({ log, folder: () => media.dir }),
    ...explainRoutes({ log, files, now, mediaUrl }),
    ...coverageRoutes(times),
    ...looksRoutes(times),
    ...feedbackRoutes({ log, files, score, now }),
    ...feedRoutes({ feed$: feedEvents(rooms.news$, mediaUrl), version, now }),
    ...whenRoutes({ now }),
    ...multimodalRoutes({ asker }),
    ...chatRoutes({ chat: rooms.chat }),
    ...modelsRoutes({ model: rooms.model, since: startedAt }),
    ...(uploads ? uploadsRoutes({ uploads }) : []),
    ...configRoutes({ files, fixed: FIXED, awaitingRestart: waiting }),
    ...backupRoutes({ log, path: () => store.path, now }),
    ...statusRoutes({
      version, site, shard, startedAt, now, files, status, log, awaitingRestart: waiting,
      model: () => modelNow(rooms),
      broker: () => ({ address: mqtt.url, ...rooms.broker() }),
      held: () => heldOnDisk(loaded.config),
    }),
  ];
}

function modelNow({ model: { name, context, device }, modelState, pipeline }: ApiRooms): ModelNow {
  const { windows, visualTokens } = pipeline.counters();
  return { name, context, state: modelState.state(), problem: modelState.problem(), device: device ?? null, windows, visualTokens };
}
