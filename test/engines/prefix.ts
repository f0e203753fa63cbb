import type { Clip } from '../../src/eval/clip.ts';
import { windowsOf } from '../../src/eval/watchFile.ts';
import type { Stages } from '../../src/eval/watchFile.ts';
import { EVENTS_SCHEMA } from '../../src/infer/answer.ts';
import { eventsPrompt } from '../../src/infer/prompts.ts';
import type { RunningModel } from '../../src/infer/runningModel.ts';

export interface PrefixFigures {
  readonly windows: number;
  /** tokens of all prompts */
  readonly prompt: number;
  /** of these, whose keys and values were there already, as each answer says */
  readonly reused: number;
  /** median over the windows of reused to prompt tokens, 0..1 */
  readonly share: number;
  /** median of a window's answer, ms */
  readonly ms: number;
  /** by how much the engine's own counters rose that tell of prompts and prefixes, where it has a /metrics */
  readonly counters: Readonly<Record<string, number>>;
}

const RULES = ['someone picks up the phone', 'a person falls', 'the light goes off'];

/** Asks about each window of a film in turn, as the daemon does of one camera. */
export async function measurePrefix(model: RunningModel, frames: Clip['frames'], stages: Pick<Stages, 'sample' | 'window'>, url: string): Promise<PrefixFigures> {
  const answers: { prompt: number; reused: number; ms: number }[] = [];
  const before = await countersOf(url);
  for await (const window of windowsOf(frames(), stages)) {
    const first = window.frames[0]?.at ?? 0;
    const video = { frames: window.frames, times: window.frames.map((frame) => (frame.at - first) / 1000) };
    const began = performance.now();
    const { promptTokens, reusedTokens } = await model.generate({ video, prompt: eventsPrompt(RULES), maxTokens: 384, schema: EVENTS_SCHEMA, stream: window.camera });
    answers.push({ prompt: promptTokens, reused: reusedTokens, ms: performance.now() - began });
  }
  const after = await countersOf(url);
  const total = (key: 'prompt' | 'reused'): number => answers.reduce((sum, answer) => sum + answer[key], 0);
  return {
    windows: answers.length,
    prompt: total('prompt'),
    reused: total('reused'),
    share: median(answers.map(({ prompt, reused }) => reused / prompt)),
    ms: median(answers.map(({ ms }) => ms)),
    counters: Object.fromEntries([...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)])),
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Prometheus' text format, without labels: llama-server's `llamacpp:prompt_tokens_total`, vLLM's `vllm:prefix_cache_hits_total` and others. */
async function countersOf(url: string): Promise<Map<string, number>> {
  const response = await fetch(url.replace(/\/v1\/?$/, '/metrics'));
  const text = await response.text();
  const lines = response.ok ? text.split('\n') : [];
  return new Map(lines.flatMap((line) => {
    const [, name, value] = /^([\w:]*(?:prompt_tokens_total|prefix_cache\w*_total))(?:\{[^}]*\})? ([\d.e+]+)/.exec(line) ?? [];
    return name !== undefined && value !== undefined ? [[name, Number(value)] as const] : [];
  }));
}
