import type { AskedModel } from '../ask/model.ts';
import type { Config } from '../config/schema.ts';
import { openModel } from '../daemon/openModel.ts';
import type { Logger } from '../health/log.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import { readCheckpoint } from '../qwen3vl/checkpoint/checkpoint.ts';

/** The configuration's model, started when it is first asked: what the log alone can answer takes none. */
export function onDemand(config: Config, signal: AbortSignal, log: Logger): AskedModel & { close(): Promise<void> } {
  let started: RunningModel | undefined;
  const model = (): RunningModel => (started ??= openModel(config, signal, log));
  const ready = async (): Promise<RunningModel> => {
    const open = model();
    await open.ready;
    return open;
  };
  const isEngine = config.model.backend === 'openai';
  const known = isEngine ? (config.engine.model ?? 'engine') : readCheckpoint(config.model.name).name;
  return {
    get name() {
      return isEngine ? (started?.name ?? known) : known;
    },
    get context() {
      return model().context;
    },
    generate: async (request) => (await ready()).generate(request),
    prefill: async (video, stream) => (await ready()).prefill(video, stream),
    scoreMany: async (prompts, yes, no) => (await ready()).scoreMany(prompts, yes, no),
    close: async () => started?.close(),
  };
}
