import { z } from 'zod';

// What Home Assistant takes for a device discovery message, as its MQTT integration reads it (homeassistant/components/mqtt:
// discovery, schemas, event, switch, binary_sensor, util; state of 2026), for the three kinds of entity that Lookout announces.
// Stricter than it where it would drop an unknown key of an entity without a word: here that is an error.

const text = z.string();
const topic = z
  .string()
  .min(1)
  .refine((t) => Buffer.byteLength(t) <= 65_535, 'is longer than a topic can be')
  .refine((t) => !/[\p{Cc}\p{Cn}]/u.test(t), 'holds a control character or what is no character');
/** "+" and "#" stand for whole levels, "#" for the last ones. */
const filter = topic.refine((t) => t.split('/').every((level, i, all) => level === '+' || (level === '#' ? i === all.length - 1 : !/[+#]/.test(level))), 'is no topic filter');
const target = topic.refine((t) => !/[+#]/.test(t), 'holds a wildcard');
/** A Jinja template has to parse; brackets that do not match would keep it from that. */
const template = z.string().refine((t) => [['{{', '}}'], ['{%', '%}']].every(([open = '', close = '']) => t.split(open).length === t.split(close).length), 'is no template');
const icon = z.string().regex(/^[\w-]+:[\w-]+$/);
const url = z.url({ protocol: /^(https?|homeassistant)$/ });
const oneOrMany = <T extends z.ZodType>(one: T): z.ZodType => z.union([one, z.array(one)]);

const availability = {
  availability: oneOrMany(z.strictObject({ topic: filter, payload_available: text.optional(), payload_not_available: text.optional(), value_template: template.optional() })).optional(),
  availability_mode: z.enum(['all', 'any', 'latest']).optional(),
  availability_topic: filter.optional(),
  availability_template: template.optional(),
  payload_available: text.optional(),
  payload_not_available: text.optional(),
};
const shared = { ...availability, qos: z.literal([0, 1, 2]).optional(), encoding: text.optional(), message_expiry_interval: z.int().min(0).optional() };

const entity = {
  ...shared,
  /** Required of every entity that is announced as part of a device. */
  unique_id: text,
  name: text.nullable().optional(),
  default_entity_id: text.regex(/^[a-z_]+\.[a-z0-9_]+$/).optional(),
  enabled_by_default: z.boolean().optional(),
  entity_category: z.enum(['config', 'diagnostic']).optional(),
  entity_picture: z.url().optional(),
  icon: icon.optional(),
  json_attributes_topic: filter.optional(),
  json_attributes_template: template.optional(),
};

const components = {
  event: z.strictObject({
    platform: z.literal('event'), ...entity, state_topic: filter, value_template: template.optional(), event_types: z.array(text).min(1),
    device_class: z.enum(['button', 'doorbell', 'motion']).optional(),
  }),
  switch: z.strictObject({
    platform: z.literal('switch'), ...entity, command_topic: target, state_topic: filter.optional(), value_template: template.optional(), command_template: template.optional(),
    payload_on: text.optional(), payload_off: text.optional(), state_on: text.optional(), state_off: text.optional(),
    optimistic: z.boolean().optional(), retain: z.boolean().optional(), device_class: z.enum(['outlet', 'switch']).nullable().optional(),
  }),
  binary_sensor: z.strictObject({
    platform: z.literal('binary_sensor'), ...entity, state_topic: filter, value_template: template.optional(),
    payload_on: text.optional(), payload_off: text.optional(), expire_after: z.int().min(0).optional(), off_delay: z.int().min(0).optional(), force_update: z.boolean().optional(),
    device_class: z.enum(['battery', 'connectivity', 'door', 'motion', 'occupancy', 'problem', 'running']).nullable().optional(),
  }),
};
/** With its platform alone a component is to be removed. */
const removal = z.strictObject({ platform: z.enum(['event', 'switch', 'binary_sensor']) });

const device = z
  .strictObject({
    identifiers: oneOrMany(text).optional(), connections: z.array(z.tuple([text, text])).optional(), manufacturer: text.optional(), model: text.optional(),
    model_id: text.optional(), name: text.optional(), hw_version: text.optional(), sw_version: text.optional(), serial_number: text.optional(),
    suggested_area: text.optional(), via_device: text.optional(), configuration_url: url.optional(),
  })
  .refine((d) => [d.identifiers, d.connections].some((ids) => ids !== undefined && [ids].flat().length > 0), 'has neither identifiers nor connections');

export const deviceDiscovery = z
  .strictObject({
    device,
    origin: z.strictObject({ name: text, sw_version: text.optional(), support_url: url.optional() }),
    components: z.record(text, z.union([components.event, components.switch, components.binary_sensor, removal])),
    ...shared, state_topic: filter.optional(), command_topic: target.optional(),
  })
  .refine((d) => !(d.availability && d.availability_topic), 'has two kinds of availability')
  .refine(({ components: all }) => {
    const ids = Object.values(all).flatMap((c) => ('unique_id' in c ? [`${c.platform} ${c.unique_id}`] : []));
    return new Set(ids).size === ids.length;
  }, 'has a unique_id twice');

export type DeviceDiscovery = z.infer<typeof deviceDiscovery>;

/** The topics that Home Assistant looks for device discovery on, under its prefix. */
export const DISCOVERY_TOPIC = /^homeassistant\/device\/(?:[a-zA-Z0-9_-]+\/)?[a-zA-Z0-9_-]+\/config$/;
