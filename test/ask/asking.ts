import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, statSync, createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { createAsker } from '../../src/ask/ask.ts';
import type { AskerOptions } from '../../src/ask/ask.ts';
import { videoLength } from '../../src/ask/footage.ts';
import { createQuestionLine } from '../../src/ask/line.ts';
import { Uploads } from '../../src/ask/uploads.ts';
import { multimodalRoutes } from '../../src/api/routes/multimodal.ts';
import { uploadsRoutes } from '../../src/api/routes/uploads.ts';
import type { MultimodalAnswer } from '../../src/api/schemas/multimodal.ts';
import { modelProcessOptions } from '../../src/config/modelSettings.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Config } from '../../src/config/schema.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { createLogger } from '../../src/health/log.ts';
import { startModelProcess } from '../../src/qwen3vl/process/process.ts';
import type { ModelProcess } from '../../src/qwen3vl/process/process.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { serve } from '../api/serve.ts';
import type { Served } from '../api/serve.ts';

/** The demo model, a log, uploads and the real API; what a question needs. */
export interface Asking {
  readonly api: Served;
  readonly model: ModelProcess;
  readonly store: Store;
  readonly uploads: Uploads;
  readonly folder: string;
  readonly config: Config;
  ask(body: object, more?: { accept?: string; signal?: AbortSignal }): Promise<Response>;
  answer(body: object): Promise<MultimodalAnswer>;
  upload(file: string): Promise<string>;
  close(): Promise<void>;
}

export interface AskingOptions {
  readonly config?: object;
  readonly keep?: number;
  readonly most?: number;
  asker?(store: Store): Partial<AskerOptions>;
}

export async function startAsking({ config: more = {}, keep = 3_600_000, most = 50e6, asker }: AskingOptions = {}): Promise<Asking> {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-asking-'));
  const config = configSchema.parse({ model: { name: DEMO_MODEL, device: 'cpu' }, cameras: [{ id: 'room', url: 'rtsp://127.0.0.1/x' }], network: { allow: ['127.0.0.1'] }, ...more });
  const stop = new AbortController();
  const log = createLogger({ level: 'silent' });
  const model = startModelProcess(modelProcessOptions(config), stop.signal, log);
  const store = openStore({ path: ':memory:', retentionDays: 30 }, log);
  const uploads = new Uploads({ dir: join(folder, 'uploads'), most, mostTogether: 2 * most, keep, now: Date.now, check: videoLength });
  await uploads.start();
  const line = createQuestionLine({ now: Date.now });
  const options: AskerOptions = { model, current: () => ({ config }), store, line, uploads, log, now: Date.now, ...asker?.(store) };
  const api = await serve([...multimodalRoutes({ asker: createAsker(options) }), ...uploadsRoutes({ uploads })]);
  await model.ready;
  const ask: Asking['ask'] = (body, { accept, signal } = {}) => api.post('/v1/multimodal/generate', body, { scope: 'viewer', ...(accept ? { headers: { accept } } : {}), ...(signal ? { signal } : {}) });
  return {
    api, model, store, uploads, folder, config, ask,
    async answer(body) {
      const response = await ask(body);
      const json = (await response.json()) as MultimodalAnswer;
      if (response.status !== 200) throw new Error(JSON.stringify(json));
      return json;
    },
    async upload(file) {
      const response = await api.post('/v1/uploads', readFileSync(file), { scope: 'editor', headers: { 'content-type': 'video/mp4' } });
      const json = (await response.json()) as { media_url: string };
      if (response.status !== 201) throw new Error(JSON.stringify(json));
      return json.media_url;
    },
    async close() {
      await api.stop();
      await model.close();
      store.close();
      stop.abort();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The seed's request, field by field. */
export function seedRequest(media: string, range: readonly [number, number] = [15_000, 20_000]): object {
  return {
    model: 'demo', prompt: 'Describe the key events in this time range and give their time stamps.', media_url: media,
    options: { temporal_alignment: true, time_range: range, timestamp_unit: 'ms', output_timestamps: true, inference_mode: 'sliding_window', window_size: 8192, overlap_ratio: 0.2, frame_rate: 4 },
  };
}

/** Files of a folder over HTTP on loopback; also what no server should do. */
export async function serveFiles(folder: string): Promise<{ url: string; asked: string[]; close(): void }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    if (path === '/elsewhere') return response.writeHead(302, { location: 'http://localhost:1/video.mp4' }).end();
    if (path === '/endless') {
      response.writeHead(200);
      const more = (): void => void (response.writableEnded || response.destroyed || response.write(Buffer.alloc(1e6), () => setImmediate(more)));
      return more();
    }
    const file = join(folder, path.slice(1));
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': size });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close: () => void server.close().closeAllConnections() };
}
