import { beyondCapacity } from '../capacity/beyond.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Logger } from '../health/log.ts';

/** Says so when the cameras become more than this machine carries: at the start, and at each change that makes them more, or so again. */
export function capacityNotice(log: Logger): (loaded: LoadedConfig) => void {
  let told: string | undefined;
  return (loaded) => {
    const beyond = beyondCapacity(loaded);
    if (beyond !== undefined && beyond !== told) log.warn(beyond);
    told = beyond;
  };
}
