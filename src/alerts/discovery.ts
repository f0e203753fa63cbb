import { ownerOf } from '../fleet/shard.ts';
import type { CameraSwitch, RuleSwitch, Switches } from './switches.ts';
import { parsed, plain } from './text.ts';
import type { Topics } from './topics.ts';

/**
 * Home Assistant's device discovery: one retained document that tells of a device and its entities.
 * https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
 * A component is an entity; one of which only the platform is left is to be removed.
 */
export interface DiscoveryDocument {
  readonly device: Readonly<Record<string, unknown>>;
  readonly origin: { readonly name: string };
  readonly availability: readonly { readonly topic: string }[];
  readonly availability_mode?: 'any';
  readonly qos: 1;
  readonly components: Readonly<Record<string, Component>>;
}

export type Component = Readonly<Record<string, unknown>> & { readonly platform: string };

export const ORIGIN = 'Lookout';

/** What tells one Lookout from another in Home Assistant: letters, digits, _ and -, as it wants them. */
export function objectId(names: Topics): string {
  return names.prefix.replaceAll('/', '--');
}

/** @param prefix what Home Assistant's topics begin with, `homeassistant` unless it is told otherwise */
export function discoveryTopic(names: Topics, prefix: string): string {
  return `${prefix}/device/${objectId(names)}/config`;
}

/**
 * One device for a site, however many daemons share its cameras: what is told follows from the configuration, so that each of them tells
 * the same, and none takes away what another told. A camera is there while its daemon is, a rule while any is.
 * Names are people's own words and nothing but text there; topics, templates and ids are made of ids and never of words.
 */
export function discoveryDocument(names: Topics, switches: Switches, commands: boolean): DiscoveryDocument {
  const id = objectId(names);
  const components = [
    ...switches.rules().flatMap((rule) => ofRule(names, id, rule, commands)),
    ...switches.cameras().flatMap((camera) => ofCamera(names, id, camera, commands)),
  ];
  return {
    device: { identifiers: [`lookout_${id}`], name: names.prefix === 'lookout' ? 'Lookout' : `Lookout (${names.prefix})`, manufacturer: 'Lookout', model: 'Video alerts' },
    origin: { name: ORIGIN },
    availability: names.everyAvailable.map((topic) => ({ topic })),
    ...(names.shard ? { availability_mode: 'any' as const } : {}),
    qos: 1,
    components: Object.fromEntries(components),
  };
}

/** What of the alert becomes attributes of the event in Home Assistant, which wants few and keeps them all. */
const ATTRIBUTES = ['id', 'camera', 'event', 'severity', 'score', 'start', 'end', 'happened_at', 'snapshot_url', 'clip_url'];
const NAME = 120;

function ofRule(names: Topics, device: string, { id, text }: RuleSwitch, commands: boolean): [string, Component][] {
  const name = plain(text, NAME) || id;
  const key = `rule_${id}`;
  const fields = ["'event_type': value_json.phase", ...ATTRIBUTES.map((field) => `'${field}': value_json.${field}`)].join(', ');
  const event: Component = {
    platform: 'event', unique_id: `${device}_${key}_event`, default_entity_id: `event.${entityId(device, key)}`, name, icon: 'mdi:eye-check',
    event_types: ['new', 'update', 'end', 'retracted'], state_topic: names.everyAlert,
    // An alert of another rule gives nothing, and nothing is no event.
    value_template: `{% if value_json.rule == '${id}' %}{{ {${fields}} | to_json }}{% endif %}`,
  };
  const turn: Component = {
    platform: 'switch', unique_id: `${device}_${key}_switch`, default_entity_id: `switch.${entityId(device, key)}`, name: `Rule: ${name}`,
    icon: 'mdi:script-text', state_topic: names.state('rule', id), command_topic: names.set('rule', id),
  };
  return commands ? [[`${key}_event`, event], [`${key}_switch`, turn]] : [[`${key}_event`, event]];
}

function ofCamera(names: Topics, device: string, { id }: CameraSwitch, commands: boolean): [string, Component][] {
  const key = `camera_${id}`;
  const availability = names.shard ? { availability: [{ topic: names.shardAvailable(ownerOf(id, names.shard.of)) }] } : {};
  const online: Component = {
    platform: 'binary_sensor', unique_id: `${device}_${key}_online`, default_entity_id: `binary_sensor.${entityId(device, key)}`,
    name: `Camera ${id}`, device_class: 'connectivity', entity_category: 'diagnostic', state_topic: names.status(id),
    value_template: "{{ 'ON' if value_json.state == 'online' else 'OFF' }}", json_attributes_topic: names.status(id), ...availability,
  };
  const turn: Component = {
    platform: 'switch', unique_id: `${device}_${key}_switch`, default_entity_id: `switch.${entityId(device, key)}`, name: `Watch camera ${id}`,
    icon: 'mdi:cctv', state_topic: names.state('camera', id), command_topic: names.set('camera', id), ...availability,
  };
  return commands ? [[`${key}_online`, online], [`${key}_switch`, turn]] : [[`${key}_online`, online]];
}

/** Home Assistant's entity ids know no hyphen. */
function entityId(device: string, key: string): string {
  return `${device}_${key}`.replaceAll('-', '_');
}

/** Which platform a key of ours belongs to, and whose it is. */
const PLATFORMS: Readonly<Record<string, string>> = { event: 'event', switch: 'switch', online: 'binary_sensor' };

export interface Announced {
  readonly key: string;
  readonly platform: string;
  readonly kind: 'rule' | 'camera';
  readonly id: string;
}

/** What a document that the broker has kept announced of ours; whatever else stands in it is not ours to know. */
export function announcedIn(payload: Buffer): Announced[] {
  const document: unknown = parsed(payload.toString('utf8'));
  if (!isRecord(document) || !isRecord(document.origin) || document.origin.name !== ORIGIN || !isRecord(document.components)) return [];
  return Object.keys(document.components).flatMap(announcedAs);
}

export function announcedAs(key: string): Announced[] {
  const [, kind, id, part = ''] = /^(rule|camera)_([a-z0-9_-]{1,64})_(event|switch|online)$/.exec(key) ?? [];
  const platform = PLATFORMS[part];
  return (kind === 'rule' || kind === 'camera') && id && platform ? [{ key, platform, kind, id }] : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
