import type { VideoMarkup } from './chat.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Decoder } from './decoder.ts';
import type { VideoInput } from './frames.ts';
import { answer } from './generate.ts';
import { compileGrammar } from './grammar.ts';
import { GrowingKvCache, InPlaceKvCache } from './kvCache.ts';
import type { KvCache } from './kvCache.ts';
import { PromptPreparer } from './prompt.ts';
import type { PreparedPrompt } from './prompt.ts';
import type { GenerateRequest, GenerateResult, ModelOptions, VideoSize } from './request.ts';
import type { OpenedSession } from './session.ts';
import type { QwenTokenizer } from './tokenizer.ts';
import { VisionEncoder } from './vision.ts';

export type { Device } from './session.ts';
export type { VideoInput } from './frames.ts';
export type { JsonSchema } from './grammar.ts';
export type { GenerateRequest, GenerateResult, ModelOptions, VideoSize } from './request.ts';

/** End an answer, whatever the checkpoint's files say. */
const STOPS = ['<|im_end|>', '<|endoftext|>'] as const;
/** A running model. One call at a time: calls made meanwhile wait for their turn. */
export class Qwen3VL {
  readonly name: string;
  readonly context: number;
  readonly videoSize: VideoSize;
  readonly #tokenizer: QwenTokenizer;
  readonly #sessions: readonly OpenedSession[];
  readonly #prompts: PromptPreparer;
  readonly #markup: VideoMarkup;
  readonly #decoder: Decoder;
  readonly #stops: ReadonlySet<number>;
  /** one for prompts with a video, one for those without, so that neither drives out the other's beginning */
  readonly #caches: { readonly video: KvCache; readonly text: KvCache };
  #turn: Promise<unknown> = Promise.resolve();

  constructor(checkpoint: Checkpoint, tokenizer: QwenTokenizer, vision: OpenedSession, decoder: OpenedSession, options: ModelOptions) {
    const { config, processing } = checkpoint;
    this.name = checkpoint.name;
    this.context = Math.min(options.maxContext ?? Infinity, config.text.maxPositions);
    this.videoSize = { minPixels: processing.minPixels, maxPixels: processing.maxPixels };
    this.#tokenizer = tokenizer;
    this.#sessions = [vision, decoder];
    const encoder = new VisionEncoder(vision.session, config.vision, processing);
    this.#prompts = new PromptPreparer(checkpoint, tokenizer, encoder, this.context);
    this.#markup = options.markup ?? 'plain';
    this.#decoder = new Decoder(decoder.session, config);
    this.#stops = new Set([...checkpoint.stopTokens, ...STOPS.flatMap((token) => tokenizer.idOf(token) ?? [])]);
    const cache = (): KvCache => (decoder.device === 'cpu' ? new InPlaceKvCache(config.text) : new GrowingKvCache(config.text));
    this.#caches = { video: cache(), text: cache() };
  }

  /** Answers a prompt, about a video or not. MODEL_CONTEXT_EXCEEDED where the prompt leaves no room for an answer. */
  generate(request: GenerateRequest): Promise<GenerateResult> {
    return this.#exclusively(async () => {
      const began = performance.now();
      const prompt = await this.prepare(request.prompt, request.video);
      const seen = performance.now();
      const maxTokens = Math.min(request.maxTokens, this.context - prompt.ids.length);
      const cache = request.video ? this.#caches.video : this.#caches.text;
      const logits = await this.#decoder.prefill(prompt, cache, maxTokens);
      const filled = performance.now();
      const grammar = request.schema && compileGrammar(request.schema);
      const options = { maxTokens, grammar, stops: this.#stops, tokenizer: this.#tokenizer };
      const result = await answer(this.#decoder, cache, logits, prompt.next, options);
      const ms = { vision: seen - began, prefill: filled - seen, decode: performance.now() - filled };
      return { ...result, visualTokens: prompt.visualTokens, promptTokens: prompt.ids.length, ms };
    });
  }

  /** P(yes) / (P(yes) + P(no)) at the answer's first token, capitalised or not; text only. */
  score(prompt: string, yes: string, no: string): Promise<number> {
    return this.#exclusively(async () => {
      const logits = await this.#decoder.prefill(await this.prepare(prompt), this.#caches.text, 0);
      const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
      const weigh = (word: string): number => this.#firstTokens(word).reduce((sum, id) => sum + Math.exp((logits[id] ?? -Infinity) - top), 0);
      const [forIt, against] = [weigh(yes), weigh(no)];
      return forIt + against === 0 ? 0 : forIt / (forIt + against);
    });
  }

  async scoreMany(prompts: readonly string[], yes: string, no: string): Promise<number[]> {
    const scores: number[] = [];
    for (const prompt of prompts) scores.push(await this.score(prompt, yes, no));
    return scores;
  }

  /** Tokens, positions and visual features of a prompt. */
  prepare(text: string, video?: VideoInput, markup = this.#markup): Promise<PreparedPrompt> {
    return this.#prompts.prepare(text, video, markup);
  }

  /** Logits [vocab] of each of `count` steps of decoding, from an empty cache; `choose` says which token each step takes. */
  async greedyLogits(prompt: PreparedPrompt, count: number, choose: (logits: Float32Array, step: number) => number): Promise<Float32Array[]> {
    const cache = this.#caches.video;
    cache.keep(0);
    const all = [await this.#decoder.prefill(prompt, cache, count)];
    while (all.length < count) {
      const token = choose(all[all.length - 1] as Float32Array, all.length - 1);
      all.push(await this.#decoder.step(token, prompt.next + all.length - 1, cache));
    }
    return all;
  }

  async close(): Promise<void> {
    await this.#exclusively(async () => {
      for (const { session } of this.#sessions) await session.release();
    });
  }

  #firstTokens(word: string): number[] {
    const spellings = [word, (word[0] ?? '').toUpperCase() + word.slice(1)];
    return [...new Set(spellings.flatMap((w) => this.#tokenizer.encode(w).slice(0, 1)))];
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
