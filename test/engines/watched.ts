import type { Clip } from '../../src/eval/clip.ts';
import { DEFAULT_STAGES, watchFile } from '../../src/eval/watchFile.ts';
import { qwenBackend } from '../../src/infer/qwen.ts';
import type { VideoModel } from '../../src/infer/qwen.ts';
import type { GenerateRequest, GenerateResult } from '../../src/qwen3vl/model.ts';

/** An event or an alert as people get it: what, and when, to the millisecond. */
export interface Told {
  readonly text: string;
  readonly start: number;
  readonly end: number | null;
}

/** What a model made of a clip, and every answer that it gave on the way. */
export interface WatchedClip {
  readonly name: string;
  readonly events: readonly Told[];
  /** rule, and when it happened */
  readonly alerts: readonly Told[];
  readonly answers: readonly GenerateResult[];
  /** of each answer, what it was asked about: frames' times, seconds, and the prompt's words */
  readonly asked: readonly string[];
}

/** Runs a clip through the whole of sampling, windows, answers, stitching and rules, as the daemon joins them. */
export async function watchClip(clip: Clip, model: VideoModel): Promise<WatchedClip> {
  const answers: GenerateResult[] = [];
  const asked: string[] = [];
  const overheard: VideoModel = {
    name: model.name,
    async generate(request, signal) {
      const result = await model.generate(request, signal);
      answers.push(result);
      asked.push(inWords(request));
      return result;
    },
    prefill: (video, stream) => model.prefill(video, stream),
    scoreMany: (...args) => model.scoreMany(...args),
  };
  const { events, verdicts } = await watchFile(clip.frames(), qwenBackend(overheard), clip.rules, DEFAULT_STAGES);
  return {
    name: clip.name,
    events: events.map(({ text, start, end }) => ({ text, start, end })),
    alerts: verdicts.map(({ ruleId: text, start, end }) => ({ text, start, end })),
    answers,
    asked,
  };
}

function inWords({ video, prompt }: GenerateRequest): string {
  return `${(video?.times ?? []).map((t) => t.toFixed(3)).join(' ')} ${prompt}`;
}
