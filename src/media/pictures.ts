import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from 'fast-png';
import type { Logger } from '../health/log.ts';
import type { Alert, Frame } from '../values.ts';
import { draftOf, fillDraft, settleDraft } from './draft.ts';
import { decisiveMoment } from './moments.ts';
import type { Pieces } from './pieces.ts';
import type { MediaPlace } from './place.ts';

export interface PicturesOptions {
  camera(id: string): { snapshot(at: number, file: string): Promise<boolean> } | undefined;
  /** the kept frame nearest to a moment, for when the camera's process has none */
  frameAt?(camera: string, at: number): Frame | undefined;
  readonly log: Logger;
  now(): number;
}

/** The pictures of alerts. Nothing rejects. */
export interface Pictures {
  /** Takes one; its file, relative to the folder. */
  take(alert: Alert): Promise<string | undefined>;
  /** Takes it again, into the same file, if the alert's times turned out to be others. */
  again(alert: Alert): Promise<void>;
}

/** A camera whose packets come late is asked once more about a moment that is younger than this, after a while, ms. */
const YOUNG = 6000;
const AGAIN = 2000;
/** A picture of a moment that is off by so much is taken again, ms; of so many alerts. */
const MOVED = 150;
const MAX_TAKEN = 500;

export function createPictures({ camera, frameAt, log, now }: PicturesOptions, place: MediaPlace, piece: Pieces): Pictures {
  /** moments of the pictures that may have to be taken again, by alert */
  const taken = new Map<string, number>();
  const remember = (id: string, at: number): void => {
    taken.delete(id);
    taken.set(id, at);
    const oldest = taken.keys().next();
    if (taken.size > MAX_TAKEN && !oldest.done) taken.delete(oldest.value);
  };
  /** The kept frame, in the model's size. */
  const ofFrame = async (alert: Alert, at: number): Promise<string | undefined> => {
    const frame = frameAt?.(alert.camera, at);
    const file = frame && place.path(alert.id, alert.detectedAt, 'png');
    if (!frame || file === undefined) return undefined;
    const { width, height, data } = frame;
    const path = place.absolute(file);
    await fillDraft(draftOf(path), () => writeFile(draftOf(path), encode({ width, height, data, channels: 3, depth: 8 })));
    await settleDraft(path);
    return file;
  };
  return {
    take(alert) {
      const at = decisiveMoment(alert);
      return piece(alert, 'jpg', async (file) => {
        const ask = async (): Promise<boolean> => (await camera(alert.camera)?.snapshot(at, place.absolute(file))) === true;
        let done = await ask();
        if (!done && now() - at < YOUNG) {
          await sleep(AGAIN, undefined, { ref: false });
          done = await ask();
        }
        if (!done) return ofFrame(alert, at);
        remember(alert.id, at);
        return file;
      });
    },
    async again(alert) {
      const [before, at] = [taken.get(alert.id), decisiveMoment(alert)];
      if (before === undefined || Math.abs(at - before) < MOVED) return;
      remember(alert.id, at);
      try {
        const file = place.path(alert.id, alert.detectedAt, 'jpg');
        if (file !== undefined) await camera(alert.camera)?.snapshot(at, place.absolute(file));
      } catch (error) {
        log.warn({ camera: alert.camera, alert: alert.id, code: 'MEDIA_WRITE' }, String(error));
      }
    },
  };
}
