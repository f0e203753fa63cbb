import type { Logger } from '../health/log.ts';
import type { MediaKeeper } from '../media/keeper.ts';
import type { Store } from '../store/store.ts';
import { guard } from './guard.ts';

const ALIVE_MS = 1000;
const PRUNE_MS = 600_000;
/**
 * Writes down that nobody watched since the last sign of life: a gap of every camera that goes on until its first picture. Gaps of cameras
 * that are gone end. Returns since when each of them has been unwatched for no other reason, ms.
 */
export function recordAbsence(store: Pick<Store, 'aliveAt' | 'coverage' | 'openGap' | 'closeGap'>, cameras: readonly string[], now: number): Map<string, number> {
  const absent = new Map<string, number>();
  const alive = store.aliveAt();
  if (alive === null) return absent;
  const open = store.coverage({ since: alive }).filter((gap) => gap.end === null);
  for (const gap of open) if (!cameras.includes(gap.camera)) store.closeGap(gap.camera, Math.max(alive, gap.start));
  const unwatched = new Set(open.map((gap) => gap.camera));
  const since = Math.min(alive, now);
  for (const camera of cameras) {
    if (unwatched.has(camera)) continue;
    store.openGap(camera, 'offline', 'Lookout was not running.', since);
    absent.set(camera, since);
  }
  return absent;
}

/** Signs of life and retention, until the signal aborts. */
export function keepUp(store: Store, media: Pick<MediaKeeper, 'remove'> | undefined, signal: AbortSignal, log: Logger): void {
  const alive = (): void => guard(log, () => store.markAlive(Date.now()));
  const prune = (): void =>
    guard(log, () => {
      const { deleted, more, media: files } = store.prune(Date.now());
      media?.remove(files);
      if (deleted > 0) log.info({ deleted }, 'deleted what is older than the retention');
      if (more && !signal.aborted) setImmediate(prune);
    });
  alive();
  prune();
  const timers = [setInterval(alive, ALIVE_MS), setInterval(prune, PRUNE_MS)];
  signal.addEventListener('abort', () => timers.forEach(clearInterval), { once: true });
}
