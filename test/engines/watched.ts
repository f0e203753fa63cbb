import { createHash } from 'node:crypto';
import type { Clip } from '../../src/eval/clip.ts';
import { watchFile } from '../../src/eval/watchFile.ts';
import type { Stages } from '../../src/eval/watchFile.ts';
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
  /** of each answer, what it was asked about */
  readonly asked: readonly string[];
}

/**
 * Runs a clip through the whole of sampling, windows, answers, stitching and rules, as the daemon joins them. The model is asked one
 * thing after the other: an alert does not wait for a closer look at its event, and would be told with the time of before or after it,
 * whichever came first.
 */
export async function watchClip(clip: Clip, model: VideoModel, stages: Stages): Promise<WatchedClip> {
  const answers: GenerateResult[] = [];
  const asked: string[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const overheard: VideoModel = {
    name: model.name,
    async generate(request, signal) {
      const result = await inTurn(() => model.generate(request, signal));
      answers.push(result);
      asked.push(inWords(request));
      return result;
    },
    prefill: (video, stream) => model.prefill(video, stream),
    scoreMany: (...args) => inTurn(() => model.scoreMany(...args)),
  };
  const { events, verdicts } = await watchFile(clip.frames(), qwenBackend(overheard), clip.rules, stages);
  return {
    name: clip.name,
    events: events.map(({ text, start, end }) => ({ text, start, end })),
    alerts: verdicts.map(({ ruleId: text, start, end }) => ({ text, start, end })),
    answers,
    asked,
  };
}

/** The same for the same frames at the same times with the same words. */
function inWords({ video, prompt }: GenerateRequest): string {
  const hash = createHash('sha256');
  for (const { data } of video?.frames ?? []) hash.update(data);
  return `${hash.digest('hex')} ${(video?.times ?? []).map((t) => t.toFixed(3)).join(' ')} ${prompt}`;
}
