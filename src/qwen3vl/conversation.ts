import type { KvCache } from './device/kvCache.ts';
import type { Decoder, Pace } from './decode/decoder.ts';
import { answer } from './decode/generate.ts';
import type { PromptPreparer } from './decode/prompt.ts';
import { sampler } from './decode/sampling.ts';
import type { Sampling } from './decode/sampling.ts';
import type { Streams } from './decode/streams.ts';
import { Telling } from './decode/telling.ts';
import type { ToldPiece, ToldToken } from './decode/telling.ts';
import type { QwenTokenizer } from './decode/tokenizer.ts';
import type { Pause, TurnLine } from './decode/turnLine.ts';
import type { ChatTurn } from './decode/turns.ts';
import type { VideoMarkup } from './decode/chat.ts';
import { compileGrammar } from './grammar/grammar.ts';
import type { JsonSchema } from './grammar/grammar.ts';

/** A conversation that wants its next turn. */
export interface ChatRequest {
  readonly turns: readonly ChatTurn[];
  readonly maxTokens: number;
  /** the answer is held to it */
  readonly schema?: JsonSchema;
  /** undefined: the most probable token is taken */
  readonly sampling?: Sampling;
  /** texts that end the answer and are no part of it */
  readonly stop?: readonly string[];
  /** how many of the likeliest tokens are told of each; undefined: tokens are not told */
  readonly top?: number;
}

export interface ChatResult {
  readonly text: string;
  /** `length`: tokens ran out */
  readonly finish: 'stop' | 'length';
  /** empty unless `top` asks for them */
  readonly tokens: readonly ToldToken[];
  readonly answerTokens: number;
  readonly promptTokens: number;
  readonly visualTokens: number;
  /** prompt tokens whose keys and values were there already */
  readonly reusedTokens: number;
}

export interface ChatHooks {
  /** what there is of the answer, as it is written */
  told?(piece: ToldPiece): void;
  /** nobody wants the answer any more */
  readonly signal?: AbortSignal;
}

/** What conversations share with everything else that the model does. */
export interface ConversationParts {
  readonly line: TurnLine;
  readonly prompts: PromptPreparer;
  readonly markup: VideoMarkup;
  readonly decoder: Decoder;
  readonly tokenizer: QwenTokenizer;
  readonly stops: ReadonlySet<number>;
  readonly streams: Streams;
  readonly cache: KvCache;
  readonly context: number;
  /** pictures and prompts go through at once: what is on a device has to be used before others come to it */
  readonly onDevice: boolean;
}

/** Room for so much of the answer is made ahead, tokens. */
const ROOM = 256;
/** A shortest end is thought of so long before an answer has to end, tokens: schemas of clients may have many keys. */
const LAST = 512;
/** Pieces of a prompt are so long that others wait for about this, ms. */
const WAIT = 200;
const FEWEST = 16;
const FIRST = 64;

/**
 * Conversations, one at a time, and between other calls: they give way after every picture, every piece of a prompt and every token, so
 * that a window of a camera waits for one of these at most. Keys and values of the last one are kept while there is room.
 */
export class Conversations {
  readonly #parts: ConversationParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: ConversationParts) {
    this.#parts = parts;
  }

  /** MODEL_CONTEXT_EXCEEDED where no room is left for an answer; the signal's reason where it aborts. */
  answer(request: ChatRequest, hooks: ChatHooks): Promise<ChatResult> {
    const mine = this.#last.then(() => {
      hooks.signal?.throwIfAborted();
      return this.#parts.line.run((pause) => this.#answer(request, hooks, this.#giveWay(pause, hooks)));
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #answer(request: ChatRequest, { told }: ChatHooks, pause: Pause): Promise<ChatResult> {
    const { prompts, markup, decoder, tokenizer, stops, streams, cache, context, onDevice } = this.#parts;
    try {
      const laid = prompts.layOut(request.turns, markup);
      const prompt = await prompts.look(laid, onDevice ? undefined : pause);
      const maxTokens = Math.min(request.maxTokens, context - prompt.ids.length);
      const { logits, reused } = await decoder.prefill(prompt, cache, Math.min(ROOM, maxTokens), onDevice ? undefined : paceOf(pause));
      const telling = new Telling({ tokenizer, stop: request.stop ?? [], top: request.top, told: told ?? ((): void => undefined), pause });
      const result = await answer(decoder, cache, logits, prompt.next, {
        maxTokens,
        grammar: request.schema && compileGrammar(request.schema),
        stops,
        tokenizer,
        before: [],
        last: LAST,
        watch: telling,
        ...(request.sampling ? { draw: sampler(request.sampling) } : {}),
      });
      return {
        text: telling.text,
        finish: result.finish,
        tokens: telling.tokens,
        answerTokens: result.tokens.length,
        promptTokens: prompt.ids.length,
        visualTokens: prompt.visualTokens,
        reusedTokens: reused,
      };
    } finally {
      // cameras have the memory first
      streams.lend(0);
      if (cache.bytes > streams.free) cache.dispose();
      streams.lend(cache.bytes);
    }
  }

  #giveWay(pause: Pause, { signal }: ChatHooks): Pause {
    const { streams, cache } = this.#parts;
    return async () => {
      streams.lend(cache.bytes);
      await pause();
      signal?.throwIfAborted();
    };
  }
}

/** Pieces as long as go through in `WAIT`, by how long the last one took. */
function paceOf(pause: Pause): Pace {
  let most = FIRST;
  let began = performance.now();
  return {
    most: () => most,
    async took(tokens) {
      const ms = Math.max(1, performance.now() - began);
      most = Math.max(FEWEST, Math.floor(Math.min(2 * most, (tokens * WAIT) / ms)));
      await pause();
      began = performance.now();
    },
  };
}
