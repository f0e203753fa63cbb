import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createMetrics } from '../api/metrics.ts';
import { startApi } from '../api/server.ts';
import type { Api } from '../api/server.ts';
import { openTokens } from '../api/tokens.ts';
import { createAsker } from '../ask/ask.ts';
import { createQuestionLine } from '../ask/line.ts';
import { Uploads } from '../ask/uploads.ts';
import { videoLength } from '../ask/footage.ts';
import { createChat } from '../chat/chat.ts';
import { modelFrameSize } from '../config/modelSettings.ts';
import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { keepStills } from '../ingest/stills.ts';
import type { Logger } from '../health/log.ts';
import type { Publisher } from '../alerts/publisher.ts';
import type { RecentFrames } from '../window/recentFrames.ts';
import { apiRoutes } from './apiRoutes.ts';
import type { ApiRooms } from './apiRoutes.ts';
import { modelState } from './modelState.ts';
import { readings } from './reading.ts';

export interface ServedRooms extends Omit<ApiRooms, 'version' | 'startedAt' | 'modelState' | 'asker' | 'chat' | 'uploads' | 'broker'> {
  readonly publisher: Pick<Publisher, 'state$' | 'problem'>;
  readonly frames: RecentFrames;
  readonly log: Logger;
}

/** Where the set-up puts the page. */
const PAGE = fileURLToPath(new URL('../../.cache/web', import.meta.url));

/** Uploads whose time is over go, ms. */
const SWEEP_MS = 600_000;

/** Serves the API and the page until the signal comes; undefined where the configuration wants none, or a certificate that cannot be read: the cameras are watched all the same. */
export async function serveApi(rooms: ServedRooms): Promise<Api | undefined> {
  try {
    return await serve(rooms);
  } catch (error) {
    if (!(error instanceof LookoutError)) throw error;
    rooms.log.error({ code: error.code }, `neither API nor page: ${error.message}`);
    return undefined;
  }
}

async function serve(rooms: ServedRooms): Promise<Api | undefined> {
  const { loaded, log, signal, publisher, pipeline } = rooms;
  const { api, ask } = loaded.config;
  if (!api.enabled) return undefined;
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const state = modelState(rooms.model);
  let connected: 'connected' | 'disconnected' = 'disconnected';
  publisher.state$.subscribe((now) => (connected = now));
  const line = createQuestionLine({ spare: pipeline.spare, now: Date.now, atOnce: ask.questions, waiting: ask.waiting });
  const uploads = await uploadsOf(ask, signal, log);
  const asker = createAsker({ ...rooms, line, now: Date.now, ...(uploads ? { uploads } : {}) });
  const chat = createChat({
    model: rooms.model, line, now: Date.now,
    frameSize: modelFrameSize(loaded.config, rooms.model.videoSize),
    stills: keepStills(signal),
    sources: () => ({ allow: rooms.current().config.network.allow, ...(uploads ? { uploads } : {}) }),
  });
  const served = { ...rooms, version, startedAt: Date.now(), modelState: state, asker, chat, uploads, broker: () => ({ state: connected, problem: publisher.problem() }) };
  const metrics = createMetrics(version, readings({ ...served, line, broker: () => connected }), log);
  pipeline.inferred$.subscribe((ms) => metrics.inferred('window', ms / 1000));
  const { host, port, hosts, origins, cert, key, tokens, requests_per_minute: perMinute } = api;
  return startApi(
    {
      host, port, hosts, origins, version, metrics, log, page: PAGE, tokens: openTokens(tokens, log), routes: apiRoutes(served), limits: { perMinute },
      health: { status: () => (state.state() === 'opening' ? 'starting' : state.state() === 'failed' || connected === 'disconnected' ? 'degraded' : 'ok'), ready: () => state.state() === 'ready' },
      ...(cert && key ? { certificate: { cert, key } } : {}),
    },
    signal,
  );
}

/** A folder that cannot be made takes no uploads; the cameras are watched all the same. */
async function uploadsOf(ask: Config['ask'], signal: AbortSignal, log: Logger): Promise<Uploads | undefined> {
  const { uploads_dir: dir, upload_mb: most, uploads_mb: together, upload_hours: hours } = ask;
  const uploads = new Uploads({ dir, most: most * 1e6, mostTogether: together * 1e6, keep: hours * 3_600_000, now: Date.now, check: videoLength });
  try {
    await uploads.start();
    const sweep = setInterval(() => void uploads.sweep().catch((error: unknown) => log.warn({ err: error, dir }, 'old uploads could not be deleted')), SWEEP_MS);
    signal.addEventListener('abort', () => clearInterval(sweep), { once: true });
    return uploads;
  } catch (error) {
    if (!(error instanceof LookoutError)) throw error;
    log.error({ code: error.code, dir }, `no videos can be uploaded: ${error.detail}`);
    return undefined;
  }
}
