import { z } from 'zod';
import { iso, listQuery, ms, rangeAnswer, unwatchedSchema } from './common.ts';

export const coverageQuery = listQuery;

/** When cameras were not watched. */
export const coverageAnswer = z.strictObject({
  items: z.array(unwatchedSchema),
  more: z.boolean(),
  ...rangeAnswer,
  known: z
    .array(z.strictObject({ camera: z.string(), from: iso.nullable().describe('the first thing that the log has of it; what was before, nobody knows'), from_ms: ms.nullable() }))
    .describe('what is no gap after `from` was watched'),
});

export type CoverageOut = z.infer<typeof coverageAnswer>;
