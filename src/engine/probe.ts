import { z } from 'zod';
import type { EndpointConfig, EngineConfig } from '../config/engineSchema.ts';
import { LookoutError } from '../errors.ts';
import type { EngineKind } from './dialect.ts';
import { EngineRefusal } from './transport.ts';
import type { EngineCall, SendOnce } from './transport.ts';

/** What a server says of itself. */
export interface Found {
  readonly kind: EngineKind;
  readonly model: string;
  readonly context: number | undefined;
}

/** Asks one server one thing; undefined where it has no such route or answers nonsense. Connection faults and refused keys are thrown. */
type Look = (call: Omit<EngineCall, 'method'> & { readonly method?: EngineCall['method'] }) => Promise<unknown>;

/** The name goes into every event, and into logs. */
// oxlint-disable-next-line no-control-regex
const modelName = z.string().min(1).max(256).regex(/^[^\u0000-\u001f\u007f]+$/);

const list = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), owned_by: z.string().nullish(), max_model_len: z.number().int().positive().nullish() })),
});

const OWNERS: Readonly<Record<string, EngineKind>> = { vllm: 'vllm', sglang: 'sglang', llamacpp: 'llamacpp', lookout: 'lookout' };

/**
 * Which server it is, and what it serves. Sources: `owned_by` in GET /v1/models of vLLM, SGLang, llama.cpp and Lookout; GET /version of
 * vLLM, /get_model_info of SGLang, /props of llama.cpp, /api/version and /api/show of Ollama; of `transformers serve` the routes in its
 * /openapi.json. Throws ENGINE_UNSUITABLE where it does not serve the model, ENGINE_REFUSED for a refused key, and connection faults.
 */
export async function probe(send: SendOnce, endpoint: Pick<EndpointConfig, 'kind'>, engine: Pick<EngineConfig, 'model'>, signal: AbortSignal): Promise<Found> {
  const look = looker(send, signal);
  const models = list.safeParse(await look({ base: 'api', path: '/models' })).data?.data.filter(({ id }) => modelName.safeParse(id).success) ?? [];
  const kind = endpoint.kind === 'auto' ? await kindOf(look, models[0]?.owned_by ?? undefined) : endpoint.kind;
  const model = engine.model ?? models[0]?.id ?? (await unlistedModel(look));
  if (model === undefined) throw new LookoutError('ENGINE_UNSUITABLE', 'The server lists no model: name the one to ask for.');
  const listed = models.find(({ id }) => id === model || (kind === 'ollama' && id === `${model}:latest`));
  if (models.length > 0 && !listed && kind !== 'transformers') {
    throw new LookoutError('ENGINE_UNSUITABLE', `The server does not serve ${model.slice(0, 200)}, but ${models.slice(0, 8).map(({ id }) => id.slice(0, 200)).join(', ')}.`);
  }
  return { kind, model, context: listed?.max_model_len ?? (await contextOf(look, kind, model)) };
}

async function kindOf(look: Look, owner: string | undefined): Promise<EngineKind> {
  const known = owner === undefined ? undefined : OWNERS[owner];
  if (known) return known;
  if (has(await look({ base: 'root', path: '/props' }), 'default_generation_settings')) return 'llamacpp';
  if (has(await look({ base: 'root', path: '/api/version' }), 'version')) return 'ollama';
  if (has(await look({ base: 'root', path: '/get_model_info' }), 'model_path')) return 'sglang';
  if (has(await look({ base: 'root', path: '/version' }), 'version')) return 'vllm';
  const routes = z.looseObject({ paths: z.record(z.string(), z.unknown()) }).safeParse(await look({ base: 'root', path: '/openapi.json' })).data?.paths;
  return routes && '/load_model' in routes ? 'transformers' : 'other';
}

/** A server that was given one model may take requests that name none, and says in its answer what it is. */
async function unlistedModel(look: Look): Promise<string | undefined> {
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], max_tokens: 1, temperature: 0 });
  const answer = z.looseObject({ model: modelName }).safeParse(await look({ method: 'POST', base: 'api', path: '/chat/completions', body }));
  // transformers serve adds the revision
  return answer.data?.model.replace(/@[\w.-]+$/, '');
}

const props = z.looseObject({ default_generation_settings: z.looseObject({ n_ctx: z.number().int().positive() }) });
const shown = z.looseObject({ model_info: z.record(z.string(), z.unknown()) });

async function contextOf(look: Look, kind: EngineKind, model: string): Promise<number | undefined> {
  if (kind === 'llamacpp') return props.safeParse(await look({ base: 'root', path: '/props' })).data?.default_generation_settings.n_ctx;
  if (kind !== 'ollama') return undefined;
  const info = shown.safeParse(await look({ method: 'POST', base: 'root', path: '/api/show', body: JSON.stringify({ model }) })).data?.model_info ?? {};
  const length = Object.entries(info).find(([key]) => key.endsWith('.context_length'))?.[1];
  return typeof length === 'number' && length > 0 ? length : undefined;
}

function looker(send: SendOnce, signal: AbortSignal): Look {
  return async (call) => {
    try {
      return (await send({ method: 'GET', ...call }, { signal })).json;
    } catch (error) {
      const refused = error instanceof EngineRefusal && (error.status === 401 || error.status === 403);
      const other = error instanceof LookoutError && (error instanceof EngineRefusal || error.code === 'ENGINE_FAILED' || error.code === 'ENGINE_ANSWER');
      if (!other || refused) throw error;
      return undefined;
    }
  };
}

function has(json: unknown, key: string): boolean {
  return typeof json === 'object' && json !== null && key in json;
}
