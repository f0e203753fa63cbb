import type { Load } from '../camera/cost.ts';
import type { CameraProbe } from '../camera/probe.ts';
import type { Config } from '../config/schema.ts';
import { HEARTBEAT_MOST } from '../window/window.ts';

const HOUR = 3600;
/** Side of the square of a frame that is one token of a pair of frames, pixels. */
const TOKEN_SIDE = 32;
const NAMES: Readonly<Record<string, string>> = { h264: 'H.264', hevc: 'H.265', av1: 'AV1', mpeg4: 'MPEG-4', mjpeg: 'Motion JPEG', vp8: 'VP8', vp9: 'VP9' };

/** Visual tokens that a camera costs, by the sizes of the frames that were kept. */
interface Tokens {
  /** an hour in which nothing moves */
  readonly idle: number;
  /** an hour in which something moves all the time */
  readonly busy: number;
  /** times an hour that a still scene is looked at */
  readonly looks: number;
}

/** Each pair of frames is counted once, when it is new: what windows show again is kept. */
function tokensOf({ frame }: CameraProbe, { window, video_processor: video }: Config): Tokens | undefined {
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

/** For people. */
export function probeLines(probe: CameraProbe, config: Config): string[] {
  const { facts, cost, frame, counts, ended } = probe;
  const tokens = tokensOf(probe, config);
  const still = Math.round(facts.asleep * facts.observed);
  return [
    `Stream  ${streamOf(probe)}`,
    ...timeOf(probe).map((line, i) => `${i === 0 ? 'Time  ' : '      '}  ${line}`),
    `Scene   ${counts.looked} pictures looked at, ${counts.kept} kept for the model; ${still > 0 ? `for ${still} of ${Math.round(facts.observed)} s nothing moved, and hardly a picture was decoded` : 'every picture was decoded'}`,
    `Costs   while nothing moves: ${load(cost.idle)}${tokens ? `, and ${tokens.looks} looks of the model an hour, ${grouped(tokens.idle)} visual tokens` : ''}`,
    `        while something moves: ${load(cost.busy)}${tokens ? `, and ${grouped(tokens.busy)} visual tokens an hour` : ''}`,
    `        always: ${facts.memory > 0 ? `${Math.ceil(facts.memory)} MB of memory, ` : ''}${mbit(facts.bitrate)} of network`,
    ...(frame ? [`Model   sees ${frame.width} × ${frame.height} of it`] : []),
    ...(cost.idle.measured && cost.busy.measured ? [] : ['Note    by reckoning: not seen like that while it was looked at, which a longer look may change (--for 60)']),
    ...(ended ? [`Ended   early: ${ended}`] : []),
  ];
}

function streamOf({ facts }: CameraProbe): string {
  const { codec, width, height, declaredFps, measuredFps, keyframeInterval, hardware } = facts;
  const off = declaredFps > 0 && Math.abs(measuredFps / declaredFps - 1) > 0.05;
  const rate = `${rounded(measuredFps, 1)} pictures a second${off ? `, though it declares ${rounded(declaredFps, 1)}` : ''}`;
  const keyframes = keyframeInterval === undefined ? 'no two keyframes seen yet' : `a keyframe every ${rounded(keyframeInterval, 1)} s`;
  return `${NAMES[codec] ?? codec}, ${width} × ${height}, ${rate}, ${keyframes}, decoded by ${hardware ?? 'the processor'}`;
}

function timeOf({ facts, uncertainty }: CameraProbe): string[] {
  const { timeSource, clock } = facts;
  const sure = uncertainty === undefined ? '' : `, right to ± ${Math.ceil(uncertainty)} ms`;
  if (timeSource === 'file') return ['of the file itself, as if it were played live now'];
  const source = timeSource === 'rtcp' ? "by the camera's own clock (RTCP sender reports)" : 'by when pictures arrive here';
  const why = timeSource === 'arrival' && clock.why === 'no reports' ? '; the camera tells no time of its own' : '';
  return [`${source}${sure}${why}`, ...clockOf(facts.clock)];
}

function clockOf({ offset, drift, why, reports }: CameraProbe['facts']['clock']): string[] {
  if (!reports) return [];
  const error = offset === undefined || Math.abs(offset) < 1 ? 'shows no error against that of this computer' : `is ${span(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} that of this computer`;
  const rate = drift === undefined || Math.abs(drift) < 1 ? '' : `, and runs ${Math.round(Math.abs(drift))} ppm ${drift > 0 ? 'fast' : 'slow'} (${span(Math.abs(drift) * 86.4)} a day)`;
  return [`the camera's clock ${error}${rate}${why && /clock is/.test(why) ? '; it is not believed: set it, or see the key `clock`' : ''}`];
}

function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} minutes` : `${(ms / 3_600_000).toFixed(1)} hours`;
}

function load({ cores, measured }: Load): string {
  const percent = 100 * cores;
  return `${measured ? '' : 'by reckoning '}${percent < 10 ? percent.toFixed(1) : Math.round(percent)} % of one processor core`;
}

function mbit(bits: number): string {
  return `${(bits / 1e6).toFixed(bits < 1e7 ? 1 : 0)} Mbit/s`;
}

function grouped(n: number): string {
  return n.toLocaleString('en');
}

function rounded(n: number, digits?: number): number;
function rounded(n: number | undefined, digits?: number): number | undefined;
function rounded(n: number | undefined, digits = 4): number | undefined {
  return n === undefined ? undefined : Number(n.toFixed(digits));
}
