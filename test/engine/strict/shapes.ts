import { z } from 'zod';

// Requests as the servers document them. What they would ignore is refused here: nothing is to be sent that means nothing.

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);
const text = z.strictObject({ type: z.literal('text'), text: z.string() });
const image = z.strictObject({ type: z.literal('image_url'), image_url: z.strictObject({ url: z.string().regex(/^data:image\/(png|jpeg);base64,[A-Za-z0-9+/]+={0,2}$/) }) });
const video = z.strictObject({ type: z.literal('video_url'), video_url: z.strictObject({ url: z.string().regex(/^data:video\/jpeg;base64,[A-Za-z0-9+/=,]+$/) }) });
const content = <P extends z.ZodType>(part: P): z.ZodType => z.union([z.string(), z.array(part).min(1)]);
const messages = (part: z.ZodType): z.ZodType => z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: content(part) })).min(1);
const responseFormat = z.strictObject({
  type: z.literal('json_schema'),
  json_schema: z.strictObject({ name: z.string().regex(/^[\w-]{1,64}$/), strict: z.boolean(), schema: z.record(z.string(), z.unknown()) }),
});

/** OpenAI's API reference, chat completions. */
const common = {
  model: z.string().optional(),
  max_tokens: z.int().min(1),
  temperature: z.number().min(0).max(2),
  stream: z.literal(false).optional(),
  top_p: z.number().gt(0).max(1).optional(),
  seed: z.int().optional(),
  stop: z.array(z.string()).max(4).optional(),
};
const openai = { ...common, logprobs: z.literal(true).optional(), top_logprobs: z.int().min(1).max(20).optional(), response_format: responseFormat.optional() };
const paired = (body: { logprobs?: true | undefined; top_logprobs?: number | undefined }): boolean => body.top_logprobs === undefined || body.logprobs === true;

/** VideoMediaIO.load_base64 of vLLM. */
const videoKwargs = z.strictObject({
  fps: z.number().positive(),
  frames_indices: z.array(z.int().min(0)).min(1),
  total_num_frames: z.int().min(1),
  do_sample_frames: z.literal(false),
  num_frames: z.literal(-1),
});
export const vllm = z
  .strictObject({ ...openai, messages: messages(z.union([text, image, video])), top_k: z.int().min(1).optional(), media_io_kwargs: z.strictObject({ video: videoKwargs }).optional() })
  .refine(paired, 'when using `top_logprobs`, `logprobs` must be set to true.');
export const sglang = z.strictObject({ ...openai, messages: messages(z.union([text, image])), top_k: z.int().min(1).optional() }).refine(paired);
export const llamacpp = z.strictObject({ ...openai, messages: messages(z.union([text, image])), top_k: z.int().min(1).optional() }).refine(paired, 'top_logprobs requires logprobs to be set to true');
/** knows the parameters of answers held to a schema and of log-probabilities, and does nothing with them */
export const transformers = z.strictObject({ ...openai, messages: messages(z.union([text, image])) });
export const other = z.strictObject({ ...openai, messages: messages(z.union([text, image])) }).refine(paired);

/** api.ChatRequest of Ollama. */
export const ollama = z.strictObject({
  model: z.string(),
  messages: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string(), images: z.array(base64).min(1).optional() })).min(1),
  stream: z.literal(false),
  think: z.literal(false),
  truncate: z.literal(false),
  format: z.record(z.string(), z.unknown()).optional(),
  logprobs: z.literal(true).optional(),
  top_logprobs: z.int().min(0).max(20).optional(),
  options: z.strictObject({
    temperature: z.number(),
    num_predict: z.int().min(1),
    num_ctx: z.int().min(256).optional(),
    top_p: z.number().optional(),
    top_k: z.int().optional(),
    seed: z.int().optional(),
    stop: z.array(z.string()).optional(),
  }),
});
