import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import type { Qwen3VL } from '../../src/qwen3vl/model.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import { BEFORE_HOP, beginning, GROWING, sceneWindow } from './scenes.ts';
import { PROMPT } from './speed.ts';
import type { Task } from './task.ts';

/** The same window answered by a model that has seen nothing of it and by one whose stream stood 2 s before its end. Times in ms. */
export interface Hop {
  readonly cold: readonly number[];
  /** all that the hop took: the growing window taken in ahead, the question, the answer */
  readonly warm: readonly number[];
  /** what is left when the window closes */
  readonly closing: readonly number[];
  /** of `cold` and `warm`, without the answer's decoding */
  readonly coldVideo: readonly number[];
  readonly warmVideo: readonly number[];
  /** windows whose two answers have the same tokens */
  readonly identical: number;
  readonly windows: number;
  /** tokens of the answers, and runs of the decoder that they took, mean */
  readonly tokens: number;
  readonly coldRuns: number;
  readonly warmRuns: number;
  readonly texts: readonly string[];
}

/** Numbers of windows that are not measured; fewer of them are shown to large models, which are measured less often as well. */
const WARM_UP = [0, 1000, 1001, 1002];

interface Turn {
  readonly total: number;
  readonly closing: number;
  readonly video: number;
  readonly tokens: readonly number[];
  readonly runs: number;
  readonly text: string;
}

/**
 * Each turn has a model of its own whose threads and memory have been warmed up by other windows, whose hops and answers take the same
 * shapes. The one that is asked about a cold window keeps nothing from before; the one of a warm hop has answered other streams'
 * windows, as a daemon has that has run for a while, and guesses words from those answers.
 */
export async function measureHop({ dir, threads, tokens, repetitions, ...size }: Task): Promise<Hop> {
  const fresh = async (schema: typeof EVENTS_SCHEMA | undefined, use: (model: Qwen3VL) => Promise<Turn>): Promise<Turn> => {
    const model = await openQwen3VL(dir, { device: 'cpu', threads });
    for (const other of WARM_UP.slice(0, Math.max(1, repetitions - 2))) {
      const video = sceneWindow(other, size);
      // answers without a schema are not remembered
      const ask = { prompt: PROMPT, stream: 'warm-up', ...(schema ? { schema, maxTokens: tokens } : { maxTokens: 8 }) };
      await model.generate({ ...ask, video: beginning(video, BEFORE_HOP) });
      await model.prefill(beginning(video, GROWING), ask.stream);
      await model.generate({ ...ask, video });
      await model.generate({ ...ask, video, stream: `warm-up-${other}` });
    }
    const turn = await use(model);
    await model.close();
    return turn;
  };
  const colds: Turn[] = [];
  const warms: Turn[] = [];
  for (let i = 1; i <= repetitions; i++) {
    const video = sceneWindow(i, size);
    const ask = { prompt: PROMPT, maxTokens: tokens, schema: EVENTS_SCHEMA, stream: 'camera' };
    colds.push(await fresh(undefined, (model) => timed(model, undefined, () => model.generate({ ...ask, video }))));
    warms.push(
      await fresh(EVENTS_SCHEMA, async (model) => {
        await model.generate({ ...ask, video: beginning(video, BEFORE_HOP) });
        return timed(model, () => model.prefill(beginning(video, GROWING), ask.stream), () => model.generate({ ...ask, video }));
      }),
    );
  }
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    cold: colds.map((t) => t.total),
    warm: warms.map((t) => t.total),
    closing: warms.map((t) => t.closing),
    coldVideo: colds.map((t) => t.video),
    warmVideo: warms.map((t) => t.video),
    identical: colds.filter((cold, i) => JSON.stringify(cold.tokens) === JSON.stringify(warms[i]?.tokens)).length,
    windows: colds.length,
    tokens: mean(colds.map((t) => t.tokens.length)),
    coldRuns: mean(colds.map((t) => t.runs)),
    warmRuns: mean(warms.map((t) => t.runs)),
    texts: colds.map((t) => t.text),
  };
}

async function timed(model: Qwen3VL, ahead: (() => Promise<void>) | undefined, ask: () => ReturnType<Qwen3VL['generate']>): Promise<Turn> {
  const began = performance.now();
  await ahead?.();
  const asked = performance.now();
  const { ms, tokens, runs, text } = await ask();
  const ended = performance.now();
  return { total: ended - began, closing: ended - asked, video: ended - began - ms.decode, tokens, runs, text };
}
