import type { JsonSchema } from '../grammar/grammar.ts';

/**
 * A text of the schema, in the style in which answers are held to it: its brackets, keys and commas are those of any answer, and so a
 * guess at how one goes on that needs no earlier answer.
 */
export function sampleText(schema: JsonSchema): string {
  switch (schema.type) {
    case 'array':
      return `[${sampleText(schema.items)}, ${sampleText(schema.items)}]`;
    case 'object':
      return `{${Object.entries(schema.properties).map(([name, value]) => `${JSON.stringify(name)}: ${sampleText(value)}`).join(', ')}}`;
    case 'map':
      return '{}';
    case 'fixed':
      return JSON.stringify(schema.value);
    case 'any':
      return schema.of[0] ? sampleText(schema.of[0]) : '';
    case 'string':
      return JSON.stringify('enum' in schema ? (schema.enum[0] ?? '') : 'a person');
    case 'number':
      return '1.5';
    case 'integer':
      return '1';
    case 'boolean':
      return 'true';
    case 'null':
      return 'null';
  }
}
