import type { EngineConfig } from '../config/engineSchema.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Geometry } from '../qwen3vl/checkpoint/geometry.ts';
import { dialectOf } from './dialects.ts';
import type { Abilities, Ask, Said } from './dialect.ts';
import type { Layout } from './layout.ts';
import type { Packer } from './pack.ts';
import { probe } from './probe.ts';
import { contextRefusal } from './refusal.ts';
import { inWords } from './told.ts';
import { tryOut } from './trial.ts';
import type { CallOptions, EndpointInfo, EngineCall, EnginePool, SendOnce } from './transport.ts';

export interface EndpointsOptions {
  readonly engine: EngineConfig;
  readonly packer: Packer;
  readonly geometry: Geometry;
  readonly maxContext: number;
  readonly log: Logger;
}

/** A server that loads its model when it is first asked has so many times a window's time for it. */
const PATIENCE = 6;
/** Of an answer: of all, of a token with its probability, of each of the likeliest tokens with it; at most. */
const BYTES = { base: 2 ** 18, token: 512, likely: 128, most: 2 ** 25 };

/** The servers, each with what it turned out to be able to do. */
export class Endpoints {
  readonly #options: EndpointsOptions;
  readonly #known = new Map<string, Abilities>();
  readonly #words = new Map<string, string>();
  #fault: LookoutError | undefined;

  constructor(options: EndpointsOptions) {
    this.#options = options;
  }

  /** of the endpoint that was tried first */
  get model(): string | undefined {
    return this.#known.values().next().value?.model;
  }

  /** the least of all, since any may be asked */
  get context(): number | undefined {
    const said = [...this.#known.values()].flatMap(({ context }) => context ?? []);
    return said.length > 0 ? Math.min(...said) : undefined;
  }

  /** how frames have to be laid out for those that are known */
  get layouts(): readonly Layout[] {
    const found = new Set([...this.#known.values()].map(({ layout }) => layout));
    return found.size > 0 ? [...found] : ['stills'];
  }

  /** in words; undefined before the first was tried */
  get told(): string | undefined {
    return this.#words.size > 0 ? [...this.#words.values()].join('; ') : undefined;
  }

  /** `index`: which of the configuration's. Throws what it cannot be used for. */
  async check(index: number, { id }: EndpointInfo, send: SendOnce, signal: AbortSignal): Promise<void> {
    const { engine, packer, geometry, maxContext, log } = this.#options;
    const endpoint = engine.endpoints[index];
    try {
      const found = await probe(send, { kind: endpoint?.kind ?? 'auto' }, engine, signal);
      const abilities = await tryOut(found, { send, packer, geometry, engine, maxContext, signal });
      this.#known.set(id, abilities);
      const words = inWords(id, abilities);
      if (this.#words.get(id) === words) return;
      this.#words.set(id, words);
      log.info({ endpoint: id, kind: abilities.kind, model: abilities.model, layout: abilities.layout, schema: abilities.schema, logprobs: abilities.logprobs > 0, context: abilities.context }, words);
    } catch (error) {
      if (error instanceof LookoutError) this.#fault = error;
      throw error;
    }
  }

  /** Resolves when one can be asked; rejects where none can, with what is wrong. */
  async readyOrNot(pool: EnginePool, ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const none = (): Error => this.#fault ?? pool.endpoints.find(({ fault }) => fault)?.fault ?? new LookoutError('ENGINE_UNREACHABLE', `None of the engines can be asked: ${pool.endpoints.map(({ id }) => id).join(', ')}.`);
    const failed = new Promise<never>((_, reject) => {
      const states = pool.state$.subscribe((state) => (state === 'down' ? reject(none()) : undefined));
      const timer = setTimeout(() => reject(none()), PATIENCE * ms);
      const stop = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      over.signal.addEventListener('abort', () => {
        states.unsubscribe();
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
      }, { once: true });
    });
    try {
      await Promise.race([pool.ready, failed]);
    } finally {
      over.abort();
    }
  }

  /** Sends what the chosen endpoint's layout makes of it. Errors: those of the pool, ENGINE_ANSWER, MODEL_CONTEXT_EXCEEDED. */
  async ask(pool: EnginePool, of: (layout: Layout) => Ask | undefined, options: CallOptions): Promise<{ readonly said: Said; readonly layout: Layout; readonly ms: number }> {
    const heard = new Map<string, { readonly said: Said; readonly layout: Layout }>();
    const call = ({ id }: EndpointInfo): EngineCall | undefined => {
      const abilities = this.#known.get(id);
      const ask = abilities && of(abilities.layout);
      if (!abilities || !ask) return undefined;
      const { call: put, read } = dialectOf(abilities.kind);
      return { ...put(ask, abilities), check: (json) => void heard.set(id, { said: read(json), layout: abilities.layout }) };
    };
    const { maxTokens = 0, top = 0 } = of(this.layouts[0] ?? 'stills') ?? {};
    try {
      const { endpoint, ms } = await pool.request(call, { bytes: Math.min(BYTES.most, BYTES.base + maxTokens * (BYTES.token + top * BYTES.likely)), ...options });
      const answer = heard.get(endpoint);
      if (!answer) throw new RangeError(`an answer of an endpoint that was not asked: ${endpoint}`);
      return { ...answer, ms };
    } catch (error) {
      throw contextRefusal(error) ?? error;
    }
  }
}
