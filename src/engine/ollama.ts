import { z } from 'zod';
import type { Abilities, Ask, Dialect, Said } from './dialect.ts';
import { likelyOf, likelyToken, noAnswer } from './openai.ts';
import type { PackedPart, PackedTurn } from './pack.ts';
import { plainSchema } from './schemaWords.ts';

// Ollama's own POST /api/chat (https://github.com/ollama/ollama/blob/main/docs/api.md). Its /v1 makes a message of its own of every
// part, so that no picture would stand beside its time.

/** Stands in a text where a picture belongs; those without one go before the text. */
const PLACE = '[img]';

export const ollama: Dialect = {
  call: (ask, abilities) => ({ method: 'POST', base: 'root', path: '/api/chat', body: JSON.stringify(bodyOf(ask, abilities)) }),
  read,
};

function bodyOf({ turns, maxTokens, schema, sampling, stop, top }: Ask, { model, context, schema: holds, logprobs, placeholders }: Abilities): Record<string, unknown> {
  const drawn = sampling ? { temperature: sampling.temperature, top_p: sampling.topP, seed: sampling.seed, ...(sampling.topK > 0 ? { top_k: sampling.topK } : {}) } : { temperature: 0 };
  return {
    model,
    messages: turns.flatMap((turn) => (placeholders ? [messageOf(turn)] : apart(turn))),
    stream: false,
    // thinks of nothing before the answer, and cuts nothing off a prompt that is too long
    think: false,
    truncate: false,
    ...(schema && holds ? { format: plainSchema(schema) } : {}),
    ...(top !== undefined && logprobs > 0 ? { logprobs: true, top_logprobs: Math.min(top, logprobs) } : {}),
    // a context of another length would load the model anew
    options: { ...drawn, num_predict: maxTokens, ...(context === undefined ? {} : { num_ctx: context }), ...(stop && stop.length > 0 ? { stop } : {}) },
  };
}

function messageOf({ role, parts }: PackedTurn): Record<string, unknown> {
  const images = parts.flatMap((part) => picturesOf(part));
  const content = parts.map((part) => (part.kind === 'text' ? part.text.replaceAll('[img', '[ img') : PLACE.repeat(picturesOf(part).length))).join('');
  return { role, content, ...(images.length > 0 ? { images } : {}) };
}

/** For versions that put all of a message's pictures before its text: a message of each part. */
function apart({ role, parts }: PackedTurn): Record<string, unknown>[] {
  return parts.map((part) => (part.kind === 'text' ? { role, content: part.text } : { role, content: '', images: picturesOf(part) }));
}

function picturesOf(part: PackedPart): string[] {
  if (part.kind === 'text') return [];
  return part.kind === 'image' ? [part.image.base64] : part.frames.map(({ base64 }) => base64);
}

const count = z.number().int().nonnegative();
const reply = z.looseObject({
  model: z.string().nullish(),
  message: z.looseObject({ content: z.string().nullish() }),
  done: z.boolean(),
  done_reason: z.string().nullish(),
  prompt_eval_count: count.nullish(),
  eval_count: count.nullish(),
  logprobs: z.array(likelyToken.extend({ top_logprobs: z.array(likelyToken).nullish() })).nullish(),
});

function read(json: unknown): Said {
  const parsed = reply.safeParse(json);
  if (!parsed.success) throw noAnswer(parsed.error.issues[0]);
  const { message, done, done_reason: reason, prompt_eval_count: prompt, eval_count: answer, logprobs, model } = parsed.data;
  if (!done) throw noAnswer({ path: ['done'], message: 'it is not the whole answer' });
  return {
    text: message.content ?? '',
    finish: reason === 'length' ? 'length' : 'stop',
    tokens: logprobs && logprobs.length > 0 ? logprobs.map((token) => ({ ...likelyOf(token), top: (token.top_logprobs ?? []).map(likelyOf) })) : undefined,
    promptTokens: prompt ?? 0,
    answerTokens: answer ?? logprobs?.length ?? 0,
    // it does not tell
    reusedTokens: 0,
    model: model ?? undefined,
  };
}
