import { configSchema } from '../../src/config/schema.ts';
import type { Config } from '../../src/config/schema.ts';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { startEngineModel } from '../../src/engine/model.ts';
import { startEnginePool } from '../../src/engine/pool.ts';
import { createLogger } from '../../src/health/log.ts';
import type { RunningModel } from '../../src/infer/runningModel.ts';
import type { Engine } from './found.ts';

/** The model that an engine serves, as the daemon opens it; resolves when it has been tried out. */
export async function openEngine({ url, kind, model, apiKey }: Engine, signal: AbortSignal): Promise<RunningModel> {
  const config: Config = configSchema.parse({
    // the folder says how frames are cut for it; nothing of it is run here
    model: { backend: 'openai', name: DEMO_MODEL },
    // a loaded machine is no slow engine
    engine: { endpoints: [{ url, kind, ...(apiKey ? { api_key: apiKey } : {}) }], timeout: 120, ...(model ? { model } : {}) },
    cameras: [{ id: 'room', url: 'rtsp://127.0.0.1/x' }],
  });
  const log = createLogger({ level: process.env['LOOKOUT_LOG'] ?? 'silent' });
  const { endpoints, at_once: atOnce, timeout, retry_budget: retryBudget, hedge } = config.engine;
  const settings = endpoints.map(({ api_key: key, ...one }) => ({ ...one, ...(key ? { apiKey: key } : {}) }));
  const opened = startEngineModel(config, { startPool: (options) => startEnginePool({ endpoints: settings, atOnce, timeout: timeout * 1000, retryBudget, hedge }, options, signal, log), patient: false }, signal, log);
  await opened.ready;
  return opened;
}
