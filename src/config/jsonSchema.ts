import { z } from 'zod';
import { ruleSchema } from './ruleSchema.ts';
import { configSchema } from './schema.ts';

/** The schema as editors read it (`configs/lookout.schema.json`): completion and hints while the file is written. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }), title: 'Lookout configuration' };
}

/** The same for the files of rules (`configs/rules.schema.json`): one rule, whose id may be the file's name, or a list. */
export function rulesJsonSchema(): Record<string, unknown> {
  const { $schema, ...rule } = z.toJSONSchema(ruleSchema, { io: 'input' });
  const alone = { ...rule, required: (rule.required ?? []).filter((key) => key !== 'id') };
  return { $schema, title: 'Lookout rules', anyOf: [alone, { type: 'array', items: rule }] };
}
