import { availableParallelism } from 'node:os';
import { configSchema } from '../../../src/config/schema.ts';
import { stagesOf } from '../../../src/cli/evalStages.ts';
import { modelFrameSize, modelProcessOptions } from '../../../src/daemon/settings.ts';
import { DEMO_MODEL } from '../../../src/demo/folder.ts';
import { DEMO_SETTINGS } from '../../../src/demo/settings.ts';
import { scoreClip } from '../../../src/eval/clipScore.ts';
import { eventFigures } from '../../../src/eval/figures.ts';
import { addTallies } from '../../../src/eval/score.ts';
import type { Tally } from '../../../src/eval/score.ts';
import { shareOut } from '../../../src/eval/shareOut.ts';
import type { Stages } from '../../../src/eval/watchFile.ts';
import type { StreamFacts } from '../../../src/camera/facts.ts';
import { createLogger } from '../../../src/health/log.ts';
import type { Backend } from '../../../src/infer/backend.ts';
import { qwenBackend } from '../../../src/infer/qwen.ts';
import { readVideoFrames } from '../../../src/ingest/file.ts';
import { readCheckpoint } from '../../../src/qwen3vl/checkpoint/checkpoint.ts';
import { startModelProcess } from '../../../src/qwen3vl/process/process.ts';
import type { Frame } from '../../../src/values.ts';
import { cells, figure, show } from './bench.ts';
import type { Bench, Findings } from './bench.ts';
import { longClips } from './clips.ts';
import type { Footage } from './clips.ts';
import { keptFrames } from './offline.ts';
import { countsAsSeen } from './seen.ts';

/** Of each clip: twenty minutes, of which the story takes one. */
const SECONDS = 1200;
const STORY_SHARE = 1 / 20;
const CLIPS = 6;
/** Frames a second of the alternative. */
const FIXED_RATE = 2;
/** Further than any sampler keeps: the frames have been chosen already. */
const ALL_FRAMES = 1000;

interface Run {
  readonly tally: Tally;
  readonly windows: number;
  /** tokens of every pair of frames, each pair counted once: what the vision tower has to compute */
  readonly tokens: number;
  /** of these, tokens of pairs that no activity showed: looks at a still scene */
  readonly heartbeats: number;
  /** tokens of all windows, in which pairs come again and again: what the decoder reads, kept keys and values not considered */
  readonly shown: number;
  readonly frames: number;
  /** labelled events that the kept frames show, seen.ts */
  readonly seen: number;
}

type Way = 'gated' | 'ungated' | 'fixed';

/**
 * Mostly static footage: what the model is given by the gate and the sampler, and by a fixed rate of 2 frames a second of the same
 * size, and which events come out of it. Gone through in the files' own time, by the camera process's own code (offline.ts).
 */
export async function measureTokens(bench: Bench): Promise<Findings> {
  const seconds = Math.max(60, bench.seconds ?? SECONDS);
  const clips = await longClips(bench, CLIPS, seconds, Math.max(20, seconds * STORY_SHARE));
  const hours = clips.reduce((sum, clip) => sum + clip.duration, 0) / 3600;
  const config = configSchema.parse({ model: { name: DEMO_MODEL, device: 'cpu' }, ...DEMO_SETTINGS });
  const stop = new AbortController();
  const lanes = Math.min(clips.length, availableParallelism());
  const models = Array.from({ length: lanes }, () => startModelProcess({ ...modelProcessOptions(config), threads: 1 }, stop.signal, createLogger({ level: 'error' })));
  bench.defer(async () => {
    stop.abort();
    await Promise.all(models.map((model) => model.close()));
  });
  await Promise.all(models.map((model) => model.ready));
  const backends = models.map((model) => qwenBackend(model));
  const frameSize = modelFrameSize(config, readCheckpoint(DEMO_MODEL).processing);
  const facts: StreamFacts[] = [];
  const frames: Record<Way, (clip: Footage) => AsyncIterable<Frame>> = {
    gated: ({ file }) => keptFrames(file, { frameSize, gate: true, signal: bench.signal, told: (f) => facts.push(f) }),
    ungated: ({ file }) => keptFrames(file, { frameSize, gate: false, signal: bench.signal }),
    fixed: ({ file }) => readVideoFrames(file, { fps: FIXED_RATE, frameSize }, bench.signal),
  };
  const stages = stagesOf(config);
  const rate = (frameRate: number): Stages => ({ ...stages, sample: { ...stages.sample, adaptive: false, frameRate } });
  const run = async (way: Way): Promise<Run> => {
    const began = performance.now();
    const runs = await shareOut(clips, backends, (clip, backend) => goThrough(clip, frames[way](clip), backend, rate(way === 'fixed' ? FIXED_RATE : ALL_FRAMES), bench));
    bench.say(`tokens: ${clips.length} clips of ${seconds} s, ${way}, in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    return sumOf(runs);
  };
  return report({ gated: await run('gated'), ungated: await run('ungated'), fixed: await run('fixed') }, { hours, moving: clips.reduce((sum, clip) => sum + (clip.moving ?? 0), 0) / clips.length }, facts);
}

async function goThrough(clip: Footage, frames: AsyncIterable<Frame>, backend: Backend, stages: Stages, bench: Bench): Promise<Run> {
  const pairs = new Map<string, number>();
  const active = new Set<string>();
  const counting: Backend = {
    ...backend,
    events: async (window, lookFor, signal) => {
      const answer = await backend.events(window, lookFor, signal);
      for (let i = 0; i + 1 < window.frames.length; i += 2) {
        const pair = `${window.frames[i]?.at} ${window.frames[i + 1]?.at}`;
        pairs.set(pair, (2 * answer.visualTokens) / window.frames.length);
        if (window.reason !== 'heartbeat') active.add(pair);
      }
      return answer;
    },
  };
  const times: number[] = [];
  const seenFrames = async function* (): AsyncGenerator<Frame, void, void> {
    for await (const frame of frames) {
      times.push(frame.at);
      yield frame;
    }
  };
  const labels = clip.labels.map(({ event: text, start, end }) => ({ text, start, end }));
  const source = { name: clip.name, duration: clip.duration, frames: seenFrames, labels, rules: [], satisfied: null };
  const score = await scoreClip(source, counting, { stages, tolerance: 1, meaning: 'exact' }, bench.signal);
  return {
    tally: score.events,
    windows: score.windows,
    tokens: [...pairs.values()].reduce((sum, tokens) => sum + tokens, 0),
    heartbeats: [...pairs].reduce((sum, [pair, tokens]) => (active.has(pair) ? sum : sum + tokens), 0),
    shown: score.visualTokens,
    frames: times.length,
    seen: labels.filter(({ start, end }) => countsAsSeen({ start: start * 1000, end: end * 1000 }, times)).length,
  };
}

function sumOf(runs: readonly Run[]): Run {
  const sum = (of: (run: Run) => number): number => runs.reduce((s, run) => s + of(run), 0);
  return { tally: addTallies(runs.map((r) => r.tally)), windows: sum((r) => r.windows), tokens: sum((r) => r.tokens), heartbeats: sum((r) => r.heartbeats), shown: sum((r) => r.shown), frames: sum((r) => r.frames), seen: sum((r) => r.seen) };
}

function report(runs: Record<Way, Run>, { hours, moving }: { readonly hours: number; readonly moving: number }, facts: readonly StreamFacts[]): Findings {
  const f1 = (run: Run): number => eventFigures(run.tally).f1 ?? Number.NaN;
  const row = (name: string, run: Run): string => {
    const { recall, precision, matched, labelled, predicted } = eventFigures(run.tally);
    return cells(name, run.tokens / hours, run.heartbeats / hours, run.shown / hours, run.frames / hours, run.windows / hours, `${show(f1(run))} (${matched} of ${labelled}, ${predicted} said)`, recall, precision, `${run.seen} of ${labelled}`);
  };
  const mean = (of: (f: StreamFacts) => number): number => facts.reduce((sum, f) => sum + of(f), 0) / facts.length;
  const { gated, ungated, fixed } = runs;
  return {
    lines: [
      `Visual tokens per hour of mostly static footage (${show(hours)} h, ${gated.tally.labelled} events, movement in ${show(100 * moving)} % of the time), and what the demo checkpoint makes of them`,
      '',
      cells('', 'tokens, each pair once', '… of still scenes', 'in all windows', 'frames', 'windows', 'event F1', 'recall', 'precision', 'events in the frames'),
      '|---|---|---|---|---|---|---|---|---|---|',
      row('gate and sampler', gated),
      row('sampler without the gate', ungated),
      row(`fixed ${FIXED_RATE} a second`, fixed),
      '',
      'The demo checkpoint was taught on windows of activity: shown still ones all the time it invents. The sampler without the gate is the fair control of the gate.',
      `Asleep ${show(100 * mean((f) => f.asleep))} % of the time; ${show(100 * mean((f) => f.decoded / f.packets))} % of the pictures decoded.`,
    ],
    figures: {
      visual_tokens_vs_fixed: figure(gated.tokens / fixed.tokens),
      visual_tokens_shown_vs_fixed: figure(gated.shown / fixed.shown),
      visual_tokens_per_hour: figure(gated.tokens / hours),
      event_f1: figure(f1(gated)),
      event_f1_ungated: figure(f1(ungated)),
      event_f1_fixed: figure(f1(fixed)),
      event_f1_minus_fixed: figure(f1(gated) - f1(fixed)),
      event_recall_gated_vs_full_offline: figure(gated.seen / ungated.seen),
    },
    details: { hours, moving, gated: plain(gated), ungated: plain(ungated), fixed: plain(fixed), asleep: mean((f) => f.asleep) },
  };
}

function plain({ tally, ...rest }: Run): object {
  return { ...rest, ...eventFigures(tally) };
}
