import { z } from 'zod';
import { zone } from '../../config/ruleTimes.ts';
import { iso, ms } from './common.ts';

export const whenQuery = z.strictObject({ text: z.string().min(1).max(200).describe('"yesterday afternoon", "10 minutes ago", 昨天下午3点, "14:00-14:20 UTC"'), timezone: zone.optional().describe('in which it is read where it names none') });

export const whenAnswer = z.strictObject({
  text: z.string(),
  kind: z.enum(['moment', 'range']).describe('a moment reaches until now where a range is wanted'),
  since: iso,
  since_ms: ms,
  until: iso,
  until_ms: ms,
  timezone: z.string().describe('in which it was read, where the text names none'),
  says: z.string().describe('how it was understood, in that zone'),
});

export type WhenOut = z.infer<typeof whenAnswer>;
