import type { Config } from '../config/schema.ts';
import { CHOICE } from '../sample/candidate.ts';
import type { SampleOptions } from '../sample/sample.ts';
import type { WindowOptions } from '../window/window.ts';

/** Frames kept from before something moves. */
const LOOK_BACK = 2;
/** Frames no farther apart than this come from activity, s; more where the frame rate is lower. */
const LEAST_GAP = 0.75;
/** Fewest frames that are worth the model's time. */
const LEAST_FRAMES = 4;

/** How frames become windows under a configuration: for the daemon's cameras and for evaluated files alike. */
export function stagesOf(config: Pick<Config, 'video_processor' | 'window'>): { maxFps: number; sample: SampleOptions; window: WindowOptions } {
  const { video_processor: video, window } = config;
  return {
    maxFps: video.frame_rate * CHOICE,
    sample: { frameRate: video.frame_rate, idleInterval: video.idle_interval, adaptive: video.use_adaptive_sampling, lookBack: LOOK_BACK },
    window: {
      length: window.length, hop: window.hop, maxFrames: window.max_frames, minFrames: LEAST_FRAMES,
      overlap: window.overlap_ratio, heartbeat: window.heartbeat, activeGap: Math.max(LEAST_GAP, 1.5 / video.frame_rate),
    },
  };
}
