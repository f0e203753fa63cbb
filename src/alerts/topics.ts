import { LookoutError } from '../errors.ts';

/** What an id's part of a topic may be. Ids are held to it, and text of a model never becomes one. */
const TOPIC_PART = /^[a-z0-9_-]{1,64}$/;

/** What has a switch. */
export type SwitchKind = 'rule' | 'camera';

/**
 * The topics under one prefix. What a camera tells has two levels, `<camera>/alert`; what is switched has three or more,
 * `camera/<camera>/set`, so that a camera called "rule" or a rule called "alert" gets nothing mixed up.
 * Methods throw LookoutError USAGE for an id that is no topic part.
 */
export interface Topics {
  readonly prefix: string;
  readonly available: string;
  /** every camera's alerts, as a subscriber asks for them */
  readonly everyAlert: string;
  /** all that commands come on, as we ask for them */
  readonly commands: readonly string[];
  alert(camera: string): string;
  event(camera: string): string;
  status(camera: string): string;
  set(kind: SwitchKind, id: string): string;
  state(kind: SwitchKind, id: string): string;
  snoozeState(rule: string): string;
}

/** @throws LookoutError CONFIG_INVALID when the prefix could not be a topic (`home/lookout` could) */
export function topics(prefix: string): Topics {
  if (!/^[a-z0-9_-]+(\/[a-z0-9_-]+)*$/.test(prefix)) {
    throw new LookoutError('CONFIG_INVALID', `mqtt.prefix "${prefix}" must be made of a-z, 0-9, _, - and /.`);
  }
  const of = (id: string, what: string, before = ''): string => {
    if (!TOPIC_PART.test(id)) throw new LookoutError('USAGE', `${JSON.stringify(id)} cannot be part of an MQTT topic.`);
    return `${prefix}/${before}${id}/${what}`;
  };
  return {
    prefix,
    available: `${prefix}/available`,
    everyAlert: `${prefix}/+/alert`,
    commands: ['rule/+/set', 'rule/+/snooze/set', 'camera/+/set', 'alert/+/feedback/set'].map((rest) => `${prefix}/${rest}`),
    alert: (camera) => of(camera, 'alert'),
    event: (camera) => of(camera, 'event'),
    status: (camera) => of(camera, 'status'),
    set: (kind, id) => of(id, 'set', `${kind}/`),
    state: (kind, id) => of(id, 'state', `${kind}/`),
    snoozeState: (rule) => of(rule, 'snooze/state', 'rule/'),
  };
}
