import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Subject } from 'rxjs';
import { onTestFinished } from 'vitest';
import { feedEvents } from '../../../src/api/feed.ts';
import type { FeedItem } from '../../../src/api/feed.ts';
import type { StatusNow } from '../../../src/api/cameraShape.ts';
import type { Route } from '../../../src/api/route.ts';
import { alertsRoutes } from '../../../src/api/routes/alerts.ts';
import { backtestRoutes } from '../../../src/api/routes/backtest.ts';
import type { ScoreOptions, ScoreQuestion } from '../../../src/api/routes/backtest.ts';
import { backupRoutes } from '../../../src/api/routes/backup.ts';
import { camerasRoutes } from '../../../src/api/routes/cameras.ts';
import type { ProbeOrder } from '../../../src/api/routes/cameras.ts';
import { configRoutes } from '../../../src/api/routes/config.ts';
import { coverageRoutes } from '../../../src/api/routes/coverage.ts';
import { eventsRoutes } from '../../../src/api/routes/events.ts';
import { explainRoutes } from '../../../src/api/routes/explain.ts';
import { feedRoutes } from '../../../src/api/routes/feed.ts';
import { feedbackRoutes } from '../../../src/api/routes/feedback.ts';
import { looksRoutes } from '../../../src/api/routes/looks.ts';
import { mediaRoutes } from '../../../src/api/routes/media.ts';
import { rulesRoutes } from '../../../src/api/routes/rules.ts';
import { statusRoutes } from '../../../src/api/routes/status.ts';
import { whenRoutes } from '../../../src/api/routes/when.ts';
import type { ProbeOut } from '../../../src/api/schemas/cameras.ts';
import { beyondCapacity } from '../../../src/capacity/beyond.ts';
import { configFiles } from '../../../src/config/files.ts';
import { withoutSecrets } from '../../../src/config/environment.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { FIXED, awaitingRestart } from '../../../src/daemon/settings.ts';
import { probeOnce } from '../../../src/daemon/probes.ts';
import { LookoutError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/health/log.ts';
import { overheard } from '../../../src/store/overheard.ts';
import { openStore } from '../../../src/store/store.ts';
import type { Store } from '../../../src/store/store.ts';
import { serve } from '../serve.ts';
import type { Served } from '../serve.ts';
import { NOON } from '../../store/values.ts';

export interface HouseOptions {
  /** files beside those that are there by themselves; the configuration is lookout.yaml */
  readonly files?: Record<string, string>;
  readonly now?: () => number;
  score?(questions: readonly ScoreQuestion[], opts: ScoreOptions): Promise<number[]>;
  probe?(order: ProbeOrder, signal: AbortSignal): Promise<ProbeOut>;
}

export interface House extends Served {
  readonly folder: string;
  readonly file: string;
  readonly store: Store;
  readonly news: Subject<FeedItem>;
  readonly statuses: Map<string, StatusNow>;
  /** a file of the folder as it is now */
  read(name: string): string;
  write(name: string, text: string): void;
}

/** What a camera's password, a push key and the broker's password are here: they may stand in no answer. */
export const CANARY = 'kanarienvogel-7f3a';

export const CONFIG = `# the house
model: { name: m }   # small
store: { path: log/lookout.db }
media: { dir: media }
rtmp: { enabled: true, host: 0.0.0.0, port: 1935 }
mqtt:
  url: mqtt://lookout:${CANARY}@broker.example:1883
  username: lookout
  password: ${CANARY}
  # how long
  settle: 0.5
cameras:
  # the front
  - id: door     # of oak
    url: rtsp://viewer:${CANARY}@192.168.1.20:554/stream1?token=${CANARY}
  - id: hall
    url: rtsp://192.168.1.21/user=admin&password=${CANARY}&channel=1
  - id: yard
    rtmp_key: ${CANARY}
    enabled: false
`;

const RULES = { 'rules/phone.yaml': '# everybody knows it\nalert: someone picks up phone # or not\nthreshold: 0.5\n', 'rules/list.yaml': '- id: bag # left\n  alert: a bag is left\n  cameras: [hall]\n- id: dog\n  alert: a dog barks\n  enabled: false\n' };

/** Real files, a real log, and all routes of the command line's doings on a real server. */
export async function house({ files = {}, now = () => NOON + 60_000, score, probe }: HouseOptions = {}): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-house-'));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  for (const [name, text] of Object.entries({ 'lookout.yaml': CONFIG, ...RULES, 'log/keep': '', 'media/keep': '', ...files })) write(name, text);
  const file = join(folder, 'lookout.yaml');
  const loaded = loadConfig(file, withoutSecrets);
  const news = new Subject<FeedItem>();
  const store = overheard(openStore({ path: loaded.config.store.path, retentionDays: 0 }, createLogger({ level: 'silent' })), (item) => news.next(item));
  store.markAlive(now());
  const statuses = new Map<string, StatusNow>();
  const reading = configFiles(file, () => loaded);
  const common = { log: store, files: reading, now, cameras: () => reading.read().config.cameras.filter(({ enabled }) => enabled).map(({ id }) => id), mediaUrl: () => undefined };
  const routes: Route[] = [
    ...eventsRoutes(common), ...alertsRoutes(common), ...looksRoutes(common), ...coverageRoutes(common), ...explainRoutes(common), ...whenRoutes(common),
    ...rulesRoutes(common), ...camerasRoutes({ files: reading, status: (id) => statuses.get(id), probe: probe ?? (async (order, signal) => (await probeOnce(file, order, signal)) as ProbeOut), beyond: beyondCapacity }),
    ...configRoutes({ files: reading, fixed: FIXED, awaitingRestart: (next) => awaitingRestart(loaded.config, next) }),
    ...backtestRoutes({ ...common, score: score ?? noModel }), ...feedbackRoutes({ ...common, score: score ?? noModel }),
    ...mediaRoutes({ log: store, folder: () => loaded.config.media.dir }), ...feedRoutes({ feed$: feedEvents(news, () => undefined), version: '1.2.3', now }),
    ...backupRoutes({ log: store, path: () => loaded.config.store.path, now }),
    ...statusRoutes({
      version: '1.2.3', startedAt: NOON, now, files: reading, awaitingRestart: (next) => awaitingRestart(loaded.config, next), log: store, status: (id) => statuses.get(id),
      model: () => ({ name: 'demo', state: 'ready', problem: null, context: 4096, device: 'cpu', windows: 3, visualTokens: 900 }),
      broker: () => ({ address: loaded.config.mqtt.url, state: 'disconnected', problem: new LookoutError('BROKER_UNREACHABLE', `${loaded.config.mqtt.url} does not answer.`) }),
      held: () => [{ what: 'media', path: loaded.config.media.dir, usedBytes: 5, maxBytes: 10e9 }, { what: 'recordings', path: join(folder, 'nowhere'), usedBytes: null, maxBytes: null }],
    }),
  ];
  const served = await serve(routes);
  onTestFinished(async () => {
    await served.stop();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ...served, folder, file, store, news, statuses, read: (name) => readFileSync(join(folder, name), 'utf8'), write };
}

function noModel(): Promise<number[]> {
  return Promise.reject(new LookoutError('MODEL_RUNTIME', 'There is no model in this house.'));
}

/** The code of a refusal with its status: `404 RULE_NOT_FOUND`. */
export async function refusal(answer: Response | Promise<Response>): Promise<string> {
  const got = await answer;
  const body = (await got.json()) as { error?: { code?: string } };
  return `${got.status} ${body.error?.code ?? JSON.stringify(body).slice(0, 200)}`;
}

/** The answer's JSON where it is no refusal. */
export async function told<T>(answer: Response | Promise<Response>): Promise<T> {
  const got = await answer;
  const text = await got.text();
  if (!got.ok) throw new Error(`${got.status}: ${text}`);
  return JSON.parse(text) as T;
}

/** Server-sent events of an answer, one by one. */
export async function* heard(answer: Response): AsyncGenerator<{ event: string; data: unknown }> {
  let rest = '';
  for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    rest += piece;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) as unknown };
    }
  }
}
