import type { QuestionLine } from '../ask/line.ts';
import type { ChatResult } from '../qwen3vl/model.ts';
import type { ToldPiece } from '../qwen3vl/decode/telling.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import { chunkOf, completionOf, headOf, logprobsOf, usageOf } from './answers.ts';
import type { ChatBody, Completion } from './body.ts';
import { showTurns } from './media.ts';
import type { MediaLimits } from './media.ts';
import { turnsOf } from './messages.ts';
import { orderOf } from './order.ts';
import { Pieces } from './pieces.ts';
import { ChatRefusal } from './refusals.ts';
import type { SourcesOptions } from './sources.ts';

export interface ChatOptions {
  readonly model: Pick<RunningModel, 'name' | 'context' | 'side' | 'processing' | 'sampling' | 'chat'>;
  /** the line of all who ask the model something: a few at once, some wait, the others are turned away */
  readonly line: Pick<QuestionLine, 'place'>;
  /** bounds on a frame of a video */
  readonly frameSize: MediaLimits['frameSize'];
  /** decodes pictures */
  readonly stills: MediaLimits['stills'];
  /** asked for each request anew */
  sources(): SourcesOptions;
  /** wall clock, ms */
  now(): number;
}

/** A chunk of an answer, or `[DONE]`. */
export interface ChatEvent {
  readonly data: unknown;
}

/** Conversations with the model that watches the cameras: it answers them between the cameras' windows, token by token. */
export interface Chat {
  readonly model: string;
  readonly context: number;
  /** Throws ChatRefusal CHAT_INVALID, CHAT_UNSUPPORTED, MODEL_UNKNOWN; MODEL_BUSY, MODEL_CONTEXT_EXCEEDED, MODEL_RUNTIME, and those of fetching. */
  complete(body: ChatBody, signal: AbortSignal): Promise<Completion>;
  /** The same, told as it is written. What goes wrong before the first token is thrown, what comes later ends the events. */
  stream(body: ChatBody, signal: AbortSignal): Promise<AsyncGenerator<ChatEvent, void, void>>;
}

export function createChat({ model, line, frameSize, stills, sources, now }: ChatOptions): Chat {
  const { side, processing } = model;
  /** checks all that can be checked before anything is fetched */
  const prepared = (body: ChatBody): ((signal: AbortSignal, hear?: (piece: ToldPiece) => void) => Promise<ChatResult>) => {
    // an engine says late what it serves
    if (body.model && body.model !== model.name) throw new ChatRefusal('MODEL_UNKNOWN', `there is no model ${body.model.slice(0, 100)}; ${model.name} is running.`, 'model');
    const order = orderOf(body, model.sampling);
    const fps = body.mm_processor_kwargs?.fps ?? undefined;
    const { frames_indices: indices, fps: indexRate } = body.media_io_kwargs?.video ?? {};
    const wanted = turnsOf(body.messages, { fps, indices: indices ?? undefined, indexRate: indexRate ?? undefined });
    return (signal, hear) =>
      line.place(async () => {
        const turns = await showTurns(wanted, fps, { context: model.context, side, processing, frameSize, stills }, sources(), signal);
        return model.chat({ ...order, turns }, { signal, ...(hear ? { told: hear } : {}) });
      }, signal);
  };
  return {
    get model() {
      return model.name;
    },
    get context() {
      return model.context;
    },
    async complete(body, signal) {
      return completionOf(headOf(model.name, now()), await prepared(body)(signal), body.logprobs === true);
    },
    async stream(body, signal) {
      const run = prepared(body);
      const stop = new AbortController();
      const pieces = new Pieces();
      const result = run(AbortSignal.any([signal, stop.signal]), (piece) => pieces.add(piece));
      result.then(() => pieces.end(), (error: unknown) => pieces.end(error));
      await pieces.first();
      return told(body, headOf(model.name, now()), pieces, result, stop);
    },
  };
}

async function* told(body: ChatBody, head: ReturnType<typeof headOf>, pieces: Pieces, result: Promise<ChatResult>, stop: AbortController): AsyncGenerator<ChatEvent, void, void> {
  const wantsUsage = body.stream_options?.include_usage === true;
  const usage = wantsUsage ? null : undefined;
  try {
    yield { data: chunkOf(head, { delta: { role: 'assistant', content: '' } }, usage) };
    for await (const { text, tokens } of pieces) {
      yield { data: chunkOf(head, { delta: { content: text }, logprobs: body.logprobs ? logprobsOf(tokens) : null }, usage) };
    }
    const whole = await result;
    yield { data: chunkOf(head, { finish_reason: whole.finish }, usage) };
    if (wantsUsage) yield { data: chunkOf(head, undefined, usageOf(whole)) };
    yield { data: '[DONE]' };
  } finally {
    // also where the client goes in the middle
    stop.abort(new Error('nobody listens any more'));
  }
}
