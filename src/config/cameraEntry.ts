import { randomBytes } from 'node:crypto';
import { redactUrl } from '../secret.ts';
import { valuesOf } from './document.ts';
import type { Source } from './document.ts';
import type { CameraConfig, Config } from './schema.ts';

/** Nobody guesses it: 144 bits. */
export function newPushKey(): string {
  return randomBytes(18).toString('base64url');
}

/** Where a camera with that key pushes to; `here` is what this machine is called. */
export function pushAddress({ host, port }: Config['rtmp'], key: string, here: string): string {
  return `rtmp://${host === '0.0.0.0' || host === '::' ? here : host.includes(':') ? `[${host}]` : host}:${port}/live/${key}`;
}

/**
 * Where a camera's pictures come from, without user, password and query. As the file has it: what an environment variable holds may be secret
 * wherever it stands in the address. Without the file only the host is told.
 */
export function sourceOf(camera: Pick<CameraConfig, 'id' | 'url'>, source: Source | null): string {
  if (!camera.url) return 'pushed over RTMP';
  const raw = source ? valuesOf(source) : undefined;
  const cameras: unknown = typeof raw === 'object' && raw !== null && 'cameras' in raw ? raw.cameras : undefined;
  const entry: unknown = Array.isArray(cameras) ? cameras.find((one: unknown) => typeof one === 'object' && one !== null && 'id' in one && one.id === camera.id) : undefined;
  const url: unknown = typeof entry === 'object' && entry !== null && 'url' in entry ? entry.url : undefined;
  return typeof url === 'string' ? redactUrl(url) : hostOf(redactUrl(camera.url.reveal()));
}

/** An address without its path. */
export function hostOf(address: string): string {
  return address.replace(/^([^:]*:\/\/[^/]*\/).+$/, '$1…');
}
