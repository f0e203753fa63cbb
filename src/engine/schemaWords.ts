import type { JsonSchema } from '../qwen3vl/grammar/grammar.ts';

/** A schema in JSON Schema's own words, as engines take it. Source: https://json-schema.org/draft/2020-12 */
export function plainSchema(schema: JsonSchema): Record<string, unknown> {
  if (schema.type === 'fixed') return { const: schema.value };
  if (schema.type === 'any') return { anyOf: schema.of.map(plainSchema) };
  if (schema.type === 'map') return { type: 'object', additionalProperties: plainSchema(schema.values), ...(schema.maxItems === undefined ? {} : { maxProperties: schema.maxItems }) };
  if (schema.type === 'array') return { ...schema, items: plainSchema(schema.items) };
  if (schema.type !== 'object') return { ...schema };
  const { optional = [], properties } = schema;
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, plainSchema(inner)])),
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  };
}
