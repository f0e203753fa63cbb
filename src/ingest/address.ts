import { LookoutError } from '../errors.ts';

export type AddressKind = 'rtsp' | 'rtmp' | 'file';

/** A camera's address, checked. `shown` is what may appear in logs: paths and queries of cameras often hold passwords or keys. */
export interface Address {
  readonly kind: AddressKind;
  /** as libav wants it */
  readonly url: string;
  readonly shown: string;
}

/** The protocols libav may open for each kind, itself or after a redirect; by default it opens everything from http to concat. */
export const PROTOCOLS: Record<AddressKind, string> = {
  rtsp: 'rtsp,rtp,udp,tcp,tls',
  rtmp: 'rtmp,rtmps,tcp,tls',
  file: 'file',
};

/**
 * Sorts an address: `rtsp(s)://host…`, `rtmp(s)://host…`, or a video file (an absolute or dotted path, or `file://…`).
 * Throws CAMERA_URL_SCHEME for anything else. The message holds no part of the address beyond its scheme.
 */
export function parseAddress(url: string): Address {
  const file = /^(?:file:\/\/)?(\.{0,2}\/.*)$/s.exec(url);
  if (file) return { kind: 'file', url: `file:${file[1]}`, shown: file[1] ?? '' };
  const live = /^(rtsp|rtmp)(s?):\/\/(?:[^/\s]*@)?([^/@\s?#]+)\S*$/i.exec(url);
  if (!live) {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1];
    throw new LookoutError('CAMERA_URL_SCHEME', scheme ? `A camera's address cannot be read as ${scheme}://….` : "A camera's address has no scheme.");
  }
  const [, scheme = '', secure = '', host = ''] = live;
  const kind = scheme.toLowerCase() === 'rtsp' ? 'rtsp' : 'rtmp';
  // an @ further on may belong to a password with a slash in it: then what looks like the host is a part of the password
  const clear = !/^[a-z]+:\/\/[^/]*\/.*@/i.test(url);
  return { kind, url, shown: `${kind}${secure.toLowerCase()}://${clear ? host : '[redacted]'}` };
}
