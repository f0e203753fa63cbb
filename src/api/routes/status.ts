import type { ConfigFiles } from '../../config/files.ts';
import { shown } from '../../config/document.ts';
import type { Config } from '../../config/schema.ts';
import type { LookoutError } from '../../errors.ts';
import { owns, shardName } from '../../fleet/shard.ts';
import type { Shard } from '../../fleet/shard.ts';
import { freeNow } from '../../health/disk.ts';
import { ownZone } from '../../rules/zone.ts';
import { redactUrl } from '../../secret.ts';
import type { StoreGlance } from '../../store/stats.ts';
import { statusOut } from '../cameraShape.ts';
import type { StatusNow } from '../cameraShape.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { statusAnswer } from '../schemas/status.ts';
import type { StatusOut } from '../schemas/status.ts';
import { isoOf, isoOrNull, problemOut } from '../shapes.ts';

export interface ModelNow {
  readonly name: string;
  readonly state: 'opening' | 'ready' | 'failed';
  readonly problem: LookoutError | null;
  readonly context: number | null;
  readonly device: string | null;
  /** answered since the start, and what they held */
  readonly windows: number;
  readonly visualTokens: number;
}

export interface Held {
  readonly what: string;
  /** a folder or a file */
  readonly path: string;
  readonly usedBytes: number | null;
  readonly maxBytes: number | null;
}

export interface StatusNeeds {
  readonly site?: string | undefined;
  readonly shard?: Shard | undefined;
  readonly version: string;
  /** wall clock, ms */
  readonly startedAt: number;
  now(): number;
  readonly files: ConfigFiles;
  awaitingRestart(config: Config): readonly string[];
  model(): ModelNow;
  /** `address` may hold a password: it is told without */
  broker(): { readonly address: string; readonly state: 'connected' | 'disconnected'; readonly problem: LookoutError | undefined };
  readonly log: { glance(): StoreGlance };
  status(camera: string): StatusNow | undefined;
  /** what takes room on disks */
  held(): readonly Held[];
}

/** How Lookout fares. */
export function statusRoutes(needs: StatusNeeds): Route[] {
  return [
    route({
      method: 'GET', path: '/v1/status', scope: 'viewer', tag: 'status',
      summary: 'How Lookout fares: model, broker, log, cameras, disks', response: { json: statusAnswer }, handle: () => told(needs),
    }),
  ];
}

function told(needs: StatusNeeds): StatusOut {
  const { config, problem } = needs.files.read();
  const [now, glance] = [needs.now(), needs.log.glance()];
  const { visualTokens, problem: fault, ...model } = needs.model();
  const { address, state, problem: refusal } = needs.broker();
  return {
    version: needs.version, site: needs.site ?? null, shard: needs.shard ? shardName(needs.shard) : null, now: isoOf(now), now_ms: now, timezone: ownZone(),
    started_at: isoOf(needs.startedAt), started_at_ms: needs.startedAt, uptime_s: Math.max(0, Math.round((now - needs.startedAt) / 1000)),
    config: { file: shown(needs.files.file), problem: problemOut(problem), restart: [...needs.awaitingRestart(config)] },
    model: { ...model, visual_tokens: visualTokens, problem: problemOut(fault) },
    broker: { address: redactUrl(address), state, problem: problemOut(refusal), waiting: glance.pending, history_waiting: glance.history, history_dropped: glance.historyDropped },
    store: {
      bytes: glance.bytes, max_mb: config.store.max_mb ?? null, retention_days: config.store.retention_days,
      oldest: isoOrNull(glance.oldest), oldest_ms: glance.oldest, newest: isoOrNull(glance.newest), newest_ms: glance.newest, open_gaps: glance.openGaps,
    },
    cameras: config.cameras.filter(({ id }) => owns(needs.shard, id)).map((camera) => ({ id: camera.id, ...statusOut(camera, needs.status(camera.id)) })),
    disk: needs.held().map(({ what, path, usedBytes, maxBytes }) => ({ what, path, free_bytes: freeAt(path), used_bytes: usedBytes, max_bytes: maxBytes })),
  };
}

/** null where the folder is not there yet */
function freeAt(path: string): number | null {
  try {
    return freeNow(path);
  } catch {
    return null;
  }
}
