import type { Observable } from 'rxjs';
import type { Config } from '../config/schema.ts';
import type { LookoutError } from '../errors.ts';
import type { ChildState } from '../health/child.ts';
import type { Logger } from '../health/log.ts';
import type { EngineReading, RunningModel } from '../infer/runningModel.ts';
import { likelyGeometry, sideOf } from '../qwen3vl/checkpoint/geometry.ts';
import type { Geometry } from '../qwen3vl/checkpoint/geometry.ts';
import type { ChatHooks, ChatRequest, ChatResult } from '../qwen3vl/conversation.ts';
import type { GenerateRequest, GenerateResult } from '../qwen3vl/request.ts';
import { resultOf } from './answer.ts';
import { chatResult } from './chatResult.ts';
import type { Ask } from './dialect.ts';
import { Endpoints } from './endpoints.ts';
import { inTurns } from './inTurns.ts';
import { JpegMaker } from './jpeg.ts';
import { harmless, layOutTurns, layOutVideo } from './layout.ts';
import type { Layout, LaidTurn } from './layout.ts';
import { Packer } from './pack.ts';
import { oddsOf, MOST_TOP } from './score.ts';
import type { CallOptions, EnginePool, PoolOptions } from './transport.ts';

export interface EngineModelOptions {
  /** starts the endpoints; its check is the model's, which tells servers apart */
  startPool(options: PoolOptions): EnginePool;
  /** true: an engine that cannot be reached is waited for, as a daemon does; false: `ready` rejects then */
  readonly patient: boolean;
}

/** Scores that are under way for one event; windows have the other places. */
const SCORES_AT_ONCE = 8;
/** What nobody waits for at a camera, a question or a conversation, may take so many times a window's time, and at least so long, ms. */
const PATIENCE = { times: 12, least: 120_000 };

/** A model that engines serve. What it can do is known when the first endpoint has been tried out. @throws LookoutError MODEL_CONFIG_INVALID */
export function startEngineModel(config: Config, options: EngineModelOptions, signal: AbortSignal, log: Logger): RunningModel {
  const halt = new AbortController();
  return new EngineModel(config, options, AbortSignal.any([signal, halt.signal]), halt, log);
}

class EngineModel implements RunningModel {
  readonly state$: Observable<ChildState>;
  readonly ready: Promise<void>;
  readonly childPid = undefined;
  readonly sampling;
  readonly processing;
  readonly videoSize;
  readonly side: number;
  readonly #config: Config;
  readonly #geometry: Geometry;
  readonly #pool: EnginePool;
  readonly #endpoints: Endpoints;
  readonly #jpegs: JpegMaker;
  readonly #packer: Packer;
  readonly #halt: AbortController;

  constructor(config: Config, { startPool, patient }: EngineModelOptions, signal: AbortSignal, halt: AbortController, log: Logger) {
    this.#config = config;
    this.#halt = halt;
    this.#geometry = likelyGeometry(config.model.name);
    const { processing, sampling } = this.#geometry;
    this.processing = processing;
    this.sampling = sampling;
    this.videoSize = { minPixels: processing.minPixels, maxPixels: processing.maxPixels };
    this.side = sideOf(this.#geometry);
    this.#jpegs = new JpegMaker(signal, log);
    this.#packer = new Packer(config.engine.pictures, this.#jpegs);
    this.#endpoints = new Endpoints({ engine: config.engine, packer: this.#packer, geometry: this.#geometry, maxContext: config.video_processor.max_context_length, log });
    this.#pool = startPool({
      check: async (endpoint, send, within) => {
        // the pool may ask before it is known here
        await Promise.resolve();
        await this.#endpoints.check(this.#pool.endpoints.findIndex(({ id }) => id === endpoint.id), endpoint, send, within);
      },
    });
    this.state$ = this.#pool.state$;
    this.ready = patient ? this.#pool.ready : this.#endpoints.readyOrNot(this.#pool, config.engine.timeout * 1000, signal);
  }

  get name(): string {
    return this.#endpoints.model ?? this.#config.engine.model ?? 'engine';
  }

  get context(): number {
    return Math.min(this.#config.video_processor.max_context_length, this.#config.engine.context ?? Infinity, this.#endpoints.context ?? Infinity);
  }

  get atOnce(): number {
    return this.#pool.atOnce;
  }

  get device(): string | undefined {
    return this.#endpoints.told;
  }

  get problem(): LookoutError | undefined {
    return this.#pool.problem;
  }

  engines(): EngineReading {
    return this.#pool.figures();
  }

  async generate(request: GenerateRequest, signal?: AbortSignal): Promise<GenerateResult> {
    const { video, prompt, maxTokens, schema, stream, deadline } = request;
    const laid = (layout: Layout): { readonly turns: readonly LaidTurn[]; readonly shown: Pick<GenerateResult, 'visualTokens' | 'stamps'> } => {
      const { parts, ...shown } = video ? layOutVideo(video, { layout, geometry: this.#geometry, everyFrame: this.#config.engine.every_frame }) : { parts: [], visualTokens: 0 };
      // the video stands before the words: what windows have in common comes first, for the engine's prefix cache
      return { turns: [{ role: 'user', parts: [...parts, { kind: 'text', text: harmless(prompt) }] }], shown };
    };
    // llama.cpp tells no token where none beside it is wanted
    const ask = { maxTokens, top: 1, ...(schema ? { schema } : {}) };
    const { said, shown, ms } = await this.#asked(laid, ask, {
      kind: video ? 'window' : 'text',
      ...(deadline === undefined ? this.#patience() : { deadline, begin: deadline - this.#config.engine.timeout * 1000 }),
      ...(stream === undefined ? {} : { affinity: stream }),
      ...(signal ? { signal } : {}),
    });
    const result = resultOf(said, shown, maxTokens, ms);
    this.#pool.reused(result.reusedTokens, result.promptTokens);
    return result;
  }

  /** Engines have their own prefix caches, and an answer to nothing would take a place of those that are waited for. */
  prefill(): Promise<void> {
    return Promise.resolve();
  }

  async scoreMany(prompts: readonly string[], yes: string, no: string): Promise<number[]> {
    return inTurns(prompts, Math.min(SCORES_AT_ONCE, this.atOnce), async (prompt) => {
      const laid = { turns: [{ role: 'user' as const, parts: [{ kind: 'text' as const, text: harmless(prompt) }] }], shown: undefined };
      const { said } = await this.#asked(() => laid, { maxTokens: 1, top: MOST_TOP }, { kind: 'score' });
      return oddsOf(said, yes, no);
    });
  }

  /** The answer comes whole: it is told in one piece when it is there. */
  async chat(request: ChatRequest, { told, signal }: ChatHooks = {}): Promise<ChatResult> {
    const { turns, maxTokens, schema, sampling, stop, top } = request;
    const laid = (layout: Layout): { readonly turns: readonly LaidTurn[]; readonly shown: number } => {
      const { turns: shown, visualTokens } = layOutTurns(turns, { layout, geometry: this.#geometry, everyFrame: this.#config.engine.every_frame });
      return { turns: shown, shown: visualTokens };
    };
    const ask = { maxTokens, ...(schema ? { schema } : {}), ...(sampling ? { sampling } : {}), ...(stop ? { stop } : {}), ...(top === undefined ? {} : { top }) };
    const { said, shown } = await this.#asked(laid, ask, { kind: 'chat', ...this.#patience(), ...(signal ? { signal } : {}) });
    const result = chatResult(said, shown, top !== undefined);
    told?.({ text: result.text, tokens: result.tokens });
    return result;
  }

  async close(): Promise<void> {
    this.#halt.abort();
    await Promise.all([this.#pool.close(), this.#jpegs.close()]);
  }

  /** Frames are laid out and packed for every layout that an endpoint in use has, before one is chosen. */
  async #asked<T>(lay: (layout: Layout) => { readonly turns: readonly LaidTurn[]; readonly shown: T }, ask: Omit<Ask, 'turns'>, options: CallOptions) {
    const ways = new Map<Layout, { readonly ask: Ask; readonly shown: T }>();
    for (const layout of this.#endpoints.layouts) {
      const { turns, shown } = lay(layout);
      ways.set(layout, { ask: { ...ask, turns: await this.#packer.turns(turns) }, shown });
    }
    options.signal?.throwIfAborted();
    const answer = await this.#endpoints.ask(this.#pool, (layout) => ways.get(layout)?.ask, options);
    const way = ways.get(answer.layout);
    if (!way) throw new RangeError(`nothing was laid out as ${answer.layout}`);
    return { said: answer.said, shown: way.shown, ms: answer.ms };
  }

  #patience(): Pick<CallOptions, 'deadline' | 'timeout'> {
    const timeout = Math.max(PATIENCE.least, PATIENCE.times * this.#config.engine.timeout * 1000);
    return { timeout, deadline: Date.now() + timeout };
  }
}
