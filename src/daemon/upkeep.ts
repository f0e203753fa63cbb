import type { Logger } from '../health/log.ts';
import type { MediaKeeper } from '../media/keeper.ts';
import type { Store } from '../store/store.ts';
import { guard } from './guard.ts';

const ALIVE_MS = 5000;
const PRUNE_MS = 600_000;
/** A run that begins this soon after the last sign of life left no gap worth telling, ms. */
const NO_GAP = 2000;

/** Writes down the time in which the daemon did not run, as a gap of every camera; gaps of cameras that are gone end. */
export function recordAbsence(store: Store, cameras: readonly string[], now: number): void {
  const alive = store.aliveAt();
  if (alive === null) return;
  for (const gap of store.coverage({ since: alive })) {
    if (gap.end === null && !cameras.includes(gap.camera)) store.closeGap(gap.camera, Math.max(alive, gap.start));
  }
  if (now - alive < NO_GAP) return;
  for (const camera of cameras) store.putCoverage({ camera, start: alive, end: now, reason: 'offline', detail: 'Lookout was not running.' });
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
