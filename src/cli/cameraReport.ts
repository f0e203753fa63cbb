import type { Load } from '../camera/cost.ts';
import type { CameraProbe } from '../camera/probe.ts';
import type { Config } from '../config/schema.ts';
import { rounded, tokensOf } from '../daemon/probeSummary.ts';

const NAMES: Readonly<Record<string, string>> = { h264: 'H.264', hevc: 'H.265', av1: 'AV1', mpeg4: 'MPEG-4', mjpeg: 'Motion JPEG', vp8: 'VP8', vp9: 'VP9' };

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
