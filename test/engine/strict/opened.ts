import { pino } from 'pino';
import { afterEach } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { startEngineModel } from '../../../src/engine/model.ts';
import { startEnginePool } from '../../../src/engine/pool.ts';
import type { RunningModel } from '../../../src/infer/runningModel.ts';
import { strictServer } from './server.ts';
import type { Manner, StrictServer } from './server.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export async function server(manner: Manner): Promise<StrictServer> {
  const one = await strictServer(manner);
  ends.push(() => one.stop());
  return one;
}

export interface Opened {
  readonly model: RunningModel;
  /** the log, as JSON lines */
  readonly lines: string[];
}

/** A model that these endpoints serve; it is not waited for. */
export function opened(endpoints: readonly { readonly url: string; readonly api_key?: string }[], engine: object = {}, more: object = {}): Opened {
  const lines: string[] = [];
  const log = pino({ level: 'debug', base: undefined }, { write: (line: string) => void lines.push(line) });
  const config = configSchema.parse({ model: { backend: 'openai' }, engine: { endpoints, pictures: 'png', ...engine }, ...more });
  const stop = new AbortController();
  const { at_once: atOnce, timeout, retry_budget: retryBudget, hedge } = config.engine;
  const settings = { endpoints: config.engine.endpoints.map(({ url, api_key: apiKey }) => ({ url, ...(apiKey ? { apiKey } : {}) })), atOnce, timeout: timeout * 1000, retryBudget, hedge };
  const model = startEngineModel(config, { patient: false, startPool: (options) => startEnginePool(settings, options, stop.signal, log) }, stop.signal, log);
  model.ready.catch(() => undefined);
  ends.push(async () => {
    await model.close();
    stop.abort();
  });
  return { model, lines };
}

/** Pictures of the size that Qwen3-VL's processors leave as it is. */
export function pictures(count: number): { width: number; height: number; data: Uint8Array }[] {
  return Array.from({ length: count }, (_, i) => ({ width: 256, height: 256, data: new Uint8Array(256 * 256 * 3).fill(20 * i) }));
}
