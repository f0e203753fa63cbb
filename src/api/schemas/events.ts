import { z } from 'zod';
import { eventPayloadSchema } from '../../alerts/payload.ts';
import { listOf, logQuery } from './common.ts';

export const eventSchema = eventPayloadSchema.omit({ site: true, revision: true });
export const eventsQuery = logQuery.extend({ retracted: z.stringbool().default(false).describe('also those that later windows took back') });
export const eventsAnswer = listOf(eventSchema);

export type EventOut = z.infer<typeof eventSchema>;
export type EventsOut = z.infer<typeof eventsAnswer>;
