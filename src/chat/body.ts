import { z } from 'zod';

// The request and answers of OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat), with vLLM's video parts.

const text = z.looseObject({ type: z.literal('text'), text: z.string() });
const image = z.looseObject({ type: z.literal('image_url'), image_url: z.looseObject({ url: z.string() }) });
const video = z.looseObject({ type: z.literal('video_url'), video_url: z.looseObject({ url: z.string() }) });
const frames = z.looseObject({ type: z.literal('video'), video: z.union([z.string(), z.array(z.string()).min(1)]), fps: z.number().positive().max(1000).nullish() });

/** Kinds of parts that are refused by name, and not as nonsense. */
const foreign = z.looseObject({ type: z.enum(['input_audio', 'file', 'refusal', 'tool_use', 'tool_result']) });
const contentPart = z.discriminatedUnion('type', [text, image, video, frames, foreign]);
export type ContentPart = z.infer<typeof contentPart>;

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(contentPart).max(512)]).nullish(),
});
export type Message = z.infer<typeof message>;

const responseFormat = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({ type: z.literal('json_schema'), json_schema: z.looseObject({ name: z.string().nullish(), schema: z.unknown(), strict: z.boolean().nullish() }) }),
]);
export type ResponseFormat = z.infer<typeof responseFormat>;

/** Keys that it does not know are ignored where they change nothing (chat/refusals.ts refuses the others). */
export const chatBody = z
  .looseObject({
    model: z.string().nullish().describe('as GET /v1/models lists it; by default the one that runs'),
    messages: z.array(message).min(1).max(512),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
    max_tokens: z.int().min(1).nullish(),
    max_completion_tokens: z.int().min(1).nullish(),
    temperature: z.number().min(0).max(2).nullish().describe('0: the most probable tokens; by default as the checkpoint says'),
    top_p: z.number().min(0).max(1).nullish(),
    top_k: z.int().min(-1).nullish(),
    seed: z.int().nullish(),
    stop: z.union([z.string().max(256), z.array(z.string().max(256)).max(16)]).nullish(),
    n: z.int().nullish(),
    logprobs: z.boolean().nullish(),
    top_logprobs: z.int().min(0).max(20).nullish(),
    response_format: responseFormat.nullish(),
    media_io_kwargs: z
      .looseObject({ video: z.looseObject({ fps: z.number().positive().nullish(), frames_indices: z.array(z.number().nonnegative()).max(512).nullish() }).nullish() })
      .nullish()
      .describe('video.frames_indices / video.fps: the times of frames that come as one data:video/jpeg, s'),
    mm_processor_kwargs: z.looseObject({ fps: z.number().positive().max(60).nullish() }).nullish().describe('fps: frames a second of videos'),
  })
  .meta({ examples: [{ messages: [{ role: 'user', content: 'Hello' }] }] });
export type ChatBody = z.infer<typeof chatBody>;

const likely = z.object({ token: z.string(), logprob: z.number(), bytes: z.array(z.int()) });
const logprobs = z.object({ content: z.array(likely.extend({ top_logprobs: z.array(likely) })), refusal: z.null() });
export type Logprobs = z.infer<typeof logprobs>;
const finish = z.enum(['stop', 'length']);
const usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  prompt_tokens_details: z.object({ cached_tokens: z.int(), audio_tokens: z.literal(0), visual_tokens: z.int().describe('of pictures and videos') }),
});
export type Usage = z.infer<typeof usage>;

export const completion = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int().describe('s'),
  model: z.string(),
  system_fingerprint: z.null(),
  choices: z.array(z.object({ index: z.literal(0), message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }), logprobs: logprobs.nullable(), finish_reason: finish })),
  usage,
});
export type Completion = z.infer<typeof completion>;

/** One event of a streamed answer. */
export interface Chunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: null;
  readonly choices: readonly {
    readonly index: 0;
    readonly delta: { readonly role?: 'assistant'; readonly content?: string };
    readonly logprobs: Logprobs | null;
    readonly finish_reason: 'stop' | 'length' | null;
  }[];
  readonly usage?: Usage | null;
}
