import type { VideoMarkup } from './decode/chat.ts';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import { Decoder } from './decode/decoder.ts';
import { openFeatures } from './video/openFeatures.ts';
import type { VideoInput } from './video/frames.ts';
import { Conversations } from './conversation.ts';
import type { ChatHooks, ChatRequest, ChatResult } from './conversation.ts';
import { answer } from './decode/generate.ts';
import { compileGrammar } from './grammar/grammar.ts';
import { deviceKvCaches } from './device/deviceKvCache.ts';
import { InPlaceKvCache } from './device/kvCache.ts';
import type { KvCache } from './device/kvCache.ts';
import { PromptPreparer } from './decode/prompt.ts';
import type { PreparedPrompt } from './decode/prompt.ts';
import { contextOf, KV_BYTES } from './request.ts';
import type { GenerateRequest, GenerateResult, ModelOptions, VideoSize } from './request.ts';
import type { OpenedSession } from './device/session.ts';
import { sampleText } from './decode/sampleText.ts';
import { firstTokens, odds, sharedStart } from './decode/scoring.ts';
import { Streams } from './decode/streams.ts';
import type { StreamState } from './decode/streams.ts';
import type { ChatTurn } from './decode/turns.ts';
import type { QwenTokenizer } from './decode/tokenizer.ts';
import { TurnLine } from './decode/turnLine.ts';
import { VisionEncoder } from './video/vision.ts';

export type { ChatRequest, ChatResult } from './conversation.ts';
export type { ChatPart, ChatTurn } from './decode/turns.ts';
export type { VideoInput } from './video/frames.ts';
export type { JsonSchema } from './grammar/grammar.ts';
export type { GenerateRequest, GenerateResult, ModelOptions } from './request.ts';

/** End an answer, whatever the checkpoint's files say. */
const STOPS = ['<|im_end|>', '<|endoftext|>'] as const;
/** The stream of windows that no other follows; cameras' names have no such character. */
const ONCE = '\u0000';
/** Answers that guesses are made from, besides the stream's own. */
const MOST_ANSWERS = 8;

/** A running model. One call at a time: calls made meanwhile wait for their turn. */
export class Qwen3VL {
  readonly name: string;
  /** what it runs on, and how that was chosen */
  readonly device: string;
  readonly context: number;
  readonly videoSize: VideoSize;
  readonly #tokenizer: QwenTokenizer;
  readonly #sessions: readonly OpenedSession[];
  readonly #prompts: PromptPreparer;
  readonly #markup: VideoMarkup;
  readonly #decoder: Decoder;
  readonly #stops: ReadonlySet<number>;
  readonly #streams: Streams;
  /** of prompts without a video */
  readonly #text: KvCache;
  /** answers of all streams, under a schema, the latest first: another's will have the same brackets and keys, and often words */
  #latest: readonly (readonly number[])[] = [];
  readonly #line = new TurnLine();
  readonly #chats: Conversations;

  constructor(checkpoint: Checkpoint, tokenizer: QwenTokenizer, vision: OpenedSession, decoder: OpenedSession, options: ModelOptions) {
    const { config, processing } = checkpoint;
    this.name = checkpoint.name;
    this.device = vision.why;
    this.context = contextOf(config.text, options);
    this.videoSize = { minPixels: processing.minPixels, maxPixels: processing.maxPixels };
    this.#tokenizer = tokenizer;
    this.#sessions = [vision, decoder];
    const onDevice = vision.device === 'webgpu';
    const encoder = new VisionEncoder(vision.session, config.vision, processing, openFeatures(checkpoint, options, onDevice), onDevice);
    this.#prompts = new PromptPreparer(checkpoint, tokenizer, encoder, this.context);
    this.#markup = options.markup ?? 'plain';
    this.#decoder = new Decoder(decoder.session, config, onDevice);
    this.#stops = new Set([...checkpoint.stopTokens, ...STOPS.flatMap((token) => tokenizer.idOf(token) ?? [])]);
    const cache: () => KvCache = decoder.device === 'cpu' ? () => new InPlaceKvCache(config.text) : deviceKvCaches(decoder.session, decoder.device);
    this.#streams = new Streams(cache, options.kvBytes ?? KV_BYTES);
    this.#text = cache();
    this.#chats = new Conversations({
      line: this.#line, prompts: this.#prompts, markup: this.#markup, decoder: this.#decoder, tokenizer, stops: this.#stops, streams: this.#streams,
      cache: cache(), context: this.context, onDevice,
    });
  }

  /** Answers a prompt, about a video or not. MODEL_CONTEXT_EXCEEDED where the prompt leaves no room for an answer. */
  generate(request: GenerateRequest): Promise<GenerateResult> {
    return this.#exclusively(async () => {
      const began = performance.now();
      const prompt = await this.prompt(request.prompt, request.video);
      const seen = performance.now();
      const maxTokens = Math.min(request.maxTokens, this.context - prompt.ids.length);
      const stream = request.video && this.#streams.get(request.once ? ONCE : (request.stream ?? ''));
      const cache = stream?.cache ?? this.#text;
      const { logits, reused } = await this.#decoder.prefill(prompt, cache, maxTokens);
      const filled = performance.now();
      const { runs } = this.#decoder;
      const grammar = request.schema && compileGrammar(request.schema);
      // free text resembles nothing that was said before
      const before = request.schema ? [stream?.answer ?? [], ...this.#latest, this.#tokenizer.encode(sampleText(request.schema))] : [];
      const result = await answer(this.#decoder, cache, logits, prompt.next, { maxTokens, grammar, stops: this.#stops, tokenizer: this.#tokenizer, before });
      if (grammar && stream) this.#remember(stream, result.tokens);
      if (!request.once) this.#streams.trim();
      const ms = { vision: seen - began, prefill: filled - seen, decode: performance.now() - filled };
      const { visualTokens, cachedVisualTokens } = prompt;
      return { ...result, visualTokens, cachedVisualTokens, promptTokens: prompt.ids.length, reusedTokens: reused, runs: this.#decoder.runs - runs, ms };
    }, () => request.once && this.#streams.drop(ONCE));
  }

  /** The next turn of a conversation; other calls are served in between, after each of its tokens. */
  chat(request: ChatRequest, hooks: ChatHooks = {}): Promise<ChatResult> {
    return this.#chats.answer(request, hooks);
  }

  /** Takes in a window that still grows, ahead of its question: then only what comes after it is left to do. */
  prefill(video: VideoInput, stream: string): Promise<void> {
    return this.#exclusively(async () => {
      const prompt = await this.#prompts.prepare(undefined, video, this.#markup);
      await this.#decoder.prefill(prompt, this.#streams.get(stream).cache, 0);
      this.#streams.trim();
    });
  }

  /** P(yes) / (P(yes) + P(no)) at the answer's first token, capitalised or not; text only. */
  async score(prompt: string, yes: string, no: string): Promise<number> {
    return (await this.scoreMany([prompt], yes, no))[0] as number;
  }

  /** Scores of many prompts. What all begin with is computed once, and their rests go through the decoder together. */
  scoreMany(prompts: readonly string[], yes: string, no: string): Promise<number[]> {
    return this.#exclusively(async () => {
      if (prompts.length === 0) return [];
      const all = await Promise.all(prompts.map((text) => this.prompt(text)));
      const words = { yes: firstTokens(this.#tokenizer, yes), no: firstTokens(this.#tokenizer, no) };
      const [first] = all;
      if (first && all.length === 1) return [odds((await this.#decoder.prefill(first, this.#text, 0)).logits, words)];
      const shared = sharedStart(all);
      const rows = await this.#decoder.branches(shared, all.map(({ ids }) => ids.slice(shared.ids.length)), this.#text);
      return rows.map((logits) => odds(logits, words));
    });
  }

  /** Tokens, positions and visual features of a prompt. */
  prompt(text: string, video?: VideoInput, markup = this.#markup): Promise<PreparedPrompt> {
    return this.#prompts.prepare(text, video, markup);
  }

  /** The same of a conversation. */
  chatPrompt(turns: readonly ChatTurn[]): Promise<PreparedPrompt> {
    return this.#prompts.look(this.#prompts.layOut(turns, this.#markup));
  }

  /** Logits [vocab] of each of `count` steps of decoding, from an empty cache; `choose` says which token each step takes. */
  async greedyLogits(prompt: PreparedPrompt, count: number, choose: (logits: Float32Array, step: number) => number): Promise<Float32Array[]> {
    const { cache } = this.#streams.get('');
    await cache.keep(0);
    const all = [(await this.#decoder.prefill(prompt, cache, count)).logits];
    while (all.length < count) {
      const token = choose(all[all.length - 1] as Float32Array, all.length - 1);
      all.push(...(await this.#decoder.extend([token], prompt.next + all.length - 1, cache)));
    }
    return all;
  }

  async close(): Promise<void> {
    await this.#exclusively(async () => {
      this.#streams.clear();
      for (const { session } of this.#sessions) await session.release();
    });
  }

  #remember(stream: StreamState, tokens: readonly number[]): void {
    stream.answer = tokens;
    const others = this.#latest.filter((earlier) => earlier.length !== tokens.length || earlier.some((token, i) => token !== tokens[i]));
    this.#latest = [tokens, ...others].slice(0, MOST_ANSWERS);
  }

  #exclusively<T>(work: () => Promise<T>, after: () => unknown = () => undefined): Promise<T> {
    return this.#line.run(() => work().finally(after));
  }
}
