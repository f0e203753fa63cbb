import { modelGeometry } from '../config/modelSettings.ts';
import type { Config } from '../config/schema.ts';
import { longVideo } from '../infer/longVideo.ts';
import type { LongVideoOptions, LongVideoStep } from '../infer/longVideo.ts';
import { qwenBackend } from '../infer/qwen.ts';
import type { VideoModel } from '../infer/qwen.ts';
import { boundedWindowSize } from '../infer/tokenWindows.ts';
import { sideOf } from '../qwen3vl/checkpoint/geometry.ts';
import type { Frame } from '../values.ts';
import { stagesOf } from '../config/stages.ts';

/** What may be asked of a video; what is not given is as the configuration has it. */
export interface VideoRequest extends Pick<LongVideoOptions, 'question' | 'outputTimestamps' | 'lookFor' | 'within'> {
  /** stamp frames with the times they were taken at */
  readonly temporalAlignment?: boolean;
  /** tokens of video per window */
  readonly windowSize?: number;
  readonly overlapRatio?: number;
}

/** Looks at frames that are worth it: windows of tokens → events or answers. Errors: those of the frames, USAGE, MODEL_…. */
export function lookAt(
  frames: AsyncIterable<Frame>,
  request: VideoRequest,
  model: VideoModel & { readonly context: number },
  config: Config,
  signal: AbortSignal,
): AsyncGenerator<LongVideoStep, void, void> {
  const { video_processor: video, long_video: long } = config;
  const options = {
    ...request,
    windowSize: boundedWindowSize(request.windowSize ?? long.window_size, model.context),
    overlapRatio: request.overlapRatio ?? long.overlap_ratio,
    side: sideOf(modelGeometry(config)),
  };
  return longVideo(frames, qwenBackend(model, { alignTimes: request.temporalAlignment ?? video.enable_temporal_alignment }), options, signal);
}

/** How frames are chosen, at most so many a second; as configured where nothing else is asked. */
export function stagesAt(config: Config, frameRate = config.video_processor.frame_rate): ReturnType<typeof stagesOf> {
  return stagesOf({ ...config, video_processor: { ...config.video_processor, frame_rate: frameRate } });
}
