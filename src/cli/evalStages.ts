import { modelFrameSize, modelGeometry } from '../config/modelSettings.ts';
import type { Config } from '../config/schema.ts';
import { stagesOf as daemonStages } from '../config/stages.ts';
import type { EvalSource } from '../eval/evaluate.ts';
import { DEFAULT_STAGES } from '../eval/watchFile.ts';
import type { Stages } from '../eval/watchFile.ts';
import type { Rule } from '../rules/rule.ts';

/** Labelled files, read as the daemon reads a camera. @throws LookoutError MODEL_… */
export function files(path: string, config: Config, rules: readonly Rule[]): EvalSource {
  const { processing } = modelGeometry(config);
  return { path, rules, frames: { fps: daemonStages(config).maxFps, frameSize: modelFrameSize(config, processing) } };
}

/** The stages as the configuration has them. */
export function stagesOf(config: Config): Stages {
  const { sample, window } = daemonStages(config);
  const { min_confidence: minConfidence, confirmations } = config.events;
  return { sample, window, stitch: { ...DEFAULT_STAGES.stitch, minConfidence, confirmations } };
}
