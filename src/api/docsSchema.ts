import type { JsonSchema } from './openapiSchema.ts';

type Shared = Readonly<Record<string, JsonSchema>>;

/** Deeper than this a table says no more than `object`. */
const DEEPEST = 4;

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Text in which `this` is code. */
export function inCode(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

/** The keys of an object, those within it below it, indented. */
export function schemaTable(schema: JsonSchema, shared: Shared): string {
  const rows = rowsOf(schema, shared, 0);
  return rows.length === 0 ? `<p>${typeOf(schema, shared)}</p>` : `<div class="scroll"><table>${rows.join('')}</table></div>`;
}

function rowsOf(schema: JsonSchema, shared: Shared, depth: number, above: readonly string[] = []): string[] {
  if (schema.$ref !== undefined && above.includes(schema.$ref)) return [];
  const path = schema.$ref === undefined ? above : [...above, schema.$ref];
  const seen = resolved(schema, shared);
  const choices = [...(seen.anyOf ?? []), ...(seen.oneOf ?? []), ...(seen.allOf ?? [])];
  if (!seen.properties) {
    const inner = typeof seen.items === 'object' ? [seen.items] : typeof seen.additionalProperties === 'object' ? [seen.additionalProperties] : choices;
    return inner.flatMap((one) => rowsOf(one, shared, depth, path));
  }
  return Object.entries(seen.properties).flatMap(([name, property]) => {
    const required = seen.required?.includes(name) ? '' : ' <small>optional</small>';
    const fallback = property.default === undefined ? '' : ` <small>default <code>${escaped(JSON.stringify(property.default))}</code></small>`;
    const row = `<tr class="depth-${depth}"><th scope="row"><code>${escaped(name)}</code>${required}</th><td>${typeOf(property, shared)}</td><td>${inCode(property.description ?? '')}${fallback}</td></tr>`;
    return [row, ...(depth < DEEPEST ? rowsOf(property, shared, depth + 1, path) : [])];
  });
}

export function resolved(schema: JsonSchema, shared: Shared): JsonSchema {
  return schema.$ref === undefined ? schema : (shared[schema.$ref.replace('#/components/schemas/', '')] ?? {});
}

/** In words: `"a" or "b"`, `number from 0 to 1`, `list of string`. */
export function typeOf(schema: JsonSchema, shared: Shared = {}): string {
  const seen = resolved(schema, shared);
  if (seen.const !== undefined) return `<code>${escaped(JSON.stringify(seen.const))}</code>`;
  if (seen.enum) return seen.enum.map((one) => `<code>${escaped(JSON.stringify(one))}</code>`).join(' or ');
  const choices = seen.anyOf ?? seen.oneOf;
  if (choices) return [...new Set(choices.map((one) => typeOf(one, shared)))].join(' or ');
  const type = typeof seen.type === 'string' ? seen.type : (seen.type?.join(' or ') ?? 'anything');
  if (type === 'array') return `list of ${typeof seen.items === 'object' ? typeOf(seen.items, shared) : 'values'}`;
  return `${type}${seen.format ? ` (${escaped(seen.format)})` : ''}${bounds(seen)}`;
}

function bounds({ minimum, maximum, exclusiveMinimum, maxLength, type }: JsonSchema): string {
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (type === 'string') return maxLength === undefined ? '' : `, at most ${maxLength} characters`;
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (most !== undefined) return `${exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`} up to ${most}`;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  return least === undefined ? '' : ` of ${least} or more`;
}
