import { availableParallelism } from 'node:os';
import { configSchema } from '../../../src/config/schema.ts';
import { stagesOf } from '../../../src/cli/evalStages.ts';
import { DEMO_MODEL } from '../../../src/demo/folder.ts';
import { DEMO_SETTINGS } from '../../../src/demo/settings.ts';
import { scoreClip } from '../../../src/eval/clipScore.ts';
import { shareOut } from '../../../src/eval/shareOut.ts';
import type { Stages } from '../../../src/eval/watchFile.ts';
import type { StreamFacts } from '../../../src/camera/facts.ts';
import { modelFrameSize, modelProcessOptions } from '../../../src/config/modelSettings.ts';
import { createLogger } from '../../../src/health/log.ts';
import type { Backend } from '../../../src/infer/backend.ts';
import { qwenBackend } from '../../../src/infer/qwen.ts';
import { readVideoFrames } from '../../../src/ingest/file.ts';
import { readCheckpoint } from '../../../src/qwen3vl/checkpoint/checkpoint.ts';
import { startModelProcess } from '../../../src/qwen3vl/process/process.ts';
import type { Frame } from '../../../src/values.ts';
import type { Bench, Findings } from './bench.ts';
import { longClips } from './clips.ts';
import type { Footage } from './clips.ts';
import { keptFrames } from './offline.ts';
import { countsAsSeen } from './seen.ts';
import { report, sumOf } from './tokensReport.ts';
import type { Run, Way } from './tokensReport.ts';

/**
 * What is mostly static, decided beforehand: an hour of a quiet shop or home, in which a story of one minute is told, some fourteen
 * short happenings minutes apart. Anything moves in about half a percent of the time. So many such hours.
 */
const SECONDS = 3600;
const STORY_SHARE = 1 / 60;
const CLIPS = 6;
/** The fixed rate costs the same in every minute, and the model much time: it is gone through only so far, s. */
const FIXED_SECONDS = 1200;
/** Frames a second of the alternative. */
const FIXED_RATE = 2;
/** Further than any sampler keeps: the frames have been chosen already. */
const ALL_FRAMES = 1000;

/**
 * Mostly static footage: what the model is given by the gate and the sampler, and by a fixed rate of 2 frames a second of the same
 * size, and which events come out of it. Gone through in the files' own time, by the camera process's own code (offline.ts).
 */
export async function measureTokens(bench: Bench): Promise<Findings> {
  const seconds = Math.max(60, bench.seconds ?? SECONDS);
  const clips = await longClips(bench, CLIPS, seconds, Math.max(20, seconds * STORY_SHARE));
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
    fixed: ({ file, duration }) => readVideoFrames(file, { fps: FIXED_RATE, frameSize, range: [0, duration * 1000] }, bench.signal),
  };
  const stages = stagesOf(config);
  const rate = (frameRate: number): Stages => ({ ...stages, sample: { ...stages.sample, adaptive: false, frameRate } });
  const run = async (way: Way): Promise<Run> => {
    const began = performance.now();
    const shown = way === 'fixed' ? clips.map(beginning) : clips;
    const runs = await shareOut(shown, backends, (clip, backend) => goThrough(clip, frames[way](clip), backend, rate(way === 'fixed' ? FIXED_RATE : ALL_FRAMES), bench));
    bench.say(`tokens: ${clips.length} clips of ${seconds} s, ${way}, in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    return sumOf(runs);
  };
  return report({ gated: await run('gated'), ungated: await run('ungated'), fixed: await run('fixed') }, { moving: clips.reduce((sum, clip) => sum + (clip.moving ?? 0), 0) / clips.length, fixedRate: FIXED_RATE }, facts);
}

function beginning(clip: Footage): Footage {
  const duration = Math.min(clip.duration, FIXED_SECONDS);
  return { ...clip, duration, labels: clip.labels.filter(({ end }) => end < duration) };
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
    hours: clip.duration / 3600,
    tally: score.events,
    windows: score.windows,
    tokens: [...pairs.values()].reduce((sum, tokens) => sum + tokens, 0),
    heartbeats: [...pairs].reduce((sum, [pair, tokens]) => (active.has(pair) ? sum : sum + tokens), 0),
    shown: score.visualTokens,
    frames: times.length,
    seen: labels.filter(({ start, end }) => countsAsSeen({ start: start * 1000, end: end * 1000 }, times)).length,
  };
}
