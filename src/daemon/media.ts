import type { CameraStream } from '../camera/camera.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Logger } from '../health/log.ts';
import { createMediaKeeper, type Media, type MediaKeeper } from '../media/keeper.ts';
import type { Store } from '../store/store.ts';
import type { Frame } from '../values.ts';
import type { RecentFrames } from '../window/recentFrames.ts';

export interface MediaSources {
  camera(id: string): CameraStream | undefined;
  readonly frames: RecentFrames;
  kept(alertId: string, files: Media): void;
}

/** A kept frame shows a moment that is no farther from it, ms. */
const NEAR = 2000;

/** Pictures and clips of alerts as the configuration wants them; undefined where it wants none. */
export function mediaKeeper({ config }: LoadedConfig, store: Store, { camera, frames, kept }: MediaSources, log: Logger): MediaKeeper | undefined {
  const { dir: folder, snapshots, clips, before, after, max_mb: maxMb } = config.media;
  if (!snapshots && !clips) return undefined;
  return createMediaKeeper({
    folder, snapshots, clips, before, after, maxMb, camera, kept, log,
    frameAt: (id, at) => nearest(frames.between(id, at - NEAR, at + NEAR), at),
    dropOldest: (count) => store.dropOldestMedia(count),
    pointed: (files) => store.pointedMedia(files),
    now: Date.now,
  });
}

function nearest(frames: readonly Frame[], at: number): Frame | undefined {
  return frames.toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
}
