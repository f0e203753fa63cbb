import { LookoutError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { ChatBody } from './body.ts';

/** Whether a parameter asks for nothing. */
const empty = (value: unknown): boolean => value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0) || (typeof value === 'object' && Object.keys(value).length === 0);
const other = (...same: readonly unknown[]) => (value: unknown): boolean => !empty(value) && !same.includes(value);
const given = (value: unknown): boolean => !empty(value);

/** The times of a video's frames, and that all of them are to be shown. */
const TIMES: Readonly<Record<string, (value: unknown) => boolean>> = { fps: () => true, frames_indices: () => true, total_num_frames: () => true, duration: () => true, do_sample_frames: (value) => value === false, num_frames: (value) => value === -1 };
function onlyTimes(kwargs: unknown): boolean {
  const { video, ...rest } = kwargs as { video?: object };
  return empty(rest) && Object.entries(video ?? {}).every(([key, value]) => value === null || TIMES[key]?.(value) === true);
}

/**
 * Parameters under which the answer would be another one than Lookout's model gives, and when. All else that OpenAI or vLLM know (user,
 * metadata, store, service_tier, detail …) changes nothing here and is ignored.
 */
const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: other(1),
  best_of: other(1),
  tools: given,
  functions: given,
  tool_choice: other('none', 'auto'),
  function_call: other('none', 'auto'),
  audio: given,
  modalities: (value) => given(value) && !(Array.isArray(value) && value.every((one) => one === 'text')),
  web_search_options: (value) => value !== undefined && value !== null,
  logit_bias: given,
  presence_penalty: other(0),
  frequency_penalty: other(0),
  repetition_penalty: other(1),
  length_penalty: other(1),
  min_p: other(0),
  min_tokens: other(0),
  ignore_eos: given,
  stop_token_ids: given,
  bad_words: given,
  allowed_token_ids: given,
  use_beam_search: given,
  continue_final_message: given,
  echo: given,
  guided_json: given,
  guided_regex: given,
  guided_choice: given,
  guided_grammar: given,
  structured_outputs: given,
  media_io_kwargs: (value) => given(value) && !onlyTimes(value),
  chat_template: given,
  chat_template_kwargs: given,
  documents: given,
};

/** What a conversation may not ask for, and which part of the request asks for it. */
export class ChatRefusal extends LookoutError {
  readonly param: string;

  constructor(code: ErrorCode, detail: string, param: string) {
    super(code, detail);
    this.param = param;
  }
}

/** @throws ChatRefusal CHAT_UNSUPPORTED */
export function refuseUnsupported(body: ChatBody): void {
  for (const [name, changes] of Object.entries(REFUSED)) {
    if (changes(body[name])) throw unsupported(name, `${name} is not supported.`);
  }
  for (const key of Object.keys(body.mm_processor_kwargs ?? {})) {
    if (key !== 'fps') throw unsupported(`mm_processor_kwargs.${key}`, `of mm_processor_kwargs only fps is supported.`);
  }
  if (typeof body.top_logprobs === 'number' && body.logprobs !== true) throw invalid('top_logprobs', 'top_logprobs wants logprobs to be true.');
}

export function unsupported(param: string, detail: string): ChatRefusal {
  return new ChatRefusal('CHAT_UNSUPPORTED', detail, param);
}

export function invalid(param: string, detail: string): ChatRefusal {
  return new ChatRefusal('CHAT_INVALID', detail, param);
}
