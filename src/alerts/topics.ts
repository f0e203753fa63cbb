import { LookoutError } from '../errors.ts';
import type { Shard } from '../fleet/shard.ts';

/** What an id's part of a topic may be. Ids are held to it, and text of a model never becomes one. */
const TOPIC_PART = /^[a-z0-9_-]{1,64}$/;

/** What has a switch. */
export type SwitchKind = 'rule' | 'camera';

/** Which of several Lookouts on one broker this is. */
export interface Place {
  /** one of many sites, whose topics begin with `<prefix>/<site>` */
  readonly site?: string;
  /** one of several daemons that share the cameras of the site */
  readonly shard?: Shard;
}

/**
 * The topics of one site, under `<prefix>` or `<prefix>/<site>`. What a camera tells has two levels, `<camera>/alert`; what is switched
 * has three or more, `camera/<camera>/set`, and so has what a shard tells of itself, so that a camera called "rule" or a rule called
 * "alert" gets nothing mixed up. Of which shard a camera is stands in none: it may be of another tomorrow.
 * Methods throw LookoutError USAGE for an id that is no topic part.
 */
export interface Topics {
  /** what all of them begin with */
  readonly prefix: string;
  readonly site: string | null;
  readonly shard: Shard | undefined;
  /** whether this daemon is there */
  readonly available: string;
  /** the same of all the daemons that share the cameras, or of the only one */
  readonly everyAvailable: readonly string[];
  /** whether that shard is there, or any ('+') */
  shardAvailable(shard: number | '+'): string;
  /** what of this daemon's history waits for the broker or was given up */
  readonly history: string;
  /** every camera's alerts, as a subscriber asks for them */
  readonly everyAlert: string;
  /** all that commands come on, as we ask for them */
  readonly commands: readonly string[];
  alert(camera: string): string;
  event(camera: string): string;
  coverage(camera: string): string;
  status(camera: string): string;
  watched(camera: string): string;
  set(kind: SwitchKind, id: string): string;
  state(kind: SwitchKind, id: string): string;
  snoozeState(rule: string): string;
}

/** @throws LookoutError CONFIG_INVALID when prefix or site could not be in a topic (`home/lookout` could) */
export function topics(first: string, { site, shard }: Place = {}): Topics {
  if (!/^[a-z0-9_-]+(\/[a-z0-9_-]+)*$/.test(first)) {
    throw new LookoutError('CONFIG_INVALID', `mqtt.prefix "${first}" must be made of a-z, 0-9, _, - and /.`);
  }
  if (site !== undefined && !TOPIC_PART.test(site)) throw new LookoutError('CONFIG_INVALID', `site ${JSON.stringify(site)} cannot be part of an MQTT topic.`);
  const prefix = site === undefined ? first : `${first}/${site}`;
  const of = (id: string, what: string, before = ''): string => {
    if (!TOPIC_PART.test(id)) throw new LookoutError('USAGE', `${JSON.stringify(id)} cannot be part of an MQTT topic.`);
    return `${prefix}/${before}${id}/${what}`;
  };
  const own = shard ? `${prefix}/shard/${shard.index}` : prefix;
  const shardAvailable = (index: number | '+'): string => `${prefix}/shard/${index}/available`;
  return {
    prefix, site: site ?? null, shard, shardAvailable,
    available: `${own}/available`,
    everyAvailable: shard ? Array.from({ length: shard.of }, (_, i) => shardAvailable(i + 1)) : [`${own}/available`],
    history: `${own}/history`,
    everyAlert: `${prefix}/+/alert`,
    commands: ['rule/+/set', 'rule/+/snooze/set', 'camera/+/set', 'alert/+/feedback/set'].map((rest) => `${prefix}/${rest}`),
    alert: (camera) => of(camera, 'alert'),
    event: (camera) => of(camera, 'event'),
    coverage: (camera) => of(camera, 'coverage'),
    status: (camera) => of(camera, 'status'),
    watched: (camera) => of(camera, 'watched'),
    set: (kind, id) => of(id, 'set', `${kind}/`),
    state: (kind, id) => of(id, 'state', `${kind}/`),
    snoozeState: (rule) => of(rule, 'snooze/state', 'rule/'),
  };
}
