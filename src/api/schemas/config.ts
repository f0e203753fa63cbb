import { z } from 'zod';
import { fileProblem } from './common.ts';

const path = z.array(z.union([z.string().max(100), z.int().min(0)])).min(1).max(10).describe('["mqtt", "url"], ["network", "allow", 0]');

export const configAnswer = z.strictObject({
  file: z.string(),
  etag: z.string().describe('of the file: give it as If-Match with an edit'),
  values: z.record(z.string(), z.unknown()).describe('every section and key with its value or default, as the file had it when it last loaded; secrets are "[redacted]", ${NAME} stays as it is written'),
  written: z.array(path).describe('what stands in the file; all else is a default'),
  secrets: z.array(path).describe('keys that hold a secret'),
  restart: z.array(z.string()).describe('sections that differ from what Lookout was started with, and want a restart'),
  problem: fileProblem,
});

export const configSchemaAnswer = z.strictObject({
  schema: z.record(z.string(), z.unknown()).describe('JSON schema of the configuration; a key that is written and never read is `writeOnly`'),
  rules: z.record(z.string(), z.unknown()).describe('JSON schema of the files of rules'),
  restart: z.array(z.string()).describe('sections whose changes want a restart; the others are taken up at once'),
});

export const configPatch = z.strictObject({
  edits: z.array(z.strictObject({ path, value: z.unknown().describe('null takes the key out, so that its default holds') })).min(1).max(200),
}).meta({ examples: [{ edits: [{ path: ['mqtt', 'settle'], value: 2 }] }] });

export const configEdited = z.strictObject({
  etag: z.string(),
  changed: z.boolean().describe('the file says something else now'),
  restart: z.array(z.string()).describe('sections among the edited ones that want a restart'),
});

export type ConfigOut = z.infer<typeof configAnswer>;
export type ConfigSchemaOut = z.infer<typeof configSchemaAnswer>;
export type ConfigPatchIn = z.input<typeof configPatch>;
export type ConfigEditedOut = z.infer<typeof configEdited>;
