import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';

export interface ModelFlags {
  /** a folder */
  readonly model?: string;
  readonly device?: Config['model']['device'];
}

/** The configuration with what flags say of the model: a checkpoint that is named runs here, also where the configuration has engines. @throws LookoutError USAGE */
export function withModelFlags(config: Config, { model, device }: ModelFlags): Config {
  if (device !== undefined && model === undefined && config.model.backend === 'openai') {
    throw new LookoutError('USAGE', '--device is of a model that runs on this machine; the configuration has an engine for it. Name a checkpoint with --model.');
  }
  return { ...config, model: { ...config.model, ...(model === undefined ? {} : { name: model, backend: 'onnx' as const }), ...(device ? { device } : {}) } };
}
