import type { LoadedConfig } from '../config/load.ts';
import { batchScores } from '../infer/scoreBatches.ts';
import { ownZone } from '../rules/zone.ts';
import type { Store } from '../store/store.ts';
import { unwatched } from '../store/unwatched.ts';
import type { Zone } from './clock.ts';
import type { Footage } from './footage.ts';
import type { QuestionLine } from './line.ts';
import { loggedEvents, MOST_EVENTS } from './logged.ts';
import { closerLook } from './closerLook.ts';
import { lookAt } from './look.ts';
import { countedModel } from './model.ts';
import type { AskedModel } from './model.ts';
import { questionOf } from './question.ts';
import type { Question } from './question.ts';
import { relevanceTo } from './relevance.ts';
import type { AskRequest } from './request.ts';
import type { AskAnswer, AskedRange, AskEvent, AskStep, Source, Stretch, WindowAnswer } from './steps.ts';
import { answerText, MATCHES, retimed } from './text.ts';
import { windowSettings } from './windows.ts';

export interface Answering {
  readonly model: AskedModel;
  current(): Pick<LoadedConfig, 'config'>;
  /** of cameras */
  readonly store?: Pick<Store, 'events' | 'coverage' | 'aliveAt'>;
  readonly line: Pick<QuestionLine, 'turn'>;
  now(): number;
}

/** What a question is about, and what it is answered from. */
export interface Scope {
  readonly source: Source;
  readonly footage: readonly Footage[];
  readonly logged: readonly Stretch[];
  readonly camera?: string;
  readonly wallClock: boolean;
  /** as far as it is known: a file's end is when it is open */
  range(): AskedRange;
}

interface Found {
  readonly events: AskEvent[];
  readonly answers: WindowAnswer[];
  more: boolean;
}

/** Looks at the footage window by window, reads the log for the rest, and puts the answer together. */
export async function* answering(opts: Answering, request: AskRequest, scope: Scope, signal: AbortSignal): AsyncGenerator<AskStep, void, void> {
  const question = questionOf(request.prompt);
  const { options } = request;
  const { config } = opts.current();
  const counted = countedModel(opts.model, opts.line, signal);
  const relevance = relevanceTo(question, batchScores((...args) => opts.model.scoreMany(...args)));
  const found: Found = { events: [], answers: [], more: false };
  const asked = { ...(options.window_size === undefined ? {} : { windowSize: options.window_size }), ...(options.overlap_ratio === undefined ? {} : { overlapRatio: options.overlap_ratio }) };
  const settings = windowSettings(config, asked);
  const take = async (event: Omit<AskEvent, 'relevance'>): Promise<AskStep | undefined> => {
    const scored = { ...event, relevance: await relevance(event.text) };
    if (options.filter && scored.relevance !== null && scored.relevance < MATCHES) return undefined;
    if (found.events.length >= MOST_EVENTS) found.more = true;
    else found.events.push(scored);
    return found.more || !options.output_timestamps ? undefined : { kind: 'event', event: scored, wallClock: scope.wallClock };
  };
  if (opts.store && scope.camera !== undefined && scope.logged.length > 0) {
    const logged = loggedEvents(opts.store, scope.camera, scope.logged, scope.footage.length > 0);
    found.more = logged.more;
    for (const event of logged.events) {
      const step = await take(event);
      if (step) yield step;
    }
  }
  const { min_confidence: sure, confirmations } = config.events;
  const closer = closerLook(counted.model, counted.pace, options.temporal_alignment, signal);
  for (const [index, footage] of scope.footage.entries()) {
    for await (const step of looking({ ...footage, frames: (s) => closer.keeping(footage.frames(s)) }, question, request, { ...opts, model: counted.model, settings }, signal)) {
      if (step.kind === 'progress') {
        yield { kind: 'progress', stage: 'looking', at: step.at, ...shareOf(scope, index, step.at), usage: counted.usage(), wallClock: scope.wallClock };
      } else if (step.kind === 'answer') {
        const answer = { text: retimed(step.text, step.anchor, zoneOf(scope, request)), start: step.start, end: step.end };
        found.answers.push(answer);
        yield { kind: 'answer', answer, wallClock: scope.wallClock };
      } else {
        if (step.event.confidence < sure && step.event.windows < confirmations) continue;
        const event = await closer.at(step.event);
        const within = event && clipped(event, footage.stretch, scope.source);
        const told = within && (await take(within));
        if (told) yield told;
      }
    }
  }
  signal.throwIfAborted();
  yield { kind: 'done', answer: answerOf(opts, request, scope, question, found, { ...settings, usage: counted.usage() }) };
}

type Looking = Answering & { readonly settings: { readonly windowSize: number; readonly overlapRatio: number } };

function looking({ stretch, frames }: Footage, question: Question, { prompt, options }: AskRequest, { model, settings, current }: Looking, signal: AbortSignal): ReturnType<typeof lookAt> {
  const about = question.kind === 'open' ? { question: prompt, outputTimestamps: options.output_timestamps } : question.kind === 'match' ? { lookFor: [question.statement] } : {};
  const align = options.temporal_alignment === undefined ? {} : { temporalAlignment: options.temporal_alignment };
  return lookAt(frames(signal), { ...about, ...align, ...settings, within: [stretch.from, stretch.to] }, model, current().config, signal);
}

/** An event as far as it lies in the stretch; undefined where it does not. */
function clipped(event: { text: string; start: number; end: number; uncertainty: number; confidence: number }, { from, to }: Stretch, source: Source): Omit<AskEvent, 'relevance'> | undefined {
  if (event.end < from || event.start > to) return undefined;
  const { text, uncertainty, confidence } = event;
  return { text, start: Math.max(from, event.start), end: Math.min(to, event.end), uncertainty, confidence, source };
}

/** Whose clock an answer's words go by. */
function zoneOf({ wallClock }: Scope, { options }: AskRequest): Zone {
  return wallClock ? (options.timezone ?? ownZone()) : null;
}

function shareOf({ footage, range }: Scope, index: number, at: number): { share?: number } {
  const { to } = range();
  const lengths = footage.map(({ stretch }) => Math.min(stretch.to, to) - stretch.from);
  const all = lengths.reduce((sum, length) => sum + length, 0);
  const done = lengths.slice(0, index).reduce((sum, length) => sum + length, 0) + Math.max(0, Math.min(lengths[index] ?? 0, at - (footage[index]?.stretch.from ?? 0)));
  return Number.isFinite(all) && all > 0 ? { share: Math.min(1, done / all) } : {};
}

function answerOf(opts: Answering, request: AskRequest, scope: Scope, question: Question, found: Found, rest: Pick<AskAnswer, 'usage' | 'windowSize' | 'overlapRatio'>): AskAnswer {
  const { prompt, options } = request;
  const range = scope.range();
  const events = found.events.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const notWatched = scope.camera === undefined || !opts.store ? [] : unwatched(opts.store, { since: range.from, until: range.to, camera: scope.camera }, [scope.camera], opts.now());
  return {
    text: answerText({ question, prompt, events, answers: found.answers, zone: zoneOf(scope, request), source: scope.source }),
    events: options.output_timestamps ? events : [],
    answers: found.answers,
    source: scope.source,
    wallClock: scope.wallClock,
    range,
    lookedAt: scope.footage.map(({ stretch: { from, to } }) => ({ from, to: Math.min(to, range.to) })),
    notWatched,
    model: opts.model.name,
    more: found.more,
    ...rest,
  };
}
