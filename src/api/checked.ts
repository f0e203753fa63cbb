import { z } from 'zod';
import { Refusal } from './problem.ts';

/** Deeper than this no body of ours is; what goes through JSON by recursion shall not run out of stack. */
const DEEPEST = 64;

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

/** @throws Refusal REQUEST_INVALID */
export function refuseDeep(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new Refusal('REQUEST_INVALID', `the body is nested deeper than ${DEEPEST}.`, { param: 'body' });
    level = level.flatMap((inner) => (typeof inner === 'object' && inner !== null ? Object.values(inner) : []));
  }
}
