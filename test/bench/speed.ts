import { eventsPrompt } from '../../src/infer/prompts.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import { sceneWindow } from './scenes.ts';
import type { Task } from './task.ts';

/** Greedy answers of a fixed length about windows that have nothing in common. Times in ms, one of each repetition. */
export interface Speed {
  readonly promptTokens: number;
  readonly visualTokens: number;
  readonly vision: readonly number[];
  readonly prefill: readonly number[];
  /** of one token after the first */
  readonly step: readonly number[];
  /** of each answer */
  readonly answers: readonly (readonly number[])[];
  /** to open the model, ms */
  readonly open: number;
}

/** The prompt of every measure about a window: the daemon's own. */
export const PROMPT = eventsPrompt(['someone picks up phone']);

/** This runtime. The first window warms up and does not count. */
export async function measureSpeed({ dir, threads, tokens, repetitions, ...size }: Task): Promise<Speed> {
  const began = performance.now();
  const model = await openQwen3VL(dir, { device: 'cpu', threads });
  const open = performance.now() - began;
  const results = [];
  for (let i = 0; i <= repetitions; i++) {
    const result = await model.generate({ prompt: PROMPT, video: sceneWindow(i, size), maxTokens: tokens });
    if (i > 0) results.push(result);
  }
  await model.close();
  return {
    promptTokens: results[0]?.promptTokens ?? 0,
    visualTokens: results[0]?.visualTokens ?? 0,
    vision: results.map((r) => r.ms.vision),
    prefill: results.map((r) => r.ms.prefill),
    step: results.map((r) => r.ms.decode / Math.max(1, r.tokens.length - 1)),
    answers: results.map((r) => r.tokens),
    open,
  };
}
