import type { Config } from '../config/schema.ts';
import { modelFrameSize } from '../daemon/settings.ts';
import type { EvalSource } from '../eval/evaluate.ts';
import { DEFAULT_STAGES } from '../eval/watchFile.ts';
import type { Stages } from '../eval/watchFile.ts';
import { readCheckpoint } from '../qwen3vl/checkpoint.ts';
import type { Rule } from '../rules/rule.ts';

/** Frames offered for each one that may be kept, so that the sampler has a choice; as the daemon has it. */
const CHOICE = 2;

/** Labelled files, read as the daemon reads a camera. @throws LookoutError MODEL_… */
export function files(path: string, config: Config, rules: readonly Rule[]): EvalSource {
  const { processing } = readCheckpoint(config.model.name);
  return { path, rules, frames: { fps: config.video_processor.frame_rate * CHOICE, frameSize: modelFrameSize(config, processing) } };
}

/** The stages as the configuration has them. */
export function stagesOf(config: Config): Stages {
  const { video_processor: video, window, events } = config;
  return {
    sample: { ...DEFAULT_STAGES.sample, frameRate: video.frame_rate, idleInterval: video.idle_interval, adaptive: video.use_adaptive_sampling },
    window: { ...DEFAULT_STAGES.window, length: window.length, hop: window.hop, maxFrames: window.max_frames, heartbeat: window.heartbeat },
    stitch: { ...DEFAULT_STAGES.stitch, minConfidence: events.min_confidence, confirmations: events.confirmations },
  };
}
