import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import type { Frame } from '../values.ts';
import { longVideo } from '../infer/longVideo.ts';
import type { LongVideoOptions, LongVideoStep } from '../infer/longVideo.ts';
import { qwenBackend } from '../infer/qwen.ts';
import type { VideoModel } from '../infer/qwen.ts';
import { boundedWindowSize } from '../infer/tokenWindows.ts';
import { readVideoFrames } from '../ingest/file.ts';
import { readCheckpoint } from '../qwen3vl/checkpoint/checkpoint.ts';
import { sample } from '../sample/sample.ts';
import { pulled } from './pulled.ts';
import { modelFrameSize } from './settings.ts';
import { stagesOf } from './stages.ts';

/** What may be asked of a video file; what is not given is as the configuration has it. */
export interface VideoRequest extends Pick<LongVideoOptions, 'question' | 'outputTimestamps' | 'lookFor' | 'within'> {
  /** first and last moment, ms of the file */
  readonly timeRange?: readonly [number, number];
  /** stamp frames with the times they were taken at */
  readonly temporalAlignment?: boolean;
  readonly inferenceMode?: Config['long_video']['inference_mode'];
  /** tokens of video per window */
  readonly windowSize?: number;
  readonly overlapRatio?: number;
  /** most frames a second */
  readonly frameRate?: number;
  /** the file is open; its length in ms, where it says */
  onOpened?(duration: number | undefined): void;
}

/** Looks at a video file: file → kept frames → windows of tokens → events or answers. Errors: VIDEO_UNREADABLE, USAGE, MODEL_…. */
export function askVideo(
  path: string,
  request: VideoRequest,
  model: VideoModel & { readonly context: number },
  config: Config,
  signal: AbortSignal,
): AsyncGenerator<LongVideoStep, void, void> {
  const { processing } = readCheckpoint(config.model.name);
  const stages = stagesAt(config, request.frameRate);
  const frameSize = modelFrameSize(config, processing);
  const onOpened = (duration: number | undefined): void => {
    checkRange(request.timeRange, duration);
    request.onOpened?.(duration);
  };
  const frames = readVideoFrames(path, { fps: stages.maxFps, frameSize, onOpened, ...(request.timeRange ? { range: request.timeRange } : {}) }, signal);
  return lookAt(pulled(frames, sample(stages.sample)), request, model, config, signal);
}

/** The same of frames that are worth looking at already, wherever they come from. */
export function lookAt(
  frames: AsyncIterable<Frame>,
  request: Omit<VideoRequest, 'timeRange' | 'onOpened'>,
  model: VideoModel & { readonly context: number },
  config: Config,
  signal: AbortSignal,
): AsyncGenerator<LongVideoStep, void, void> {
  const { video_processor: video, long_video: long } = config;
  const { config: shape } = readCheckpoint(config.model.name);
  const options = {
    ...request,
    windowSize: boundedWindowSize(request.windowSize ?? long.window_size, model.context),
    overlapRatio: request.overlapRatio ?? long.overlap_ratio,
    side: shape.vision.patch * shape.vision.merge,
  };
  return longVideo(frames, qwenBackend(model, { alignTimes: request.temporalAlignment ?? video.enable_temporal_alignment }), options, signal);
}

/** How frames are chosen, at most so many a second; as configured where nothing else is asked. */
export function stagesAt(config: Config, frameRate = config.video_processor.frame_rate): ReturnType<typeof stagesOf> {
  return stagesOf({ ...config, video_processor: { ...config.video_processor, frame_rate: frameRate } });
}

function checkRange(range: VideoRequest['timeRange'], duration = Infinity): void {
  if (range && range[0] >= duration) throw new LookoutError('USAGE', `The range begins at ${range[0] / 1000} s; the video is ${duration / 1000} s long.`);
}
