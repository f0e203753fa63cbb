import { loadConfig } from '../config/load.ts';
import { cameraUrlFault } from '../config/urls.ts';
import { LookoutError } from '../errors.ts';
import { createLogger } from '../health/log.ts';
import { Secret, redactUrl } from '../secret.ts';
import { configFile } from './options.ts';
import { print, printJson, progress } from './print.ts';

interface ProbeOptions {
  readonly config?: string;
  readonly transport?: 'tcp' | 'udp';
  readonly json?: boolean;
}

/** `camera probe`: connects, looks for a few seconds, tells. @throws LookoutError CAMERA_… */
export async function probe(target: string, opts: ProbeOptions): Promise<void> {
  const { url, transport } = sourceOf(target, opts);
  const { probeCamera } = await import('../ingest/probe.ts');
  progress(`Looking at ${redactUrl(url.reveal())} for a few seconds …`);
  const found = await probeCamera({ url, transport: opts.transport ?? transport }, AbortSignal.timeout(30_000), createLogger({ level: 'error', pretty: true }));
  if (opts.json) return printJson(found);
  for (const [key, value] of Object.entries(found)) print(`${words(key).padEnd(20)} ${typeof value === 'number' ? Number(value.toFixed(3)) : String(value ?? 'not seen')}`);
}

/** An address as it is given, or that of a camera of the configuration. */
function sourceOf(target: string, opts: ProbeOptions): { url: Secret; transport: 'tcp' | 'udp' } {
  if (target.includes(':')) {
    const fault = cameraUrlFault(target);
    if (fault) throw new LookoutError('CAMERA_URL_SCHEME', `${redactUrl(target)}: ${fault.message}.`);
    return { url: new Secret(target), transport: opts.transport ?? 'tcp' };
  }
  const { cameras, rtmp } = loadConfig(configFile(opts.config)).config;
  const camera = cameras.find((other) => other.id === target);
  if (!camera) throw new LookoutError('CAMERA_NOT_FOUND', `there is no camera ${target}.`);
  const pushed = camera.rtmp_key && `rtmp://127.0.0.1:${rtmp.port}/live/${camera.rtmp_key.reveal()}`;
  return { url: camera.url ?? new Secret(pushed ?? ''), transport: camera.transport };
}

/** keyframeInterval → keyframe interval */
function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
