import { setMaxListeners } from 'node:events';
import { openCamera } from '../../../src/camera/camera.ts';
import type { Label } from '../../../src/eval/labels.ts';
import { createLogger } from '../../../src/health/log.ts';
import { Secret } from '../../../src/secret.ts';
import { startSimulator } from '../../peers/simulator.ts';
import type { Simulator } from '../../peers/simulator.ts';
import { cells, figure, HERE, LEARNING, SAMPLE, show, SMALL_SIZE, wait } from './bench.ts';
import type { Bench, Findings } from './bench.ts';
import { labelledClip, roomClips } from './clips.ts';
import type { Footage } from './clips.ts';
import { detectMotion } from './motionDetector.ts';
import { countsAsSeen } from './seen.ts';

const SECONDS = 150;
/** Of each room's time, in which its people act one after another. */
const STORY_SHARE = 0.25;
const ROOMS = 4;
/** An event that begins at a clip's end is seen out, s. */
const AFTER = 4;

interface Watched {
  readonly clip: Footage;
  readonly events: number;
  readonly gated: number;
  readonly ungated: number;
  readonly detector: number;
  /** frames kept */
  readonly kept: { readonly gated: number; readonly ungated: number; readonly detector: number };
  /** shares of the pictures that were decoded, and of the time slept, since the stream was opened */
  readonly decoded: number;
  readonly asleep: number;
  readonly missed: readonly string[];
}

/**
 * Labelled streams over live RTSP, each watched with the gate and without it at the same time for one turn of its clip, and beside them
 * a plain motion detector on thumbnails of every fifth of a second. An event is seen where enough kept frames fall into it (seen.ts).
 */
export async function measureRecall(bench: Bench): Promise<Findings> {
  const seconds = Math.max(20, bench.seconds ?? SECONDS);
  const clips = await roomClips(bench, ROOMS, seconds, Math.max(15, STORY_SHARE * seconds));
  if (bench.footage) clips.push(await labelledClip(bench, bench.footage));
  const simulator = await startSimulator();
  bench.defer(() => simulator.stop());
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  bench.defer(() => stop.abort());
  const pairs = [];
  for (const [i, clip] of clips.entries()) {
    await simulator.tell(`r${i}`, { clip: clip.file, fps: clip.fps, seed: i + 1 });
    pairs.push({ clip, path: `r${i}`, gated: camera(simulator, `r${i}`, true, stop.signal), ungated: camera(simulator, `r${i}`, false, stop.signal) });
  }
  const longest = Math.max(...clips.map((clip) => clip.duration));
  const learning = Math.min(LEARNING, seconds);
  bench.say(`recall: ${clips.length} streams, ${learning} s to learn, then ${longest.toFixed(0)} s`);
  await wait(learning, bench);
  const from = Date.now();
  await wait(longest + AFTER, bench);
  const watched: Watched[] = [];
  for (const { clip, path, gated, ungated } of pairs) watched.push(await compare({ clip, path, from, gated, ungated }, simulator));
  stop.abort();
  await simulator.stop();
  return report(watched);
}

interface Kept {
  /** wall clock of the kept frames, ms */
  readonly times: number[];
  facts: { readonly packets: number; readonly decoded: number; readonly asleep: number } | undefined;
  online: boolean;
}

function camera(simulator: Simulator, path: string, gate: boolean, signal: AbortSignal): Kept {
  const kept: Kept = { times: [], facts: undefined, online: false };
  const id = `${path}-${gate ? 'gated' : 'ungated'}`;
  const stream = openCamera({ id, url: new Secret(simulator.url(path)), frameSize: SMALL_SIZE, sample: SAMPLE, network: HERE, gate }, signal, createLogger({ level: 'error' }));
  stream.frames$.subscribe(({ at }) => kept.times.push(at));
  stream.facts$.subscribe((facts) => (kept.facts = facts));
  stream.status$.subscribe(({ state }) => (kept.online = state === 'online'));
  return kept;
}

interface Pair {
  readonly clip: Footage;
  readonly path: string;
  /** wall clock, ms, from which one turn of the clip counts */
  readonly from: number;
  readonly gated: Kept;
  readonly ungated: Kept;
}

async function compare({ clip, path, from, gated, ungated }: Pair, simulator: Simulator): Promise<Watched> {
  if (!gated.online || !ungated.online) throw new Error(`${clip.name}: a camera went offline`);
  const middle = from + (clip.duration * 1000) / 2;
  // each event once, at the turn of the clip that lies within the time of measuring
  const events = clip.labels.map((label) => {
    const start = simulator.truth(path, Math.round(label.start * clip.fps), middle);
    return { ...label, start, end: start + (label.end - label.start) * 1000 };
  });
  const seenIn = (kept: Kept): boolean[] => events.map((event) => countsAsSeen(event, kept.times));
  const [on, off] = [seenIn(gated), seenIn(ungated)];
  const within = (kept: Kept): number => kept.times.filter((at) => at >= from && at < from + clip.duration * 1000).length;
  const detected = await detectMotion(clip, within(gated));
  const inFile = clip.labels.map((label: Label) => ({ start: label.start * 1000, end: label.end * 1000 }));
  return {
    clip,
    events: events.length,
    gated: count(on),
    ungated: count(off),
    detector: count(inFile.map((event) => countsAsSeen(event, detected))),
    kept: { gated: within(gated), ungated: within(ungated), detector: detected.length },
    decoded: gated.facts ? gated.facts.decoded / gated.facts.packets : Number.NaN,
    asleep: gated.facts?.asleep ?? Number.NaN,
    missed: clip.labels.filter((_, i) => !on[i]).map((label) => `${label.event} at ${label.start.toFixed(1)} s${off[clip.labels.indexOf(label)] ? '' : ', missed without the gate too'}`),
  };
}

function count(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length;
}

function report(watched: readonly Watched[]): Findings {
  const total = (of: (w: Watched) => number): number => watched.reduce((sum, w) => sum + of(w), 0);
  const row = (name: string, all: readonly Watched[]): string => {
    const sum = (of: (w: Watched) => number): number => all.reduce((s, w) => s + of(w), 0);
    const mean = (of: (w: Watched) => number): number => sum(of) / all.length;
    const seen = (n: number, kept: number): string => `${show(n / sum((w) => w.events))} (${kept} frames)`;
    return cells(
      name, String(sum((w) => w.events)), seen(sum((w) => w.gated), sum((w) => w.kept.gated)), seen(sum((w) => w.ungated), sum((w) => w.kept.ungated)),
      seen(sum((w) => w.detector), sum((w) => w.kept.detector)), `${show(100 * mean((w) => w.asleep))} %`, `${show(100 * mean((w) => w.decoded))} %`,
    );
  };
  return {
    lines: [
      'Events seen over live RTSP, and frames kept for that; the motion detector at the threshold that is best within our number of frames',
      '',
      cells('', 'events', 'with the gate', 'without', 'motion detector on everything', 'asleep', 'decoded'),
      '|---|---|---|---|---|---|---|',
      ...watched.map((w) => row(w.clip.name, [w])),
      row('all', watched),
      ...watched.flatMap((w) => w.missed.map((missed) => `- ${w.clip.name}: missed with the gate: ${missed}`)),
    ],
    figures: {
      event_recall_gated_vs_full: figure(total((w) => w.gated) / total((w) => w.ungated)),
      event_recall_gated_vs_motion_detector: figure(total((w) => w.gated) / total((w) => w.detector)),
      event_recall_gated: figure(total((w) => w.gated) / total((w) => w.events)),
      event_recall_full: figure(total((w) => w.ungated) / total((w) => w.events)),
      event_recall_motion_detector: figure(total((w) => w.detector) / total((w) => w.events)),
      recall_events: total((w) => w.events),
    },
    details: { streams: watched.map(({ clip, ...rest }) => ({ name: clip.name, ...rest })) },
  };
}
