import type { ErrorCode } from '../errors.ts';
import { UNSET } from './environment.ts';

/** What is wrong with an address. The message never holds the address, which may hold a password. */
export interface UrlFault {
  readonly code: Extract<ErrorCode, 'CAMERA_URL_SCHEME' | 'CONFIG_INVALID'>;
  readonly message: string;
}

/** Only live protocols pass: libav would open files and any web address just as gladly. */
export function cameraUrlFault(url: string): UrlFault | undefined {
  return urlFault(url, ['rtsp', 'rtsps', 'rtmp', 'rtmps'], 'CAMERA_URL_SCHEME', "a camera's protocol");
}

export function brokerUrlFault(url: string): UrlFault | undefined {
  return urlFault(url, ['mqtt', 'mqtts', 'ws', 'wss'], 'CONFIG_INVALID', 'a protocol of MQTT (mqtt, mqtts, ws, wss)');
}

function urlFault(url: string, schemes: readonly string[], code: UrlFault['code'], what: string): UrlFault | undefined {
  if (url.includes(UNSET)) return undefined;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (!scheme) return { code, message: 'is not a URL' };
  if (!schemes.includes(scheme)) return { code, message: `${scheme} is not ${what}` };
  if (URL.canParse(url) && new URL(url).hostname) return undefined;
  return { code: 'CONFIG_INVALID', message: 'is not a URL with a host (special characters in a password are written as %40 for @, and so on)' };
}
