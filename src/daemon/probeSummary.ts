import type { CameraProbe } from '../camera/probe.ts';
import type { Config } from '../config/schema.ts';
import { HEARTBEAT_MOST } from '../window/window.ts';

const HOUR = 3600;
/** Side of the square of a frame that is one token of a pair of frames, pixels. */
const TOKEN_SIDE = 32;

/** Visual tokens that a camera costs, by the sizes of the frames that were kept. */
export interface Tokens {
  /** an hour in which nothing moves */
  readonly idle: number;
  /** an hour in which something moves all the time */
  readonly busy: number;
  /** times an hour that a still scene is looked at */
  readonly looks: number;
}

/** Each pair of frames is counted once, when it is new: what windows show again is kept. */
export function tokensOf({ frame }: CameraProbe, { window, video_processor: video }: Config): Tokens | undefined {
  if (!frame) return undefined;
  const pair = (frame.width / TOKEN_SIDE) * (frame.height / TOKEN_SIDE);
  const looks = HOUR / Math.max(window.heartbeat, HEARTBEAT_MOST);
  return { idle: Math.round(looks * pair), busy: Math.round((HOUR * video.frame_rate * pair) / 2), looks: Number(looks.toFixed(1)) };
}

/** For programs: keys end in their units. */
export function probeSummary(probe: CameraProbe, config: Config): Record<string, unknown> {
  const { facts, cost, frame, uncertainty, counts, ended } = probe;
  const tokens = tokensOf(probe, config);
  return {
    codec: facts.codec, width: facts.width, height: facts.height, declared_fps: rounded(facts.declaredFps), measured_fps: rounded(facts.measuredFps),
    keyframe_interval_s: rounded(facts.keyframeInterval), network_mbit_s: rounded(facts.bitrate / 1e6), hardware: facts.hardware,
    time_source: facts.timeSource, uncertainty_ms: rounded(uncertainty),
    clock: {
      believed: facts.clock.believed, why: facts.clock.why, offset_ms: rounded(facts.clock.offset), drift_ppm: rounded(facts.clock.drift),
      spread_ms: rounded(facts.clock.spread), reports: facts.clock.reports, latency_ms: rounded(facts.clock.latency),
    },
    observed_s: rounded(facts.observed), asleep: rounded(facts.asleep), packets: facts.packets, decoded: facts.decoded, ...counts,
    frame_width: frame?.width, frame_height: frame?.height,
    idle_cores: rounded(cost.idle.cores), idle_measured: cost.idle.measured, busy_cores: rounded(cost.busy.cores), busy_measured: cost.busy.measured,
    memory_mb: rounded(facts.memory), visual_tokens_per_idle_hour: tokens?.idle, visual_tokens_per_busy_hour: tokens?.busy, ended,
  };
}

export function rounded(n: number, digits?: number): number;
export function rounded(n: number | undefined, digits?: number): number | undefined;
export function rounded(n: number | undefined, digits = 4): number | undefined {
  return n === undefined ? undefined : Number(n.toFixed(digits));
}
