import type { FeedItem } from '../api/feed.ts';
import type { CameraStream } from '../camera/camera.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../health/log.ts';
import type { KeeperOptions } from '../recordings/keeper.ts';
import { awaitingRestart } from './settings.ts';

/** How the cameras are recorded: what is kept of it is as Lookout was started, a camera's own mode as the files say now. */
export function recordingOptions(current: () => Config, stream: (id: string) => Pick<CameraStream, 'record'> | undefined, log: Logger): KeeperOptions {
  return {
    settings: current().recordings,
    mode: (id) => current().cameras.find((camera) => camera.id === id)?.recordings,
    record: (id, from, to) => stream(id)?.record(from, to),
    log,
    now: Date.now,
  };
}

/** What those who look on hear when the files were taken up. */
export function taken(before: LoadedConfig, { config, rules }: LoadedConfig): FeedItem {
  return { kind: 'config', etag: null, cameras: config.cameras.length, rules: rules.length, restart: awaitingRestart(before.config, config) };
}
