import type { Backend } from '../infer/backend.ts';
import type { Clip } from './clip.ts';
import { scoreClip } from './clipScore.ts';
import type { ClipScore, ClipScoring } from './clipScore.ts';
import type { Meaning } from './judge.ts';
import { makeReport } from './report.ts';
import type { EvalReport } from './report.ts';
import { shareOut } from './shareOut.ts';
import { DEFAULT_STAGES } from './watchFile.ts';
import type { Stages } from './watchFile.ts';
import { scoreWindows } from './windowScore.ts';

export interface ClipOptions {
  /** the stages' settings, the daemon's defaults where not given */
  readonly stages?: Stages;
  readonly meaning: Meaning;
  /** the model window by window, without stitching and rules */
  readonly perWindow?: boolean;
  /** seconds that a prediction and a label may lie apart; 1 where not given */
  readonly tolerance?: number;
  onProgress?(done: number, total: number): void;
}

/** Scores clips, as many at a time as there are back ends. */
export async function evaluateClips(clips: readonly Clip[], backends: readonly Backend[], opts: ClipOptions, signal?: AbortSignal): Promise<EvalReport> {
  const began = performance.now();
  const scoring: ClipScoring = { stages: opts.stages ?? DEFAULT_STAGES, tolerance: opts.tolerance ?? 1, meaning: opts.meaning };
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
