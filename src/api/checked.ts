import { z } from 'zod';
import { Refusal } from './problem.ts';

/** Deeper than this no body of ours is; what goes through JSON by recursion shall not run out of stack. */
const DEEPEST = 64;

/** More values than this no body of ours has. JSON of nothing but brackets takes seconds to read, and forty times its length of memory. */
const MOST_VALUES = 100_000;

/** A schema that refuses keys it does not know, where its author left that open. */
export function strict(schema: z.ZodType | undefined): z.ZodType {
  if (schema === undefined) return z.strictObject({});
  if (schema instanceof z.ZodObject && schema.def.catchall === undefined) return schema.strict();
  return schema;
}

/** A part of a request as its schema wants it. @throws Refusal REQUEST_INVALID with the first fault, and how many more there are */
export function checkedPart(schema: z.ZodType, part: 'path' | 'query' | 'body', value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = [...result.error.issues].sort((a, b) => Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys'));
  const [first] = issues;
  const unknown = first?.code === 'unrecognized_keys' ? first.keys.map((key) => key.slice(0, 64)) : [];
  const at = [...(first?.path ?? []).map(String), ...unknown.slice(0, 1)].join('.');
  const what = unknown.length > 0 ? 'is not known' : (first?.message ?? 'is not valid').replace(/^Invalid input: /, '');
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  throw new Refusal('REQUEST_INVALID', `${part}${at ? ` ${at}` : ''}: ${what}${more}.`, { param: at || part });
}

/** Counts what begins or parts values, strings left out, before the text is parsed. @throws Refusal REQUEST_INVALID */
export function refuseMany(text: string): void {
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if ((sign === ',' || sign === '[' || sign === '{') && ++values > MOST_VALUES) throw new Refusal('REQUEST_INVALID', `the body holds more than ${MOST_VALUES} values.`, { param: 'body' });
  }
}

/** Where the string that begins there is closed; strings may be long. */
function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text[first - 1] === '\\') first--;
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}

/** @throws Refusal REQUEST_INVALID */
export function refuseDeep(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new Refusal('REQUEST_INVALID', `the body is nested deeper than ${DEEPEST}.`, { param: 'body' });
    level = level.flatMap((inner) => (typeof inner === 'object' && inner !== null ? Object.values(inner) : []));
  }
}
