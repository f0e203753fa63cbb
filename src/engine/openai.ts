import { z } from 'zod';
import { LookoutError } from '../errors.ts';
import type { Abilities, Ask, Dialect, LikelyText, Said } from './dialect.ts';
import type { PackedPart, PackedTurn } from './pack.ts';
import { plainSchema } from './schemaWords.ts';

// OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat) as vLLM, SGLang, llama.cpp's server, `transformers
// serve` and Lookout speak it. A video with its frames' own times is vLLM's: a `video_url` of JPEGs with `media_io_kwargs`
// (https://github.com/vllm-project/vllm/pull/40133).

/** `frames_indices` count milliseconds. */
const FPS = 1000;

export const openai: Dialect = {
  call: (ask, abilities) => ({ method: 'POST', base: 'api', path: '/chat/completions', body: JSON.stringify(bodyOf(ask, abilities)) }),
  read,
};

function bodyOf({ turns, maxTokens, schema, sampling, stop, top }: Ask, { kind, model, schema: holds, logprobs }: Abilities): Record<string, unknown> {
  const body: Record<string, unknown> = { model, messages: turns.map(messageOf), max_tokens: maxTokens, temperature: sampling?.temperature ?? 0, stream: false };
  // transformers serve refuses a request that names a parameter it does not know, and ignores many that it does
  const few = kind === 'transformers';
  if (sampling) Object.assign(body, { top_p: sampling.topP, seed: sampling.seed }, sampling.topK > 0 && !few && kind !== 'other' ? { top_k: sampling.topK } : {});
  if (stop && stop.length > 0) body['stop'] = stop;
  if (schema && holds) body['response_format'] = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: plainSchema(schema) } };
  if (top !== undefined && logprobs > 0) Object.assign(body, { logprobs: true, top_logprobs: Math.max(1, Math.min(top, logprobs)) });
  const ms = turns.flatMap(({ parts }) => parts.filter((part) => part.kind === 'video').map((part) => part.ms));
  if (ms[0]) body['media_io_kwargs'] = { video: videoTimes(ms[0]) };
  return body;
}

/** The times of a video's frames. The keys hold for all videos of a request. */
function videoTimes(ms: readonly number[]): Record<string, unknown> {
  return { fps: FPS, frames_indices: ms, total_num_frames: Math.max(ms.length, (ms.at(-1) ?? 0) + 1), do_sample_frames: false, num_frames: -1 };
}

function messageOf({ role, parts }: PackedTurn): Record<string, unknown> {
  const [only] = parts;
  // servers without pictures in mind take a text that is a string only
  return { role, content: parts.length === 1 && only?.kind === 'text' ? only.text : parts.map(partOf) };
}

function partOf(part: PackedPart): Record<string, unknown> {
  if (part.kind === 'text') return { type: 'text', text: part.text };
  if (part.kind === 'image') return { type: 'image_url', image_url: { url: `data:${part.image.type};base64,${part.image.base64}` } };
  return { type: 'video_url', video_url: { url: `data:video/jpeg;base64,${part.frames.map(({ base64 }) => base64).join(',')}` } };
}

const count = z.number().int().nonnegative();
const likely = z.looseObject({ token: z.string(), logprob: z.number(), bytes: z.array(z.number().int().min(0).max(255)).nullish() });
const completion = z.looseObject({
  model: z.string().nullish(),
  choices: z.array(z.looseObject({
    finish_reason: z.string().nullish(),
    message: z.looseObject({ content: z.string().nullish() }),
    logprobs: z.looseObject({ content: z.array(likely.extend({ top_logprobs: z.array(likely).nullish() })).nullish() }).nullish(),
  })).min(1),
  usage: z.looseObject({ prompt_tokens: count.nullish(), completion_tokens: count.nullish(), prompt_tokens_details: z.looseObject({ cached_tokens: count.nullish() }).nullish() }).nullish(),
  timings: z.looseObject({ cache_n: count.nullish() }).nullish(),
});

function read(json: unknown): Said {
  const parsed = completion.safeParse(json);
  if (!parsed.success) throw noAnswer(parsed.error.issues[0]);
  const { choices, usage, timings, model } = parsed.data;
  const [choice] = choices;
  if (!choice) throw noAnswer(undefined);
  const { finish_reason: finish, message, logprobs } = choice;
  const told = logprobs?.content ?? undefined;
  return {
    text: message.content ?? '',
    finish: finish === 'length' ? 'length' : 'stop',
    tokens: told && told.length > 0 ? told.map((token) => ({ ...likelyOf(token), top: (token.top_logprobs ?? []).map(likelyOf) })) : undefined,
    promptTokens: usage?.prompt_tokens ?? 0,
    answerTokens: usage?.completion_tokens ?? told?.length ?? 0,
    reusedTokens: usage?.prompt_tokens_details?.cached_tokens ?? timings?.cache_n ?? 0,
    model: model ?? undefined,
  };
}

/** Ollama's own API tells tokens in the same words. */
export const likelyToken = likely;

export function likelyOf({ token, logprob, bytes }: z.output<typeof likely>): LikelyText {
  return { text: token, probability: Math.min(1, Math.exp(logprob)), ...(bytes ? { bytes: Uint8Array.from(bytes) } : {}) };
}

export function noAnswer(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): LookoutError {
  const where = issue && issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
  return new LookoutError('ENGINE_ANSWER', `The engine's answer is none: ${where}${issue?.message ?? 'it is empty'}.`);
}
