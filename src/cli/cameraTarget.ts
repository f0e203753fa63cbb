import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { ID, configSchema } from '../config/schema.ts';
import type { Config } from '../config/schema.ts';
import { addressTarget, configuredTarget, fileTarget } from '../daemon/probing.ts';
import type { ProbeTarget, ProbeWay } from '../daemon/probing.ts';
import { LookoutError } from '../errors.ts';
import { DEFAULT_FILE, configFile } from './options.ts';

export interface TargetFlags extends ProbeWay {
  readonly config?: string;
}

/**
 * A camera of the configuration by its id, an address, or a video file. Addresses and files need no configuration, but what one says of
 * networks, pictures and the model holds for them as well.
 * @throws LookoutError CAMERA_NOT_FOUND, CAMERA_URL_SCHEME, VIDEO_UNREADABLE, CONFIG_…
 */
export function targetOf(name: string, flags: TargetFlags): ProbeTarget {
  if (ID.test(name)) return configuredTarget(name, loadConfig(configFile(flags.config)).config, flags);
  const config = configOrDefaults(flags.config);
  if (/^[a-z][a-z0-9+.-]*:/i.test(name)) return addressTarget(name, config, flags);
  if (!existsSync(name)) throw new LookoutError('VIDEO_UNREADABLE', `there is no file ${name}.`);
  return fileTarget(name, resolve(name), config, flags);
}

function configOrDefaults(named: string | undefined): Config {
  if (named === undefined && !process.env.LOOKOUT_CONFIG && !existsSync(DEFAULT_FILE)) return configSchema.parse({ model: { name: 'none' } });
  return loadConfig(configFile(named), withoutSecrets).config;
}
