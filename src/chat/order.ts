import { randomInt } from 'node:crypto';
import { ANY_OBJECT, fromJsonSchema, SchemaRefused } from '../qwen3vl/grammar/jsonSchema.ts';
import type { ChatRequest, JsonSchema } from '../qwen3vl/model.ts';
import type { SamplingDefaults } from '../qwen3vl/checkpoint/checkpoint.ts';
import type { ChatBody, ResponseFormat } from './body.ts';
import { refuseUnsupported, unsupported } from './refusals.ts';

/** Tokens of an answer where nobody says how many: a model that does not find its end would hold the line for the whole context. */
const MOST_TOKENS = 4096;

/** What is asked of the model besides the turns. Throws ChatRefusal CHAT_UNSUPPORTED, CHAT_INVALID. */
export function orderOf(body: ChatBody, defaults: SamplingDefaults | undefined): Omit<ChatRequest, 'turns'> {
  refuseUnsupported(body);
  const schema = schemaOf(body.response_format);
  const temperature = body.temperature ?? defaults?.temperature ?? 0;
  const stop = [body.stop ?? []].flat().filter((text) => text !== '');
  const sampling = {
    temperature,
    topP: Math.max(1e-9, body.top_p ?? defaults?.topP ?? 1),
    topK: Math.max(0, body.top_k ?? defaults?.topK ?? 0),
    seed: body.seed ?? randomInt(2 ** 31),
  };
  return {
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? MOST_TOKENS,
    ...(schema ? { schema } : {}),
    ...(temperature > 0 ? { sampling } : {}),
    ...(stop.length > 0 ? { stop } : {}),
    ...(body.logprobs ? { top: body.top_logprobs ?? 0 } : {}),
  };
}

function schemaOf(format: ResponseFormat | null | undefined): JsonSchema | undefined {
  if (!format || format.type === 'text') return undefined;
  if (format.type === 'json_object') return ANY_OBJECT;
  try {
    return fromJsonSchema(format.json_schema.schema ?? { type: 'object' });
  } catch (error) {
    if (!(error instanceof SchemaRefused)) throw error;
    throw unsupported('response_format', `the schema's ${error.message}`);
  }
}
