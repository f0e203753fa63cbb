import type { AskedModel } from '../ask/model.ts';
import { modelProcessOptions } from '../config/modelSettings.ts';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../health/log.ts';
import { readCheckpoint } from '../qwen3vl/checkpoint/checkpoint.ts';
import { startModelProcess } from '../qwen3vl/process/process.ts';
import type { ModelProcess } from '../qwen3vl/process/process.ts';

/** The configuration's model, started when it is first asked: what the log alone can answer takes none. */
export function onDemand(config: Config, signal: AbortSignal, log: Logger): AskedModel & { close(): Promise<void> } {
  let started: ModelProcess | undefined;
  const model = (): ModelProcess => (started ??= startModelProcess(modelProcessOptions(config), signal, log));
  const ready = async (): Promise<ModelProcess> => {
    const open = model();
    await open.ready;
    return open;
  };
  return {
    name: readCheckpoint(config.model.name).name,
    get context() {
      return model().context;
    },
    generate: async (request) => (await ready()).generate(request),
    prefill: async (video, stream) => (await ready()).prefill(video, stream),
    scoreMany: async (prompts, yes, no) => (await ready()).scoreMany(prompts, yes, no),
    close: async () => started?.close(),
  };
}
