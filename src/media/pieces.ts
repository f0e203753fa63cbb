import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Alert } from '../values.ts';
import type { MediaPlace } from './place.ts';
import type { Room } from './room.ts';

/**
 * Has one file of an alert made, where there is room for it and its camera has not too much to do; `make` gets its path and returns that of
 * the file that came of it, if any did. Nothing rejects: undefined is logged with its code.
 */
export type Pieces = (alert: Alert, ending: 'jpg' | 'mp4', make: (file: string) => Promise<string | undefined>) => Promise<string | undefined>;

/** Of one camera at once; the newest is refused. */
const MAX_PENDING = 16;

export function createPieces(place: MediaPlace, room: Room, log: Logger): Pieces {
  const pending = new Map<string, number>();
  /** cameras of which it was said that they have too much to do */
  const busy = new Set<string>();
  const piece: Pieces = async ({ id, camera, detectedAt }, ending, make) => {
    const waiting = pending.get(camera) ?? 0;
    if (waiting >= MAX_PENDING) throw new LookoutError('MEDIA_BUSY', `${waiting} pictures and clips of camera ${camera} are under way.`);
    const file = place.path(id, detectedAt, ending);
    if (file === undefined) throw new LookoutError('MEDIA_WRITE', 'The id of an alert may not name a file.');
    // it was made before a restart
    if (place.size(file) !== undefined) return file;
    if (!room.free()) return undefined;
    pending.set(camera, waiting + 1);
    try {
      const made = await make(file);
      if (made === undefined) throw new LookoutError('MEDIA_GONE', `There is no ${ending === 'mp4' ? 'clip' : 'picture'} of it.`);
      room.wrote(place.size(made) ?? 0);
      return made;
    } finally {
      const left = (pending.get(camera) ?? 1) - 1;
      if (left === 0) pending.delete(camera);
      else pending.set(camera, left);
      if (left < MAX_PENDING / 2) busy.delete(camera);
    }
  };
  return async (alert, ending, make) => {
    try {
      return await piece(alert, ending, make);
    } catch (error) {
      const { code, detail } = error instanceof LookoutError ? error : new LookoutError('MEDIA_WRITE', String(error));
      const known = code === 'MEDIA_BUSY' && busy.has(alert.camera);
      if (code === 'MEDIA_BUSY') busy.add(alert.camera);
      const level = known ? 'debug' : code === 'MEDIA_GONE' ? 'info' : 'warn';
      log[level]({ camera: alert.camera, alert: alert.id, code }, detail);
      return undefined;
    }
  };
}
