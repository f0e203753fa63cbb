import type { JsonSchema } from './grammar.ts';

/** Alternatives within alternatives are alternatives; the same ones once. */
export function normalised(ways: readonly JsonSchema[]): JsonSchema[] {
  const flat = ways.flatMap((way) => (way.type === 'any' ? way.of : [way]));
  const texts = flat.map((way) => JSON.stringify(way));
  return flat.filter((_, i) => texts.indexOf(texts[i] as string) === i);
}

/** Characters of the shortest text of a schema. */
export function leastLength(schema: JsonSchema): number {
  switch (schema.type) {
    case 'array':
      return 2 + (schema.minItems ?? 0) * (1 + leastLength(schema.items));
    case 'object': {
      const needed = Object.entries(schema.properties).filter(([name]) => !schema.optional?.includes(name));
      return 2 + needed.reduce((sum, [name, value]) => sum + JSON.stringify(name).length + 2 + leastLength(value), 0);
    }
    case 'map':
      return 2;
    case 'string':
      return 'enum' in schema ? Math.min(...schema.enum.map((value) => JSON.stringify(value).length)) : 2 + (schema.minLength ?? 0);
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
    case 'null':
      return 4;
    case 'fixed':
      return JSON.stringify(schema.value).length;
    case 'any':
      return Math.min(...schema.of.map(leastLength));
  }
}

/** Whether no value can satisfy two of the schemas: they are of different kinds, other fixed values, or objects that a key tells apart. */
export function disjoint(ways: readonly JsonSchema[]): boolean {
  return ways.every((a, i) => ways.slice(i + 1).every((b) => apart(a, b)));
}

function apart(a: JsonSchema, b: JsonSchema): boolean {
  if (a.type === 'any') return a.of.every((way) => apart(way, b));
  if (b.type === 'any') return apart(b, a);
  if (a.type === 'fixed' && b.type === 'fixed') return a.value !== b.value;
  if (kindOf(a) !== kindOf(b)) return true;
  if (a.type !== 'object' || b.type !== 'object') return false;
  return Object.keys(a.properties).some((key) => {
    const [one, other] = [a.properties[key], b.properties[key]];
    return one !== undefined && other !== undefined && !a.optional?.includes(key) && !b.optional?.includes(key) && apart(one, other);
  });
}

function kindOf(schema: JsonSchema): string {
  if (schema.type === 'fixed') return schema.value === null ? 'null' : typeof schema.value;
  if (schema.type === 'integer') return 'number';
  return schema.type === 'map' ? 'object' : schema.type;
}
