import { owns } from '../fleet/shard.ts';
import type { LoadedConfig } from './load.ts';
import type { CameraConfig } from './schema.ts';

/** The cameras that this daemon watches: all of the configuration's, or its share of them. */
export function ownCameras({ config, shard }: Pick<LoadedConfig, 'config' | 'shard'>): readonly CameraConfig[] {
  return shard ? config.cameras.filter(({ id }) => owns(shard, id)) : config.cameras;
}
