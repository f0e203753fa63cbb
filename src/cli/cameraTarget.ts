import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CameraOptions } from '../camera/camera.ts';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { ID, configSchema } from '../config/schema.ts';
import type { CameraConfig, Config } from '../config/schema.ts';
import { cameraUrlFault } from '../config/urls.ts';
import { cameraOptions } from '../daemon/cameras.ts';
import { modelFrameSize } from '../daemon/settings.ts';
import { stagesOf } from '../daemon/stages.ts';
import { LookoutError } from '../errors.ts';
import { readCheckpoint } from '../qwen3vl/checkpoint/checkpoint.ts';
import { Secret, redactUrl } from '../secret.ts';
import { DEFAULT_FILE, configFile } from './options.ts';

export interface TargetFlags {
  readonly config?: string;
  readonly transport?: CameraConfig['transport'];
  readonly tls?: CameraConfig['tls'];
}

/** What is to be looked at, and how the daemon would look at it. */
export interface Target {
  /** for people: no user, password or query */
  readonly shown: string;
  readonly options: CameraOptions;
  readonly config: Config;
}

/** Area of a video that Qwen3-VL's checkpoints allow, for where none is at hand. */
const VIDEO = { minPixels: 4096, maxPixels: 25_165_824 };

/**
 * A camera of the configuration by its id, an address, or a video file. Addresses and files need no configuration, but what one says of
 * networks, pictures and the model holds for them as well.
 * @throws LookoutError CAMERA_NOT_FOUND, CAMERA_URL_SCHEME, VIDEO_UNREADABLE, CONFIG_…
 */
export function targetOf(name: string, flags: TargetFlags): Target {
  if (ID.test(name)) return configured(name, flags);
  const config = configOrDefaults(flags.config);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(name)) {
    if (!existsSync(name)) throw new LookoutError('VIDEO_UNREADABLE', `there is no file ${name}.`);
    return target(name, oneCamera(config, new Secret(resolve(name)), flags), config, 0);
  }
  const fault = cameraUrlFault(name);
  if (fault) throw new LookoutError(fault.code, `${redactUrl(name)}: ${fault.message}${fault.message.endsWith('.') ? '' : '.'}`);
  return target(redactUrl(name), oneCamera(config, new Secret(name), flags), config, 0);
}

function configured(id: string, flags: TargetFlags): Target {
  const { config } = loadConfig(configFile(flags.config));
  const camera = config.cameras.find((other) => other.id === id);
  if (!camera) throw new LookoutError('CAMERA_NOT_FOUND', `there is no camera ${id}.`);
  return target(id, { ...camera, transport: flags.transport ?? camera.transport, tls: flags.tls ?? camera.tls }, config, config.rtmp.port);
}

function target(shown: string, camera: CameraConfig, config: Config, port: number): Target {
  const settings = { frameSize: frameSizeOf(config), allow: config.network.allow, pushUrl: (key: Secret) => new Secret(`rtmp://127.0.0.1:${port}/live/${key.reveal()}`) };
  return { shown, options: cameraOptions(camera, settings, stagesOf(config).sample), config };
}

/** A camera of which no more is known than its address. */
function oneCamera(config: Config, url: Secret, { transport, tls }: TargetFlags): CameraConfig {
  const [camera] = configSchema.parse({ model: config.model, cameras: [{ id: 'probe', url: url.reveal(), transport, tls }] }).cameras;
  if (!camera) throw new RangeError('a configuration of one camera holds one');
  return camera;
}

function configOrDefaults(named: string | undefined): Config {
  if (named === undefined && !process.env.LOOKOUT_CONFIG && !existsSync(DEFAULT_FILE)) return configSchema.parse({ model: { name: 'none' } });
  return loadConfig(configFile(named), withoutSecrets).config;
}

/** As the configuration's model takes frames; a camera can be probed before there is one. */
function frameSizeOf(config: Config): CameraOptions['frameSize'] {
  try {
    return modelFrameSize(config, readCheckpoint(config.model.name).processing);
  } catch (error) {
    if (error instanceof LookoutError) return modelFrameSize(config, VIDEO);
    throw error;
  }
}
