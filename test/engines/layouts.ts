import { UNKNOWN } from '../../src/engine/answer.ts';
import type { VideoModel } from '../../src/infer/qwen.ts';
import type { VideoInput } from '../../src/qwen3vl/model.ts';

/** How frames of a window are shown. */
export type Layout = 'pairs' | 'stills' | 'every frame';

/**
 * A model that is shown a window as an engine's stills show it: an image is a video of one pair, the same picture twice at its own
 * time. `stills`: of each pair its later frame; `every frame`: all of them, at twice the tokens.
 */
export function shownAs(layout: Layout, model: VideoModel): VideoModel {
  if (layout === 'pairs') return model;
  const choose = (i: number, last: number): boolean => layout === 'every frame' || i % 2 === 1 || i === last;
  return {
    name: model.name,
    async generate(request, signal) {
      if (!request.video) return model.generate(request, signal);
      const { video, stamps } = doubled(request.video, choose);
      return { ...(await model.generate({ ...request, video }, signal)), stamps };
    },
    prefill: (video, stream) => model.prefill(doubled(video, choose).video, stream),
    scoreMany: (...args) => model.scoreMany(...args),
  };
}

function doubled({ frames, times }: VideoInput, choose: (i: number, last: number) => boolean): { readonly video: VideoInput; readonly stamps: readonly number[] } {
  const shown = frames.flatMap((frame, i) => (choose(i, frames.length - 1) ? [{ frame, time: times[i] ?? 0 }] : []));
  const stamps = shown.map(({ time }) => time);
  return { video: { frames: shown.flatMap(({ frame }) => [frame, frame]), times: stamps.flatMap((time) => [time, time]) }, stamps };
}

/** A model that keeps to itself how sure it is, as an engine without log-probabilities: a score is a word, yes or no. */
export function withoutProbabilities(model: VideoModel): VideoModel {
  return {
    name: model.name,
    async generate(request, signal) {
      const result = await model.generate(request, signal);
      return { ...result, probabilities: [UNKNOWN], pieces: [result.text] };
    },
    prefill: (video, stream) => model.prefill(video, stream),
    scoreMany: async (...args) => (await model.scoreMany(...args)).map((score) => (score >= 0.5 ? 1 : 0)),
  };
}
