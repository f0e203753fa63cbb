import { z } from 'zod';

const seconds = z.int().positive().max(4_294_967_295);

/** What stands in topics where a site's camera could: `<prefix>/rule/<rule>/set` is a Lookout's without a site. */
const TAKEN = ['rule', 'camera', 'alert', 'shard'];

/** Which of many places this Lookout watches. Ids name MQTT topics, so nothing else may stand in them. */
export const site = z
  .string()
  .regex(/^[a-z0-9_-]{1,64}$/, 'must be 1 to 64 of a-z, 0-9, _ and -')
  .refine((id) => !TAKEN.includes(id), `must be none of ${TAKEN.join(', ')}: topics of Lookout's own begin so`)
  .describe('which of many places this is: topics begin with <prefix>/<site>, and messages name it');

/** Keys of section `mqtt`: events and times that nobody watched, told to the broker as surely as alerts. */
export const history = {
  history: z.boolean().default(false).describe('tell every event, and every time in which a camera was not watched, as surely as alerts (QoS 1): for a store of the history of many'),
  history_rows: z.int().min(100).default(200_000).describe('most of these messages that wait for the broker; the oldest go first, and it is told how many'),
  history_hours: z.number().positive().default(168).describe('hours that they wait for it'),
};

/** Section `mqtt.expiry`: how long a broker that speaks MQTT 5 keeps a message for who is away, s. */
export const expiry = z.strictObject({
  alerts: seconds.optional().describe('seconds that the broker keeps an alert for who is away; by default as long as it keeps who is away in mind'),
  events: seconds.optional().describe('seconds that it keeps an event'),
  coverage: seconds.optional().describe('seconds that it keeps a time that was not watched'),
});
