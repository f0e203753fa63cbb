import type { Abilities, EngineKind } from './dialect.ts';

const NAMES: Readonly<Record<EngineKind, string>> = {
  vllm: 'vLLM',
  sglang: 'SGLang',
  llamacpp: "llama.cpp's server",
  transformers: 'transformers serve',
  ollama: 'Ollama',
  lookout: 'Lookout',
  other: 'an OpenAI-compatible server',
};

/** What an engine can do, in a sentence for the log and the status. */
export function inWords(id: string, { kind, model, context, layout, schema, logprobs, placeholders }: Abilities): string {
  const frames = layout === 'video' ? 'frames as a video with their own times' : `frames as stills between their times${placeholders ? '' : ', each in a message of its own'}`;
  const held = schema ? 'answers held to the JSON schema' : 'no JSON schema (answers are checked here)';
  const sure = logprobs > 0 ? 'scores by log-probabilities' : 'no log-probabilities (scores are yes or no, events 0.5 sure)';
  return `${NAMES[kind]} at ${id} serves ${model}: ${frames}, ${held}, ${sure}${context === undefined ? '' : `, ${context} tokens`}.`;
}
