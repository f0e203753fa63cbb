import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decode } from 'fast-png';
import type { z } from 'zod';
import { llamacpp, ollama, other, sglang, transformers, vllm } from './shapes.ts';

export type StrictKind = 'vllm' | 'sglang' | 'llamacpp' | 'transformers' | 'ollama' | 'other';

export interface Manner {
  readonly kind: StrictKind;
  /** what GET /v1/models lists */
  readonly model?: string;
  /** vLLM before it took frames' times; Ollama before it put pictures where the text says so */
  readonly old?: boolean;
  /** a model that knows no pictures */
  readonly blind?: boolean;
  /** the body of an answer to a window, in place of a good one */
  readonly says?: unknown;
  /** the text of an answer to a window */
  readonly text?: string;
  readonly key?: string;
}

export interface Heard {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

export interface StrictServer {
  readonly url: string;
  /** requests for answers, in order */
  readonly heard: Heard[];
  /** what it refused, and why */
  readonly refused: string[];
  behave(manner: Partial<Manner>): void;
  stop(): Promise<void>;
}

const SHAPES: Readonly<Record<StrictKind, z.ZodType>> = { vllm, sglang, llamacpp, transformers, ollama, other };
const EVENTS = '[{"event": "a person walks in", "start": 0.5, "end": 2.0}]';
/** Of its one token: "yes" three times as likely as "no". */
const ODDS = [['yes', 0.5], [' Yes', 0.1], ['no', 0.15], ['No', 0.05], ['maybe', 0.1]] as const;

/** A server that speaks one API as it is documented, and refuses what is not. */
export async function strictServer(first: Manner): Promise<StrictServer> {
  let manner = first;
  const heard: Heard[] = [];
  const refused: string[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { status, json } = answer(manner, request, body, heard);
      if (request.method === 'POST' && status >= 400) refused.push(`${request.url} ${status} ${JSON.stringify(json)}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof json === 'string' ? json : JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${first.kind === 'ollama' ? '' : '/v1'}`,
    heard,
    refused,
    behave: (next) => (manner = { ...manner, ...next }),
    stop: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

interface Reply {
  readonly status: number;
  readonly json: unknown;
}

function answer(manner: Manner, { method, url = '', headers }: IncomingMessage, body: unknown, heard: Heard[]): Reply {
  const { kind, key, model = 'a/model' } = manner;
  if (key !== undefined && headers.authorization !== `Bearer ${key}`) return { status: 401, json: { error: 'Unauthorized' } };
  const told = method === 'GET' ? about(kind, model)[url] : undefined;
  if (told !== undefined) return told === 500 ? { status: 500, json: 'Internal Server Error' } : { status: 200, json: told };
  if (kind === 'ollama' && url === '/api/show') return { status: 200, json: { capabilities: ['completion', 'vision'], model_info: { 'general.architecture': 'qwen3vl', 'qwen3vl.context_length': 262_144 } } };
  if (method !== 'POST' || url !== (kind === 'ollama' ? '/api/chat' : '/v1/chat/completions')) return { status: 404, json: { detail: 'Not Found' } };
  const parsed = SHAPES[kind].safeParse(body);
  if (!parsed.success) return { status: kind === 'transformers' ? 422 : 400, json: { error: { message: JSON.stringify(parsed.error.issues) } } };
  const request = body as Record<string, unknown>;
  if (request['model'] !== undefined && request['model'] !== model) return { status: 404, json: { error: { message: `The model ${String(request['model'])} does not exist.` } } };
  heard.push({ path: url, body: request });
  const fault = unsound(manner, request);
  if (fault) return { status: 400, json: { error: { message: fault } } };
  if (isWindow(request) && manner.says !== undefined) return { status: 200, json: manner.says };
  return { status: 200, json: kind === 'ollama' ? ollamaAnswer(manner, request) : completion(manner, request, model) };
}

/** What each says of itself. */
function about(kind: StrictKind, model: string): Record<string, unknown> {
  const list = (more: object): object => ({ object: 'list', data: [{ id: model, object: 'model', created: 1, ...more }] });
  switch (kind) {
    case 'vllm':
      return { '/v1/models': list({ owned_by: 'vllm', root: model, parent: null, max_model_len: 32_000, permission: [] }), '/version': { version: '0.22.1' } };
    case 'sglang':
      return { '/v1/models': list({ owned_by: 'sglang', root: model, max_model_len: 16_000 }), '/get_model_info': { model_path: model } };
    case 'llamacpp':
      return { '/v1/models': list({ owned_by: 'llamacpp', meta: { n_ctx: 8192 } }), '/props': { default_generation_settings: { n_ctx: 4096 }, total_slots: 2, modalities: { vision: true } } };
    case 'transformers':
      return { '/v1/models': 500, '/health': { status: 'ok' }, '/openapi.json': { info: { title: 'FastAPI' }, paths: { '/v1/chat/completions': {}, '/load_model': {} } } };
    case 'ollama':
      return { '/v1/models': list({ owned_by: 'library' }), '/api/version': { version: '0.20.1' } };
    case 'other':
      return { '/v1/models': list({ owned_by: 'someone' }) };
  }
}

/** What only a look at the pictures shows. */
function unsound({ kind, blind, old }: Manner, body: Record<string, unknown>): string | undefined {
  const pictures = picturesOf(body);
  if (blind && pictures.length > 0) return 'image input is not supported by this model';
  for (const picture of pictures) {
    const bytes = Buffer.from(picture, 'base64');
    if (bytes.subarray(0, 2).toString('hex') === 'ffd8') continue;
    const { width, height } = decode(bytes);
    if (width % 32 !== 0 || height % 32 !== 0) return `a picture of ${width}×${height} has to be resized`;
  }
  const times = (body['media_io_kwargs'] as { video: { frames_indices: number[]; total_num_frames: number } } | undefined)?.video;
  if (kind !== 'vllm' || !times || old) return undefined;
  if (times.frames_indices.length !== pictures.length) return `frames_indices length (${times.frames_indices.length}) must match number of frames sent (${pictures.length})`;
  return times.total_num_frames < pictures.length ? 'total_num_frames must be >= number of frames sent' : undefined;
}

export function picturesOf(body: Record<string, unknown>): string[] {
  return (body['messages'] as { content: unknown; images?: string[] }[]).flatMap(({ content, images = [] }) => [
    ...images,
    ...(Array.isArray(content) ? (content as Record<string, { url: string }>[]) : []).flatMap((part) => {
      const { url } = part['image_url'] ?? part['video_url'] ?? { url: '' };
      return url === '' ? [] : url.slice(url.indexOf(',') + 1).split(',');
    }),
  ]);
}

function isWindow(body: Record<string, unknown>): boolean {
  return picturesOf(body).length > 0 && JSON.stringify(body).includes('List the events');
}

/** Stamps are text: each character of theirs is a token. */
function lengthOf({ kind, old }: Manner, body: Record<string, unknown>): number {
  const times = (body['media_io_kwargs'] as { video: { frames_indices: number[] } } | undefined)?.video.frames_indices ?? [];
  const stamps = kind === 'vllm' && !old ? times.map((ms) => (ms / 1000).toFixed(1)).join('').length : 0;
  const places = kind === 'ollama' && old ? JSON.stringify(body).split('[img]').length - 1 : 0;
  return 20 + stamps + places * 3 + picturesOf(body).length * 4;
}

function textOf(manner: Manner, body: Record<string, unknown>): string {
  const held = body['response_format'] !== undefined || body['format'] !== undefined;
  if (isWindow(body)) return manner.text ?? EVENTS;
  return held && manner.kind !== 'transformers' ? '\n[]' : 'yes';
}

function completion(manner: Manner, body: Record<string, unknown>, model: string): object {
  const text = textOf(manner, body);
  const told = body['logprobs'] === true && manner.kind !== 'transformers';
  return {
    id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: manner.kind === 'transformers' ? `${model}@main` : model,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text }, logprobs: told ? { content: tokensOf(text, Number(body['top_logprobs'])) } : null }],
    usage: { prompt_tokens: lengthOf(manner, body), completion_tokens: 7, total_tokens: 27, ...(manner.kind === 'transformers' ? {} : { prompt_tokens_details: { cached_tokens: 12 } }) },
  };
}

function ollamaAnswer(manner: Manner, body: Record<string, unknown>): object {
  const text = textOf(manner, body);
  return {
    model: 'a/model', created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: text }, done: true, done_reason: 'stop', prompt_eval_count: lengthOf(manner, body), eval_count: 7,
    ...(body['logprobs'] === true ? { logprobs: tokensOf(text, Number(body['top_logprobs'])) } : {}),
  };
}

function tokensOf(text: string, top: number): object[] {
  const pieces = text === 'yes' ? ['yes'] : text.match(/.{1,4}/gsu) ?? [];
  return pieces.map((token) => ({
    token, logprob: Math.log(0.8), bytes: [...Buffer.from(token)],
    top_logprobs: ODDS.slice(0, Math.max(1, top)).map(([likely, probability]) => ({ token: likely, logprob: Math.log(probability), bytes: [...Buffer.from(likely)] })),
  }));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}
