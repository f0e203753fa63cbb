import type { Config } from '../config/schema.ts';
import { modelProcessOptions } from '../config/modelSettings.ts';
import { withFallback } from '../engine/fallback.ts';
import { startEngineModel } from '../engine/model.ts';
import { startEnginePool } from '../engine/pool.ts';
import type { PoolSettings } from '../engine/pool.ts';
import type { Logger } from '../health/log.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import { startModelProcess } from '../qwen3vl/process/process.ts';

export interface OpenModelOptions {
  /** true: engines that cannot be reached are waited for; false, for commands: `ready` rejects then. Default false */
  readonly patient?: boolean;
}

/**
 * Starts what the configuration says runs the model: a process of ours, or the engines' side of it.
 * @throws LookoutError MODEL_NOT_FOUND, MODEL_CONFIG_INVALID, MODEL_WEIGHTS_…, ENGINE_CERTIFICATE
 */
export function openModel(config: Config, signal: AbortSignal, log: Logger, { patient = false }: OpenModelOptions = {}): RunningModel {
  if (config.model.backend === 'openai') {
    const local = config.engine.fallback === 'onnx';
    const engine = startEngineModel(config, { patient: patient || local, startPool: (options) => startEnginePool(poolSettings(config), options, signal, log) }, signal, log);
    return local ? withFallback(engine, { startLocal: (within) => startModelProcess(modelProcessOptions(config), within, log) }, signal, log) : engine;
  }
  const { max_context_length: wanted } = config.video_processor;
  const model = startModelProcess(modelProcessOptions(config), signal, log);
  if (patient && model.context < wanted) log.info({ context: model.context, wanted }, 'the context is bounded by the model or by model.memory_mb');
  return model;
}

/** How long an answer to a window is of use, from its last frame, ms: as long as it may wait for its turn, and then for its answer. */
export function patienceOf({ model, window, engine }: Config): number {
  return model.backend === 'openai' ? (window.length + engine.timeout) * 1000 : Infinity;
}

function poolSettings({ engine }: Config): PoolSettings {
  const endpoints = engine.endpoints.map(({ url, api_key: apiKey, ca, cert, key, verify }) => ({
    url, verify, ...(apiKey ? { apiKey } : {}), ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}),
  }));
  return { endpoints, atOnce: engine.at_once, timeout: engine.timeout * 1000, retryBudget: engine.retry_budget, hedge: engine.hedge };
}
