import { availableParallelism } from 'node:os';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { STITCH_DEFAULTS } from '../events/stitch.ts';
import type { Backend } from '../infer/backend.ts';
import { qwenBackend } from '../infer/qwen.ts';
import type { Logger } from '../health/log.ts';
import { startModelProcess } from '../qwen3vl/process.ts';
import type { ModelProcess } from '../qwen3vl/process.ts';
import type { Rule } from '../rules/rule.ts';
import type { Clip } from './clip.ts';
import { scoreClip } from './clipScore.ts';
import type { ClipScore, ClipScoring } from './clipScore.ts';
import { findLabelledVideos } from './labels.ts';
import { makeReport } from './report.ts';
import type { EvalReport } from './report.ts';
import { heldOutScenes } from './scenes.ts';
import { shareOut } from './shareOut.ts';
import { videoClip } from './videoClip.ts';
import type { FrameOptions } from './videoClip.ts';
import type { Stages } from './watchFile.ts';
import { scoreWindows } from './windowScore.ts';

/** What to evaluate on: a labelled video or a folder of them, or rendered scenes that no training has seen. */
export type EvalSource =
  | { readonly path: string; readonly rules: readonly Rule[]; readonly frames: FrameOptions }
  | { readonly scenes: number; readonly seed: number; /** seconds each */ readonly duration?: number };

export interface EvalOptions {
  readonly source: EvalSource;
  readonly model: Parameters<typeof startModelProcess>[0];
  /** model processes side by side; where not given, one per core for a small checkpoint and one for a large one */
  readonly jobs?: number;
  readonly stages?: Stages;
  /** the model window by window, without stitching and rules */
  readonly perWindow?: boolean;
  /** seconds that a prediction and a label may lie apart; 1 where not given */
  readonly tolerance?: number;
  onProgress?(done: number, total: number): void;
}

/** As the daemon runs them where the configuration says nothing else. */
export const DEFAULT_STAGES: Stages = {
  sample: { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 4 },
  window: { length: 8, hop: 1, maxFrames: 16, minFrames: 4, heartbeat: 30 },
  stitch: STITCH_DEFAULTS,
};

const SCENE_SECONDS = 20;
/** A checkpoint up to this size is small enough to be held once per core, bytes. */
const SMALL_CHECKPOINT = 128 * 2 ** 20;

/** Evaluates a model. Errors: those of the model, LABELS_INVALID, VIDEO_UNREADABLE. */
export async function runEvaluation(opts: EvalOptions, signal: AbortSignal, log: Logger): Promise<EvalReport> {
  const clips = await clipsOf(opts.source);
  const jobs = Math.min(clips.length, opts.jobs ?? (await sensibleJobs(opts.model.dir)));
  const abort = new AbortController();
  const either = AbortSignal.any([signal, abort.signal]);
  const threads = opts.model.threads ?? Math.max(1, Math.floor(availableParallelism() / jobs));
  const models: ModelProcess[] = Array.from({ length: jobs }, () => startModelProcess({ ...opts.model, threads }, either, log));
  try {
    return await evaluateClips(clips, models.map((m) => qwenBackend(m)), opts, signal);
  } finally {
    abort.abort();
    await Promise.all(models.map((m) => m.close()));
  }
}

/** Evaluates on clips that are at hand, with as many clips at a time as there are back ends. */
export async function evaluateClips(
  clips: readonly Clip[],
  backends: readonly Backend[],
  opts: Pick<EvalOptions, 'source' | 'stages' | 'perWindow' | 'tolerance' | 'onProgress'>,
  signal?: AbortSignal,
): Promise<EvalReport> {
  const began = performance.now();
  const scoring: ClipScoring = {
    stages: opts.stages ?? DEFAULT_STAGES,
    tolerance: opts.tolerance ?? 1,
    meaning: 'scenes' in opts.source ? 'exact' : 'model',
  };
  const score = opts.perWindow ? scoreWindows : scoreClip;
  let done = 0;
  opts.onProgress?.(0, clips.length);
  const scores = await shareOut(clips, backends, async (clip, backend): Promise<ClipScore> => {
    const result = await score(clip, backend, scoring, signal);
    opts.onProgress?.(++done, clips.length);
    return result;
  });
  return makeReport(scores, {
    model: backends[0]?.name ?? '',
    perWindow: opts.perWindow ?? false,
    rulesTruth: clips.every((c) => c.satisfied !== null) ? 'labels' : 'model',
    seconds: (performance.now() - began) / 1000,
  });
}

async function clipsOf(source: EvalSource): Promise<Clip[]> {
  if ('scenes' in source) return heldOutScenes(source.scenes, source.seed, source.duration ?? SCENE_SECONDS);
  const videos = await findLabelledVideos(source.path);
  return videos.map((v) => videoClip(v, source.rules, source.frames));
}

async function sensibleJobs(dir: string): Promise<number> {
  const files = await readdir(dir).catch(() => []); // a missing folder is the model's to report
  const sizes = await Promise.all(files.filter((f) => f.endsWith('.safetensors')).map(async (f) => (await stat(join(dir, f))).size));
  return sizes.reduce((a, s) => a + s, 0) <= SMALL_CHECKPOINT ? Math.min(4, availableParallelism()) : 1;
}
