import type { CameraStatus } from '../camera/status.ts';
import { sourceOf } from '../config/cameraEntry.ts';
import type { Source } from '../config/document.ts';
import type { CameraConfig } from '../config/schema.ts';
import { withoutCredentials } from '../health/log.ts';
import type { Rule } from '../rules/rule.ts';
import type { CameraOut, CameraStatusOut } from './schemas/cameras.ts';
import { isoOrNull, words } from './shapes.ts';

/** How a camera fares, as the daemon was last told. */
export type StatusNow = CameraStatus | { readonly state: 'disabled'; readonly since: number };

/** A camera as the API tells it: every key of it but those that say where it is. */
export function cameraOut(camera: CameraConfig, source: Source | null, rules: readonly Rule[], status: CameraStatusOut): CameraOut {
  const { url, rtmp_key: _key, ...settings } = camera;
  return {
    ...settings,
    masks: camera.masks.map((polygon) => polygon.map(([x, y]): [number, number] => [x, y])),
    kind: url ? 'pull' : 'push', source: sourceOf(camera, source),
    rules: rules.filter(({ cameras }) => cameras.length === 0 || cameras.includes(camera.id)).map(({ id }) => id),
    status,
  };
}

export function statusOut({ enabled }: Pick<CameraConfig, 'enabled'>, status: StatusNow | undefined): CameraStatusOut {
  if (!status) return { state: enabled ? 'unknown' : 'disabled', since: null, since_ms: null, reason: null, code: null, clock_offset_ms: null };
  const { reason, code, clockOffset } = 'reason' in status || 'code' in status || 'clockOffset' in status ? status : { reason: undefined, code: undefined, clockOffset: undefined };
  return {
    state: status.state, since: isoOrNull(status.since), since_ms: status.since,
    reason: reason === undefined ? null : words(withoutCredentials(reason)), code: code ?? null, clock_offset_ms: clockOffset ?? null,
  };
}
