import type { CameraOptions } from '../camera/camera.ts';
import { modelFrameSize, modelGeometry } from '../config/modelSettings.ts';
import { configSchema } from '../config/schema.ts';
import type { CameraConfig, Config } from '../config/schema.ts';
import { stagesOf } from '../config/stages.ts';
import { cameraUrlFault } from '../config/urls.ts';
import { LookoutError } from '../errors.ts';
import { PUBLISHED } from '../qwen3vl/checkpoint/geometry.ts';
import { Secret, redactUrl } from '../secret.ts';
import { cameraOptions } from './cameras.ts';

/** What is to be looked at, and how the daemon would look at it. */
export interface ProbeTarget {
  /** for people: no user, password or query */
  readonly shown: string;
  readonly options: CameraOptions;
  readonly config: Config;
}

/** What is looked at in another way than the configuration says. */
export interface ProbeWay {
  readonly transport?: CameraConfig['transport'];
  readonly tls?: CameraConfig['tls'];
}

/** A camera of the configuration. @throws LookoutError CAMERA_NOT_FOUND */
export function configuredTarget(id: string, config: Config, way: ProbeWay): ProbeTarget {
  const camera = config.cameras.find((other) => other.id === id);
  if (!camera) throw new LookoutError('CAMERA_NOT_FOUND', `there is no camera ${id}.`);
  return target(id, { ...camera, transport: way.transport ?? camera.transport, tls: way.tls ?? camera.tls }, config, config.rtmp.port);
}

/** An address that is no camera yet; what the configuration says of networks, pictures and the model holds for it as well. @throws LookoutError CAMERA_URL_SCHEME, CONFIG_INVALID */
export function addressTarget(url: string, config: Config, way: ProbeWay): ProbeTarget {
  const fault = cameraUrlFault(url);
  if (fault) throw new LookoutError(fault.code, `${redactUrl(url)}: ${fault.message}${fault.message.endsWith('.') ? '' : '.'}`);
  return target(redactUrl(url), oneCamera(config, new Secret(url), way), config, 0);
}

/** A video file, played as if it were live. */
export function fileTarget(name: string, path: string, config: Config, way: ProbeWay): ProbeTarget {
  return target(name, oneCamera(config, new Secret(path), way), config, 0);
}

/** Says what exactly to list, for whoever means an address that is refused. */
export function refusedAddress(error: unknown, { url }: Pick<CameraOptions, 'url'>): unknown {
  if (!(error instanceof LookoutError) || error.code !== 'ADDRESS_REFUSED' || !URL.canParse(url.reveal())) return error;
  const host = new URL(url.reveal()).hostname.replace(/^\[|\]$/g, '');
  return new LookoutError('ADDRESS_REFUSED', `${error.detail} The line for it: network: { allow: ["${host}"] }.`, { cause: error });
}

function target(shown: string, camera: CameraConfig, config: Config, port: number): ProbeTarget {
  const settings = { frameSize: frameSizeOf(config), allow: config.network.allow, pushUrl: (key: Secret) => new Secret(`rtmp://127.0.0.1:${port}/live/${key.reveal()}`) };
  return { shown, options: cameraOptions(camera, settings, stagesOf(config).sample), config };
}

/** A camera of which no more is known than its address. */
function oneCamera(config: Config, url: Secret, { transport, tls }: ProbeWay): CameraConfig {
  const [camera] = configSchema.parse({ model: config.model, cameras: [{ id: 'probe', url: url.reveal(), transport, tls }] }).cameras;
  if (!camera) throw new RangeError('a configuration of one camera holds one');
  return camera;
}

/** As the configuration's model takes frames; a camera can be probed before there is one. */
function frameSizeOf(config: Config): CameraOptions['frameSize'] {
  try {
    return modelFrameSize(config, modelGeometry(config).processing);
  } catch (error) {
    if (error instanceof LookoutError) return modelFrameSize(config, PUBLISHED.processing);
    throw error;
  }
}
