import type { Asker } from '../../ask/ask.ts';
import { askSchema } from '../../ask/request.ts';
import type { AskRequest, Unit } from '../../ask/request.ts';
import type { AskAnswer, AskEvent, AskStep, Usage } from '../../ask/steps.ts';
import { LookoutError } from '../../errors.ts';
import { wantsEvents } from '../asked.ts';
import { route, Told } from '../route.ts';
import type { Route, ServerEvent } from '../route.ts';
import { multimodalAnswer } from '../schemas/multimodal.ts';
import type { MultimodalAnswer, TimestampOut } from '../schemas/multimodal.ts';
import { unwatchedOut } from '../shapes.ts';

export interface MultimodalNeeds {
  readonly asker: Asker;
}

const DESCRIPTION = `Looks at a video, or at a camera's past or present, and answers in words and with the times of what happened.
A range longer than a window is looked at through windows that overlap, and what they tell is merged. A camera answers from its recording,
its last seconds, or else from the log of events. With \`Accept: text/event-stream\` the answer comes as it grows: \`progress\`, \`event\`,
\`answer\`, at last \`done\` with all of it, or \`error\`.`;

/** Ask about a video or a camera. */
export function multimodalRoutes({ asker }: MultimodalNeeds): Route[] {
  return [
    route({
      method: 'POST', path: '/v1/multimodal/generate', scope: 'viewer', tag: 'ask', heavy: true,
      summary: 'Ask about a video, or what a camera saw',
      description: DESCRIPTION,
      body: askSchema, response: { json: multimodalAnswer, told: true },
      async handle({ body, head, signal }) {
        if (wantsEvents(head.accept)) return new Told(told(asker, body, signal));
        for await (const step of asker.ask(body, signal)) if (step.kind === 'done') return answerOut(step.answer, body.options.timestamp_unit);
        throw new LookoutError('MODEL_RUNTIME', 'The model gave no answer.');
      },
    }),
  ];
}

async function* told(asker: Asker, body: AskRequest, signal: AbortSignal): AsyncGenerator<ServerEvent, void, void> {
  const unit = body.options.timestamp_unit;
  for await (const step of asker.ask(body, signal)) yield { event: step.kind, data: dataOf(step, unit) };
}

function dataOf(step: AskStep, unit: Unit): unknown {
  switch (step.kind) {
    case 'progress': {
      const { stage, at, share, usage, wallClock = false } = step;
      const [here, iso] = at === undefined ? [null, null] : [inUnit(at, unit), wallClock ? isoOf(at) : null];
      return { stage, at: here, at_iso: iso, share: share === undefined ? null : Math.round(share * 1000) / 1000, ...(usage ? usageOut(usage) : {}) };
    }
    case 'event':
      return timestampOut(step.event, unit, step.wallClock);
    case 'answer':
      return { text: step.answer.text, ...intervalOut(step.answer, unit, step.wallClock) };
    case 'done':
      return answerOut(step.answer, unit);
  }
}

/** An answer as programs get it. */
export function answerOut(answer: AskAnswer, unit: Unit): MultimodalAnswer {
  const { text, events, answers, source, wallClock, range, lookedAt, notWatched, model, usage, windowSize, overlapRatio, more } = answer;
  const stretch = (from: number, to: number): ReturnType<typeof intervalOut> => intervalOut({ start: from, end: to }, unit, wallClock);
  return {
    model, text,
    timestamps: events.map((event) => timestampOut(event, unit, wallClock)),
    answers: answers.map((one) => ({ text: one.text, ...intervalOut(one, unit, wallClock) })),
    timestamp_unit: unit,
    source,
    range: { ...stretch(range.from, range.to), understood: range.understood },
    looked_at: lookedAt.map(({ from, to }) => stretch(from, to)),
    not_watched: notWatched.map(unwatchedOut),
    more,
    window: { window_size: windowSize, overlap_ratio: overlapRatio },
    usage: usageOut(usage),
  };
}

function timestampOut(event: AskEvent, unit: Unit, wallClock: boolean): TimestampOut {
  return {
    event: event.text,
    ...intervalOut(event, unit, wallClock),
    uncertainty: inUnit(event.uncertainty, unit),
    confidence: thousandths(event.confidence),
    relevance: event.relevance === null ? null : thousandths(event.relevance),
    source: event.source,
    event_id: event.id ?? null,
  };
}

function intervalOut({ start, end }: { start: number; end: number }, unit: Unit, wallClock: boolean): { start: number; end: number; start_at: string | null; end_at: string | null } {
  return { start: inUnit(start, unit), end: inUnit(end, unit), start_at: wallClock ? isoOf(start) : null, end_at: wallClock ? isoOf(end) : null };
}

/** Whole milliseconds, or seconds to the millisecond. */
function inUnit(ms: number, unit: Unit): number {
  const whole = Math.round(Math.min(ms, Number.MAX_SAFE_INTEGER));
  return unit === 'ms' ? whole : whole / 1000;
}

function usageOut({ windows, secondLooks, frames, visualTokens, cachedVisualTokens, promptTokens, answerTokens }: Usage): MultimodalAnswer['usage'] {
  return { windows, second_looks: secondLooks, frames, visual_tokens: visualTokens, visual_tokens_cached: cachedVisualTokens, prompt_tokens: promptTokens, completion_tokens: answerTokens };
}

function thousandths(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000;
}

function isoOf(at: number): string {
  return new Date(Math.round(at)).toISOString();
}
