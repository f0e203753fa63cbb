import { LookoutError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { parseAddress } from '../ingest/address.ts';
import { UNSET } from './environment.ts';

/** What is wrong with an address. The message never holds the address, which may hold a password. */
export interface UrlFault {
  readonly code: Extract<ErrorCode, 'CAMERA_URL_SCHEME' | 'CONFIG_INVALID'>;
  readonly message: string;
}

/** Of these an address may fail for want of a host, and of others for what they are. */
const LIVE = /^(rtsp|rtmp|http)s?$/;

/** What ingest can open passes, but for files: those are for probing and replay, no camera of a configuration is one. */
export function cameraUrlFault(url: string): UrlFault | undefined {
  if (url.includes(UNSET)) return undefined;
  const scheme = schemeOf(url);
  if (!scheme) return { code: 'CAMERA_URL_SCHEME', message: 'is not a URL' };
  if (scheme === 'file') return { code: 'CAMERA_URL_SCHEME', message: "file is not a camera's protocol" };
  try {
    parseAddress(url);
  } catch (error) {
    if (!(error instanceof LookoutError)) throw error;
    return (LIVE.test(scheme) && hostFault(url)) || { code: 'CAMERA_URL_SCHEME', message: error.detail };
  }
  return hostFault(url);
}

export function brokerUrlFault(url: string): UrlFault | undefined {
  if (url.includes(UNSET)) return undefined;
  const scheme = schemeOf(url);
  if (!scheme) return { code: 'CONFIG_INVALID', message: 'is not a URL' };
  if (!['mqtt', 'mqtts', 'ws', 'wss'].includes(scheme)) return { code: 'CONFIG_INVALID', message: `${scheme} is not a protocol of MQTT (mqtt, mqtts, ws, wss)` };
  return hostFault(url);
}

function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
}

function hostFault(url: string): UrlFault | undefined {
  if (URL.canParse(url) && new URL(url).hostname && !/\s/.test(url)) return undefined;
  return { code: 'CONFIG_INVALID', message: 'is not a URL with a host (special characters in a password are written as %40 for @, %20 for a blank, and so on)' };
}
