import { LookoutError } from '../errors.ts';
import { hostOf } from '../network/resolve.ts';

export type AddressKind = 'rtsp' | 'rtmp' | 'http' | 'file';

/** A camera's address, checked. `shown` is what may appear in logs: paths and queries of cameras often hold passwords or keys. */
export interface Address {
  readonly kind: AddressKind;
  /** of a file: as libav wants it; else as it was given */
  readonly url: string;
  readonly shown: string;
}

/** What of a live address says where to go, and what is told only to who lives there. */
export interface Parts {
  readonly host: string;
  readonly port: number;
  /** through TLS */
  readonly secure: boolean;
  /** `user:password`, as written; empty without */
  readonly login: string;
  /** all after the host and port: path and query */
  readonly path: string;
}

/** The protocols libav may open: a file, or what leads to our own listener; by default it opens everything from http to concat. */
export const PROTOCOLS: Record<AddressKind, string> = { rtsp: 'rtsp,rtp,udp,tcp', rtmp: 'rtmp,tcp', http: 'tcp', file: 'file' };

const PORTS: Record<string, number> = { rtsp: 554, rtsps: 322, rtmp: 1935, rtmps: 443, http: 80, https: 443 };

/**
 * Sorts an address: `rtsp(s)://host…`, `rtmp(s)://host…`, `http(s)://host…` (HTTP-FLV, MPEG-TS, HLS), or a video file (an absolute or
 * dotted path, or `file://…`). Throws CAMERA_URL_SCHEME for anything else. The message holds no part of the address beyond its scheme.
 */
export function parseAddress(url: string): Address {
  const file = /^(?:file:\/\/)?(\.{0,2}\/(?!\/).*)$/s.exec(url);
  if (file && !url.includes('\0')) return { kind: 'file', url: `file:${file[1]}`, shown: file[1] ?? '' };
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  const kind = scheme === undefined ? undefined : /^(rtsp|rtmp|http)s?$/.exec(scheme)?.[1];
  if (scheme === undefined || kind === undefined) {
    throw new LookoutError('CAMERA_URL_SCHEME', scheme ? `A camera's address cannot be read as ${scheme}://….` : "A camera's address has no scheme.");
  }
  const { host, port } = addressParts(url);
  // an @ further on may belong to a password with a slash in it: then what looks like the host is a part of the password
  const clear = !/^[a-z]+:\/\/[^/]*[/?#].*@/i.test(url);
  const place = `${host.includes(':') ? `[${host}]` : host}${/:\d+$/.test(url.split(/[/?#]/, 3)[2] ?? '') ? `:${port}` : ''}`;
  return { kind: kind as AddressKind, url, shown: `${scheme}://${clear ? place : '[redacted]'}` };
}

/**
 * Takes a live address apart once and for all, as libav would: the authority ends at the first of / ? #, and its login at the last @.
 * Throws CAMERA_URL_SCHEME where there is no host, or anything that another reader could take for something else.
 */
export function addressParts(url: string): Parts {
  const [, scheme = '', authority = '', path = ''] = /^([a-z]+):\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  const [, login = '', rest = ''] = /^(?:(.*)@)?([^@]*)$/s.exec(authority) ?? [];
  const [, host = '', port] = /^(\[[^\][]+\]|[^\][:]*)(?::(\d{1,5}))?$/.exec(rest) ?? [];
  const name = hostOf(host);
  const number = port === undefined ? (PORTS[scheme.toLowerCase()] ?? 0) : Number(port);
  const bracketed = host.startsWith('[') === (name?.includes(':') ?? false);
  // blanks and control characters would end up in the requests that libav writes
  if (name === undefined || !bracketed || number < 1 || number > 65_535 || /[\s\\\p{Cc}]/u.test(url) || (scheme.toLowerCase().startsWith('http') && !URL.canParse(url))) {
    throw new LookoutError('CAMERA_URL_SCHEME', `A camera's address with ${scheme.toLowerCase()}:// needs a host, and no blanks or backslashes.`);
  }
  return { host: name, port: number, secure: /s$/i.test(scheme), login, path };
}
