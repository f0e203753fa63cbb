import { availableParallelism } from 'node:os';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { qwenBackend } from '../infer/qwen.ts';
import type { Logger } from '../health/log.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import { startModelProcess } from '../qwen3vl/process/process.ts';
import type { ModelProcessOptions } from '../qwen3vl/process/process.ts';
import type { Rule } from '../rules/rule.ts';
import type { Clip } from './clip.ts';
import { evaluateClips } from './evaluateClips.ts';
import type { ClipOptions } from './evaluateClips.ts';
import { findLabelledVideos } from './labels.ts';
import { scorePhrases } from './phraseScore.ts';
import type { EvalReport } from './report.ts';
import { heldOutScenes, SCENE_SECONDS } from './scenes.ts';
import { videoClip } from './videoClip.ts';
import type { FrameOptions } from './videoClip.ts';

/** What to evaluate on: a labelled video or a folder of them, or rendered scenes that no training has seen. */
export type EvalSource =
  | { readonly path: string; readonly rules: readonly Rule[]; readonly frames: FrameOptions }
  | { readonly scenes: number; readonly seed: number; /** seconds each */ readonly duration?: number };

export interface EvalOptions extends Omit<ClipOptions, 'meaning'> {
  readonly source: EvalSource;
  readonly model: ModelProcessOptions;
  /** opens a model that takes many calls at a time, in place of processes of ours */
  open?(signal: AbortSignal, log: Logger): RunningModel;
  /** model processes side by side; where not given, one per core for a small checkpoint and one for a large one */
  readonly jobs?: number;
}

/** Questions on wording: so many per scene, and at most. */
const PHRASES_PER_SCENE = 10;
const PHRASES = 600;
/** A checkpoint up to this size is small enough to be held once per core, bytes. */
const SMALL_CHECKPOINT = 128 * 2 ** 20;
/** Videos at a time with an engine. */
const ENGINE_JOBS = 4;

/** Evaluates a model. Errors: those of the model, LABELS_INVALID, VIDEO_UNREADABLE. */
export async function runEvaluation(opts: EvalOptions, signal: AbortSignal, log: Logger): Promise<EvalReport> {
  const clips = await clipsOf(opts.source);
  const jobs = Math.min(clips.length, opts.jobs ?? (opts.open ? ENGINE_JOBS : await sensibleJobs(opts.model.dir)));
  const abort = new AbortController();
  const either = AbortSignal.any([signal, abort.signal]);
  const threads = opts.model.threads ?? Math.max(1, Math.floor(availableParallelism() / jobs));
  const models: RunningModel[] = opts.open ? [opts.open(either, log)] : Array.from({ length: jobs }, () => startModelProcess({ ...opts.model, threads }, either, log));
  try {
    await Promise.all(models.map((m) => m.ready));
    const backends = Array.from({ length: Math.max(jobs, models.length) }, (_, i) => models[i % models.length]).flatMap((m) => (m ? [qwenBackend(m)] : []));
    if (!('scenes' in opts.source)) return await evaluateClips(clips, backends, { ...opts, meaning: 'model' }, signal);
    const report = await evaluateClips(clips, backends, { ...opts, meaning: 'exact' }, signal);
    if (opts.perWindow) return report;
    const { seed, scenes } = opts.source;
    const questions = Math.min(PHRASES, scenes * PHRASES_PER_SCENE);
    return { ...report, matching: { en: await scorePhrases(backends, 'en', questions, seed), zh: await scorePhrases(backends, 'zh', questions, seed) } };
  } finally {
    abort.abort();
    await Promise.all(models.map((m) => m.close()));
  }
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
