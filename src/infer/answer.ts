import { z } from 'zod';
import type { JsonSchema } from '../qwen3vl/grammar/grammar.ts';

/** More events than a few seconds can hold, and a bound on what a model that repeats itself may cost. */
const MAX_EVENTS = 16;
const MAX_TEXT = 160;

/** What an answer is held to while it is decoded. */
export const EVENTS_SCHEMA: JsonSchema = {
  type: 'array',
  maxItems: MAX_EVENTS,
  items: {
    type: 'object',
    properties: {
      event: { type: 'string', minLength: 1, maxLength: MAX_TEXT },
      start: { type: 'number', minimum: 0 },
      end: { type: 'number', minimum: 0 },
    },
    required: ['event', 'start', 'end'],
    additionalProperties: false,
  },
};

const item = z.object({
  event: z.string().transform(plainText).pipe(z.string().min(1).max(MAX_TEXT)),
  start: z.number().nonnegative(),
  end: z.number().nonnegative(),
});

/** One event of an answer: seconds as the model's stamps count them, and where its text stands in the answer. */
export interface AnsweredEvent {
  readonly event: string;
  readonly start: number;
  readonly end: number;
  /** character offsets of the event's text within the answer */
  readonly from: number;
  readonly to: number;
}

/**
 * The events of an answer. An answer that was cut short keeps its whole events; what does not fit the schema is left out (an
 * engine without a grammar may write anything). No grammar rules out an end before its start: the start is then believed.
 */
export function parseAnswer(text: string): AnsweredEvent[] {
  return objectsIn(text)
    .slice(0, MAX_EVENTS)
    .flatMap(({ source, offset }) => {
      const parsed = item.safeParse(parseObject(source));
      const quoted = /"event"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(source);
      if (!parsed.success || !quoted) return [];
      const to = offset + quoted.index + quoted[0].length - 1;
      return [{ ...parsed.data, end: Math.max(parsed.data.start, parsed.data.end), from: to - (quoted[1] ?? '').length, to }];
    });
}

/** Text as it may be shown and stored: no control characters, single spaces. */
export function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}

/** The whole objects of an array's text; objects within objects belong to the outer one. */
function objectsIn(text: string): { source: string; offset: number }[] {
  const found: { source: string; offset: number }[] = [];
  let depth = 0;
  let open = 0;
  for (const { 0: mark, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (mark === '{' && depth++ === 0) open = index;
    if (mark === '}' && depth > 0 && --depth === 0) found.push({ source: text.slice(open, index + 1), offset: open });
  }
  return found;
}

function parseObject(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
