import { z } from 'zod';
import type { Media } from './openapi.ts';

/** What is used of JSON Schema here (https://json-schema.org/draft/2020-12). */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

interface Schemas {
  /** what several operations, or a schema within itself, refer to */
  readonly shared: Record<string, JsonSchema>;
  /** @param flat the schema itself is wanted, and no reference to it */
  of(schema: z.ZodType, io: 'input' | 'output', name: string, flat?: boolean): JsonSchema;
}

/** The largest that still stands where it is used: what is longer and used twice is shared. */
const LONGEST = 400;

/** Turns zod's schemas into JSON Schema for one document: long ones that are used again, and recursive ones, stand among its components. */
export function jsonSchemas(): Schemas {
  const shared: Record<string, JsonSchema> = {};
  const seen = new Map<string, string>();
  const share = (text: string, name: string): JsonSchema => {
    const known = seen.get(text);
    if (known === undefined) {
      shared[name] = JSON.parse(text) as JsonSchema;
      seen.set(text, name);
    }
    return { $ref: `#/components/schemas/${known ?? name}` };
  };
  return {
    shared,
    of(schema, io, name, flat = false) {
      const { $schema: _, $defs = {}, ...plain } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' }) as Record<string, unknown> & { $defs?: Record<string, unknown> };
      const text = JSON.stringify(plain).replace(/"\$ref":"#(?:\/\$defs\/([^"]+))?"/g, (_ref, inner?: string) => `"$ref":"#/components/schemas/${named(name, inner)}"`);
      for (const [inner, definition] of Object.entries($defs)) {
        shared[named(name, inner)] = JSON.parse(JSON.stringify(definition, dropId).replaceAll('"#/$defs/', `"#/components/schemas/${name}_`).replaceAll('"$ref":"#"', `"$ref":"#/components/schemas/${name}"`)) as JsonSchema;
      }
      const recursive = text.includes(`"#/components/schemas/${name}"`);
      return (text.length > LONGEST || recursive) && !flat ? share(text, name) : (JSON.parse(text) as JsonSchema);
    },
  };
}

function named(name: string, inner: string | undefined): string {
  return inner === undefined ? name : `${name}_${inner}`;
}

/** Names of zod's own within one schema. */
function dropId(key: string, value: unknown): unknown {
  return key === 'id' && typeof value === 'string' && value.startsWith('__') ? undefined : value;
}

/** What a route takes as its body, with the example that its schema's author gave (`.meta({ examples: [{ … }] })`), if any. */
export function bodySchema(body: z.ZodType | 'stream', operationId: string, schemaOf: Schemas['of']): { required: boolean; content: Record<string, Media> } {
  if (body === 'stream') return { required: true, content: { 'application/octet-stream': {} } };
  const name = `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Body`;
  // zod leaves examples out where a default within makes what goes in differ from what comes out
  const examples = body.meta()?.examples;
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  return { required: !body.safeParse(undefined).success, content: { 'application/json': { schema: schemaOf(body, 'input', name), ...(example === undefined ? {} : { example }) } } };
}
