import { LookoutError } from '../errors.ts';

/** What a camera's part of a topic may be. Ids are held to it, and text of a model never becomes one. */
const TOPIC_PART = /^[a-z0-9_-]{1,64}$/;

/** The topics under one prefix. `alert`, `event` and `status` throw LookoutError USAGE for a camera id that is no topic part. */
export interface Topics {
  readonly available: string;
  alert(camera: string): string;
  event(camera: string): string;
  status(camera: string): string;
}

/** @throws LookoutError CONFIG_INVALID when the prefix could not be a topic (`home/lookout` could) */
export function topics(prefix: string): Topics {
  if (!/^[a-z0-9_-]+(\/[a-z0-9_-]+)*$/.test(prefix)) {
    throw new LookoutError('CONFIG_INVALID', `mqtt.prefix "${prefix}" must be made of a-z, 0-9, _, - and /.`);
  }
  const of = (camera: string, what: string): string => {
    if (!TOPIC_PART.test(camera)) throw new LookoutError('USAGE', `${JSON.stringify(camera)} cannot be part of an MQTT topic.`);
    return `${prefix}/${camera}/${what}`;
  };
  return {
    available: `${prefix}/available`,
    alert: (camera) => of(camera, 'alert'),
    event: (camera) => of(camera, 'event'),
    status: (camera) => of(camera, 'status'),
  };
}
