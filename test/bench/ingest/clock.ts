import { setMaxListeners } from 'node:events';
import { openCamera } from '../../../src/camera/camera.ts';
import type { CameraOptions } from '../../../src/camera/camera.ts';
import { createLogger } from '../../../src/health/log.ts';
import { startRtmpServer } from '../../../src/ingest/rtmp/server.ts';
import { Secret } from '../../../src/secret.ts';
import type { TimeSource } from '../../../src/values.ts';
import { readIndex, startSimulator } from '../../peers/simulator.ts';
import type { Change, Simulator } from '../../peers/simulator.ts';
import { cells, figure, HERE, median, quantile, SMALL_SIZE, wait } from './bench.ts';
import type { Bench, Findings } from './bench.ts';
import { numberedClip } from './clips.ts';
import { BFRAMES, LOOKAHEAD, PROMPT, publish } from './publisher.ts';
import type { Encoder } from './publisher.ts';
import { readRawTimes } from './rawMapping.ts';

const SECONDS = 150;
/** A stream whose reports come late may take so long to be sure of its time, s. */
const FIRST = 60;
/** A clock that stepped is right again when it errs by no more, ms. */
const RIGHT = 20;
/** Frames read a second, of 25. */
const FRAME_RATE = 12;
const STEP = 2000;
const LATE = { every: 5000, late: 600, prompt: 0.25 };

/** One frame: what was said of it against the truth. */
interface Timed {
  /** true wall clock, ms */
  readonly truth: number;
  /** ms, positive is late */
  readonly error: number;
  /** ms; undefined where nothing was published */
  readonly uncertainty: number | undefined;
  readonly timeSource: TimeSource | 'libav';
}

interface Line {
  readonly name: string;
  readonly frames: readonly Timed[];
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** median of the signed error */
  readonly bias: number;
  /** share of the frames whose truth lies within the published uncertainty */
  readonly covered: number;
  readonly uncertainty: number;
}

/** Wall-clock errors against known truth, on streams that run side by side: ours, libav's own mapping, and the moment of arrival. */
export async function measureClock(bench: Bench): Promise<Findings> {
  const seconds = bench.seconds ?? SECONDS;
  const first = Math.min(FIRST, (seconds * FIRST) / SECONDS);
  const [plain, bframes] = [await numberedClip(bench, 0), await numberedClip(bench, 2)];
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  bench.defer(() => stop.abort());
  const simulator = await startSimulator();
  bench.defer(() => simulator.stop());
  const scene = (change: Change): Change => ({ clip: plain.file, fps: 25, ...change });
  const watch = async (path: string, change: Change, clock: CameraOptions['clock'] = 'auto'): Promise<Timed[]> => {
    await simulator.tell(path, scene(change));
    return timed({ url: simulator.url(path), clock, truth: (index, at) => simulator.truth(path, index, at) }, stop.signal);
  };
  const clean = await watch('clean', { seed: 1 });
  const withB = await watch('bframes', { clip: bframes.file, seed: 2 });
  const congested = [await watch('late1', { reports: LATE, seed: 3 }), await watch('late2', { reports: LATE, seed: 4 }), await watch('late3', { reports: LATE, seed: 5 })];
  const drift = await watch('drift', { drift: 500, seed: 6 });
  // told to believe the camera, whatever it says: its clock leaps ahead
  const stepped = await watch('step', { seed: 7 }, 'camera');
  // left to decide: a clock that was wrong is set right
  const set = await watch('set', { ntpOffset: -STEP, seed: 8 });
  const raw = { clean: rawTimed(simulator, 'clean', stop.signal), congested: rawTimed(simulator, 'late1', stop.signal) };
  const pushed = await pushedStreams(bench, stop.signal);

  bench.say(`clock: ${seconds} s`);
  const began = Date.now();
  await wait(first, bench);
  const change = Date.now();
  await simulator.tell('step', { ntpOffset: STEP });
  await simulator.tell('set', { ntpOffset: 0 });
  await wait(seconds - first, bench);
  stop.abort();
  await Promise.all([raw.clean.ended, raw.congested.ended]);
  for (const { publisher } of pushed) await publisher.stop();
  await simulator.stop();

  const later = (frames: readonly Timed[]): Timed[] => frames.filter((f) => f.truth - began > first * 1000);
  const allLate = congested.flat();
  const lines = {
    clean: lineOf('clean reports', clean),
    bframes: lineOf('clean reports, B-frames', withB),
    congested: lineOf('late reports, after the first minute', later(allLate)),
    beginning: lineOf('late reports, the first minute', allLate.filter((f) => f.truth - began <= first * 1000)),
    drift: lineOf('500 ppm drift, after the first minute', later(drift)),
    rawClean: lineOf('libav, clean reports', raw.clean.reported),
    rawLate: lineOf('libav, late reports', raw.congested.reported),
    arrival: lineOf('moment of arrival, clean', raw.clean.arrival),
  };
  const pushedLines = pushed.map(({ name, frames }) => lineOf(`RTMP, ${name}`, frames));
  // what it errs by against the clock that it is to follow: the truth until the step, two seconds more after it
  const follows = stepped.map((f) => ({ ...f, error: f.truth >= change ? f.error - STEP : f.error }));
  return report({ ...lines, pushed: pushedLines, step: rightAgain(follows, change), set: rightAgain(set, change) });
}

interface Watch {
  readonly url: string;
  readonly clock: CameraOptions['clock'];
  truth(index: number, at: number): number;
}

/** Watches numbered frames; they come into the array that is returned. */
function timed({ url, clock, truth }: Watch, signal: AbortSignal): Timed[] {
  const frames: Timed[] = [];
  const sample = { frameRate: FRAME_RATE, idleInterval: 1, adaptive: false, lookBack: 1 };
  const stream = openCamera({ id: 'clock', url: new Secret(url), frameSize: SMALL_SIZE, sample, network: HERE, clock }, signal, createLogger({ level: 'error' }));
  stream.frames$.subscribe((frame) => {
    const { index, damaged } = readIndex(frame);
    const taken = damaged ? Number.NaN : truth(index, frame.at);
    if (!Number.isNaN(taken)) frames.push({ truth: taken, error: frame.at - taken, uncertainty: frame.uncertainty, timeSource: frame.timeSource });
  });
  return frames;
}

interface RawTimed {
  readonly reported: Timed[];
  readonly arrival: Timed[];
  readonly ended: Promise<void>;
}

function rawTimed(simulator: Simulator, path: string, signal: AbortSignal): RawTimed {
  const [reported, arrival]: [Timed[], Timed[]] = [[], []];
  const ended = readRawTimes(
    simulator.url(path),
    (times) => {
      const truth = simulator.truth(path, times.index, times.arrival);
      arrival.push({ truth, error: times.arrival - truth, uncertainty: undefined, timeSource: 'libav' });
      if (times.reported !== undefined) reported.push({ truth, error: times.reported - truth, uncertainty: undefined, timeSource: 'libav' });
    },
    signal,
  );
  return { reported, arrival, ended };
}

async function pushedStreams(bench: Bench, signal: AbortSignal): Promise<{ name: string; frames: Timed[]; publisher: ReturnType<typeof publish> }[]> {
  const kinds: readonly (readonly [string, Encoder])[] = [['no delay', PROMPT], ['B-frames', BFRAMES], ['encoder that looks ahead', LOOKAHEAD]];
  const keys = kinds.map((_, i) => new Secret(`bench-${process.pid}-${i}`));
  const door = await startRtmpServer({ port: 0, keys }, signal, createLogger({ level: 'error' }));
  return kinds.map(([name, encoder], i) => {
    const url = door.url(keys[i] ?? new Secret('')).reveal();
    const publisher = publish(url, encoder);
    bench.defer(() => publisher.stop());
    return { name, publisher, frames: timed({ url, clock: 'auto', truth: (index) => publisher.truth(index) ?? Number.NaN }, signal) };
  });
}

function lineOf(name: string, frames: readonly Timed[]): Line {
  const errors = frames.map((f) => Math.abs(f.error));
  const published = frames.filter((f) => f.uncertainty !== undefined);
  return {
    name,
    frames,
    p50: quantile(errors, 0.5),
    p99: quantile(errors, 0.99),
    worst: quantile(errors, 1),
    bias: median(frames.map((f) => f.error)),
    covered: published.filter((f) => Math.abs(f.error) <= (f.uncertainty ?? 0)).length / published.length,
    uncertainty: median(published.map((f) => f.uncertainty ?? Number.NaN)),
  };
}

interface Recovery {
  /** s after the camera's clock was changed until the last frame that erred by more than RIGHT; NaN where it never got right */
  readonly seconds: number;
  readonly covered: number;
}

function rightAgain(frames: readonly Timed[], change: number): Recovery {
  const after = frames.filter((f) => f.truth >= change);
  const lastWrong = after.findLast((f) => Math.abs(f.error) > RIGHT);
  const { covered } = lineOf('', after);
  if (!lastWrong) return { seconds: after.length > 0 ? 0 : Number.NaN, covered };
  return { seconds: lastWrong === after.at(-1) ? Number.NaN : (lastWrong.truth - change) / 1000, covered };
}

type Results = Record<'clean' | 'bframes' | 'congested' | 'beginning' | 'drift' | 'rawClean' | 'rawLate' | 'arrival', Line> & { readonly pushed: readonly Line[]; readonly step: Recovery; readonly set: Recovery };

function report(r: Results): Findings {
  const ours = [r.clean, r.bframes, r.congested, r.beginning, r.drift, ...r.pushed];
  const all = [...ours, r.rawClean, r.rawLate, r.arrival];
  const sources = (line: Line): string => [...new Set(line.frames.map((f) => f.timeSource))].join(', ');
  const row = (line: Line): string => cells(line.name, String(line.frames.length), line.p50, line.p99, line.worst, line.bias, line.uncertainty, line.covered, sources(line));
  const pushed = r.pushed.flatMap((line) => line.frames);
  return {
    lines: [
      'Errors of wall-clock times against known truth, ms',
      '',
      cells('', 'frames', 'p50', 'p99', 'worst', 'median, signed', 'uncertainty published', 'share within it', 'source'),
      '|---|---|---|---|---|---|---|---|---|',
      ...all.map(row),
      '',
      `A camera's clock leaps 2 s and is to be followed: right again (${RIGHT} ms) after ${r.step.seconds.toFixed(1)} s. A clock 2 s behind is set right: ${r.set.seconds.toFixed(1)} s, within the uncertainty ${(100 * r.set.covered).toFixed(1)} % meanwhile.`,
    ],
    figures: {
      clock_p99_ms_clean: figure(r.clean.p99),
      clock_p99_ms_congested: figure(r.congested.p99),
      clock_p99_ms_bframes: figure(r.bframes.p99),
      clock_bframes_shift_ms: figure(r.bframes.bias - r.clean.bias),
      clock_p99_ms_drift: figure(r.drift.p99),
      clock_step_right_again_s: figure(r.step.seconds),
      clock_set_right_again_s: figure(r.set.seconds),
      clock_p99_ms_libav_clean: figure(r.rawClean.p99),
      clock_p99_ms_libav_congested: figure(r.rawLate.p99),
      uncertainty_coverage: figure(Math.min(...ours.filter((line) => line.frames.length > 0).map((line) => line.covered))),
      uncertainty_coverage_rtmp: figure(lineOf('', pushed).covered),
      uncertainty_coverage_congested: figure(lineOf('', [...r.beginning.frames, ...r.congested.frames]).covered),
    },
    details: { streams: all.map(({ frames, ...rest }) => ({ ...rest, frames: frames.length })), step: r.step, set: r.set },
  };
}
