import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import { draftOf, removeDraft, settleDraft } from '../media/draft.ts';
import type { Kept, KeepOrder } from './keepWire.ts';

/** What a camera is asked to keep of its last moments, as files. Times are wall clock, ms; the files' folder is there. */
export interface MediaSource {
  /** The picture nearest to `at` as JPEG, whole and upright, at Infinity the newest; false where there is none. */
  snapshot(at: number, file: string): Promise<boolean>;
  /**
   * MP4 from the keyframe before `from` until `to`, which may be to come and is moved to what `until` resolves to; what it shows, or
   * undefined where there is none.
   */
  clip(from: number, to: number, file: string, until?: Promise<number>): Promise<{ readonly from: number; readonly to: number } | undefined>;
}

/** The supervisor's side of what a camera's process is told to keep. */
export interface Keeping extends MediaSource {
  answered(kept: Kept): void;
  /** The process is gone, and all that it was doing. */
  lost(): void;
}

/** A process that is alive answers within this time after the last moment that is wanted, ms. */
const PATIENCE = 60_000;

export function createKeeping(camera: string, send: (order: KeepOrder) => boolean, log: Logger): Keeping {
  const asked = new Map<number, (kept: Kept | undefined) => void>();
  let ids = 0;

  /** What its process made is put in its place here: to wait for the disk would hold up the camera. */
  const settled = async (kept: Kept | undefined, file: string): Promise<{ from: number; to: number } | undefined> => {
    try {
      if (kept?.ok !== true) throw new LookoutError(kept?.code ?? 'MEDIA_GONE', kept?.detail ?? "The camera's process is gone, or does not answer.");
      await settleDraft(file);
      return { from: kept.from, to: kept.to };
    } catch (error) {
      const { code, detail } = error instanceof LookoutError ? error : new LookoutError('MEDIA_WRITE', String(error));
      log[code === 'MEDIA_WRITE' ? 'warn' : 'debug']({ camera, code, file }, detail);
      return undefined;
    }
  };
  const ask = async (order: KeepOrder & { readonly file: string }, patience: number, begun?: (extend: (ms: number) => void) => void): Promise<Kept | undefined> => {
    let timer: NodeJS.Timeout | undefined;
    const kept = await new Promise<Kept | undefined>((resolve) => {
      const wait = (ms: number): void => {
        clearTimeout(timer);
        timer = setTimeout(() => resolve(undefined), Math.max(0, ms) + PATIENCE);
        timer.unref();
      };
      asked.set(order.id, resolve);
      wait(patience);
      if (send(order)) begun?.(wait);
      else resolve(undefined);
    });
    clearTimeout(timer);
    asked.delete(order.id);
    // its process may have died in the middle of it, or hang
    if (!kept) await removeDraft(order.file);
    return kept;
  };
  return {
    async snapshot(at, file) {
      const kept = await ask({ kind: 'snapshot', id: ++ids, at, file: draftOf(file) }, 0);
      return (await settled(kept, file)) !== undefined;
    },
    async clip(from, to, file, until) {
      const id = ++ids;
      const kept = await ask({ kind: 'clip', id, from, to, file: draftOf(file) }, Math.max(to - Date.now(), to - from), (extend) => {
        void until?.then((moment) => {
          if (asked.has(id) && send({ kind: 'until', id, to: moment })) extend(moment - Date.now());
        });
      });
      return settled(kept, file);
    },
    answered: (kept) => asked.get(kept.id)?.(kept),
    lost() {
      for (const settle of asked.values()) settle(undefined);
      asked.clear();
    },
  };
}
