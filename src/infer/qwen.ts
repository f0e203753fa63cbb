import type { Answer, Sighting, Window } from '../values.ts';
import type { GenerateRequest, GenerateResult, VideoInput } from '../qwen3vl/model.ts';
import { EVENTS_SCHEMA, parseAnswer, plainText } from './answer.ts';
import type { AnsweredEvent } from './answer.ts';
import type { Backend } from './backend.ts';
import { askPrompt, eventsPrompt } from './prompts.ts';
import { batchScores } from './scoreBatches.ts';
import type { ScoreMany } from './scoreBatches.ts';
import { videoTime } from './videoTime.ts';
import type { VideoTime } from './videoTime.ts';

/** What this back end asks of a model; the one in this process and the one in a child both have it. */
export interface VideoModel {
  readonly name: string;
  /** where the signal aborts nobody wants the answer any more; a model that cannot stop goes on */
  generate(request: GenerateRequest, signal?: AbortSignal): Promise<GenerateResult>;
  /** takes in a window that still grows */
  prefill(video: VideoInput, stream: string): Promise<void>;
  scoreMany: ScoreMany;
}

/** Tokens: some ten events of thirty, which is more than a window shows; an answer cut there keeps its whole events. */
const EVENTS_TOKENS = 384;
const SENTENCE_TOKENS = 96;
/**
 * Hints in a prompt, and their characters together. They only draw the model's eye: rules beyond them are matched all the same,
 * and hundreds of rules must not push the video out of the context.
 */
const MOST_HINTS = 16;
const MOST_HINT_TEXT = 800;

/**
 * Qwen3-VL as a back end. `alignTimes` false tells it evenly spaced times instead of the frames' own. `patience`: ms from a window's
 * last frame until nobody wants its answer any more, for models that can let go of one.
 */
export function qwenBackend(model: VideoModel, { alignTimes = true, patience = Infinity } = {}): Backend {
  const score = batchScores((...args) => model.scoreMany(...args));
  const list = async (window: Window, lookFor: readonly string[], keep: Pick<GenerateRequest, 'stream' | 'once' | 'deadline'>, signal?: AbortSignal): Promise<Answer> => {
    signal?.throwIfAborted();
    const time = videoTime(window, alignTimes);
    const began = performance.now();
    const video = { frames: window.frames, times: time.times };
    const result = await model.generate({ video, prompt: eventsPrompt(hints(lookFor)), maxTokens: EVENTS_TOKENS, schema: EVENTS_SCHEMA, ...keep }, signal);
    signal?.throwIfAborted();
    const shown = result.stamps ? videoTime(window, alignTimes, result.stamps) : time;
    return toAnswer(window, shown, result, model.name, performance.now() - began);
  };
  const until = (from: number): Pick<GenerateRequest, 'deadline'> => (Number.isFinite(patience) ? { deadline: from + patience } : {});
  return {
    // an engine says late which model it serves
    get name() {
      return model.name;
    },
    async prepare(window, _lookFor, signal) {
      signal?.throwIfAborted();
      await model.prefill({ frames: window.frames, times: videoTime(window, alignTimes).times }, window.camera);
    },
    events: (window, lookFor, signal) => list(window, lookFor, { stream: window.camera, ...until(window.frames.at(-1)?.at ?? window.cutAt) }, signal),
    lookAgain: (window, lookFor, signal) => list(window, lookFor, { once: true, ...until(Date.now()) }, signal),
    score,
    async ask(window, question, start, end) {
      const video = { frames: window.frames, times: videoTime(window, alignTimes).times };
      const { text } = await model.generate({ video, prompt: askPrompt(question, start, end), maxTokens: SENTENCE_TOKENS, stream: window.camera });
      return plainText(text);
    },
  };
}

function hints(lookFor: readonly string[]): string[] {
  let left = MOST_HINT_TEXT;
  return [...new Set(lookFor)].slice(0, MOST_HINTS).filter((sentence) => {
    const fits = sentence.length <= left;
    if (fits) left -= sentence.length;
    return fits;
  });
}

function toAnswer(window: Window, time: VideoTime, result: GenerateResult, model: string, inferMs: number): Answer {
  const first = window.frames[0];
  const last = window.frames.at(-1);
  if (!first || !last) throw new RangeError('a window holds at least one frame');
  return {
    windowId: window.id,
    camera: window.camera,
    reason: window.reason,
    from: first.at,
    to: last.at,
    timeSource: first.timeSource,
    sightings: toldEvents(result).map((e) => toSighting(e, time, result)),
    model,
    visualTokens: result.visualTokens,
    // waiting is the scheduler's to tell
    latency: { capture: Math.max(0, window.cutAt - last.at), queue: 0, infer: inferMs },
  };
}

/** The last event of an answer whose tokens ran out was closed by the grammar, and not told to its end by the model. */
function toldEvents({ text, finish }: GenerateResult): AnsweredEvent[] {
  const events = parseAnswer(text);
  return finish === 'length' ? events.slice(0, -1) : events;
}

function toSighting(event: AnsweredEvent, time: VideoTime, result: GenerateResult): Sighting {
  return {
    text: event.event,
    start: time.wallClock(event.start),
    end: time.wallClock(event.end),
    uncertainty: Math.max(time.uncertainty(event.start), time.uncertainty(event.end)),
    openStart: time.atStart(event.start),
    openEnd: time.atEnd(event.end),
    confidence: confidenceOf(result, event.from, event.to),
  };
}

/**
 * How sure the model was to tell of this event in these words: the least probability among the tokens from the bracket that
 * opens the event (another might have ended the list) to the end of its text. A mean would hide the one token that matters,
 * a colour, say. Where tokens hold parts of characters, their texts do not add up to the answer's, and all tokens count.
 */
export function confidenceOf(result: Pick<GenerateResult, 'text' | 'pieces' | 'probabilities'>, from: number, to: number): number {
  const { text, pieces, probabilities } = result;
  const aligned = pieces.join('').startsWith(text);
  const opening = Math.max(0, text.lastIndexOf('}', text.lastIndexOf('{', from)));
  let end = 0;
  const chosen = probabilities.filter((_, i) => {
    const start = end;
    end += (pieces[i] ?? '').length;
    return !aligned || (start < to && end > opening);
  });
  return chosen.length === 0 ? 0 : Math.min(...chosen);
}
