import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The schema as editors read it (`configs/lookout.schema.json`): completion and hints while the file is written. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }), title: 'Lookout configuration' };
}
