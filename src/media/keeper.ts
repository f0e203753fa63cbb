import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../values.ts';
import { clipEnd, clipStart, LONGEST_CLIP } from './moments.ts';
import { createPictures } from './pictures.ts';
import type { Pictures, PicturesOptions } from './pictures.ts';
import { createPieces } from './pieces.ts';
import type { Pieces } from './pieces.ts';
import { openMediaPlace } from './place.ts';
import type { MediaPlace } from './place.ts';
import { openRoom } from './room.ts';
import type { Room, RoomOptions } from './room.ts';

/** A camera as this room sees it; camera/keeping.ts. */
export interface MediaSource {
  snapshot(at: number, file: string): Promise<boolean>;
  clip(from: number, to: number, file: string, until?: Promise<number>): Promise<{ readonly from: number; readonly to: number } | undefined>;
}

export interface MediaKeeperOptions extends Pick<RoomOptions, 'dropOldest' | 'pointed'>, Pick<PicturesOptions, 'frameAt' | 'log' | 'now'> {
  readonly folder: string;
  readonly snapshots?: boolean;
  readonly clips?: boolean;
  /** seconds of a clip before an alert's start and after its end; 5 by default */
  readonly before?: number;
  readonly after?: number;
  /** MB that the folder may hold; undefined: as the disk allows */
  readonly maxMb?: number | undefined;
  camera(id: string): MediaSource | undefined;
  /** hears of each file as soon as it is there, also when nobody waits for it any longer */
  kept?(alertId: string, media: Media): void;
}

/** Files, relative to the media folder. */
export interface Media {
  readonly snapshot?: string;
  readonly clip?: string;
}

/** Keeps a picture and a clip with each alert. Nothing rejects: what cannot be kept is logged with its code, and left out. */
export interface MediaKeeper {
  /** A new alert: takes its snapshot, and begins its clip. */
  keep(alert: Alert): Promise<Media>;
  /**
   * Its end is known (also where it was retracted): the clip ends there, and is told when it is whole. Where its times turned out to be others,
   * the snapshot is taken again into the same file.
   */
  finish(alert: Alert): Promise<Media>;
  /** Deletes files that no alert points to any longer. */
  remove(files: readonly string[]): void;
  /** Clips end now; resolves when they are whole, or after two seconds. Call it before the cameras are stopped. */
  close(): Promise<void>;
}

/** What clips may take to end, ms. */
const CLOSING = 2000;

/** Opens the media folder, if it is there already, and sweeps it. */
export function createMediaKeeper(opts: MediaKeeperOptions): MediaKeeper {
  const keeper = new Keeper(opts);
  keeper.sweep();
  return keeper;
}

class Keeper implements MediaKeeper {
  readonly #opts: MediaKeeperOptions;
  readonly #place: MediaPlace;
  readonly #room: Room;
  readonly #piece: Pieces;
  readonly #pictures: Pictures;
  /** clips that are being cut, by alert */
  readonly #cutting = new Map<string, { end(at: number): void; readonly clip: Promise<Media> }>();

  constructor(opts: MediaKeeperOptions) {
    const { folder, maxMb, dropOldest, pointed, log, now } = opts;
    this.#opts = opts;
    this.#place = openMediaPlace(folder);
    this.#room = openRoom({ place: this.#place, maxMb, log, now, ...(dropOldest ? { dropOldest } : {}), ...(pointed ? { pointed } : {}) });
    this.#piece = createPieces(this.#place, this.#room, log);
    this.#pictures = createPictures(opts, this.#place, this.#piece);
  }

  sweep(): void {
    this.#quietly(() => this.#room.count());
  }

  keep(alert: Alert): Promise<Media> {
    const over = alert.phase === 'end' || alert.phase === 'retracted' || alert.eventId === null;
    if (over) void this.finish(alert);
    else if (!this.#cutting.has(alert.id)) void this.#beginClip(alert);
    return this.#opts.snapshots === false ? Promise.resolve({}) : this.#snapshot(alert);
  }

  finish(alert: Alert): Promise<Media> {
    void this.#pictures.again(alert);
    const running = this.#cutting.get(alert.id);
    const clip = running?.clip ?? this.#beginClip(alert);
    const { before = 5, after = 5 } = this.#opts;
    this.#cutting.get(alert.id)?.end(clipEnd(alert, before, after));
    return clip;
  }

  remove(files: readonly string[]): void {
    this.#quietly(() => this.#room.remove(files));
  }

  async close(): Promise<void> {
    const clips = [...this.#cutting.values()];
    for (const { end } of clips) end(this.#opts.now());
    await Promise.race([Promise.all(clips.map(({ clip }) => clip)), sleep(CLOSING, undefined, { ref: false })]);
  }

  async #snapshot(alert: Alert): Promise<Media> {
    const snapshot = await this.#pictures.take(alert);
    if (snapshot === undefined) return {};
    this.#opts.kept?.(alert.id, { snapshot });
    return { snapshot };
  }

  #beginClip(alert: Alert): Promise<Media> {
    const { clips = true, before = 5, camera, kept } = this.#opts;
    if (!clips) return Promise.resolve({});
    const from = clipStart(alert, before);
    let end = (_at: number): void => undefined;
    const until = new Promise<number>((resolve) => (end = (at) => resolve(Math.min(at, from + LONGEST_CLIP))));
    const work = this.#piece(alert, 'mp4', async (file) => {
      const shown = await camera(alert.camera)?.clip(from, from + LONGEST_CLIP, this.#place.absolute(file), until);
      return shown ? file : undefined;
    });
    const clip = work.then((found): Media => {
      this.#cutting.delete(alert.id);
      if (found === undefined) return {};
      kept?.(alert.id, { clip: found });
      return { clip: found };
    });
    this.#cutting.set(alert.id, { end, clip });
    return clip;
  }

  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#opts.log.warn({ code: 'MEDIA_WRITE' }, `the media folder: ${String(error)}`);
    }
  }
}
