import { open, stat } from 'node:fs/promises';
import { LookoutError } from '../../errors.ts';
import type { Gather } from '../../network/pipe.ts';
import type { Lookup } from '../../network/resolve.ts';
import type { NetworkRules } from '../../network/rules.ts';
import type { Way } from '../../network/way.ts';
import { addressParts, PROTOCOLS } from '../address.ts';
import type { Address, Parts } from '../address.ts';
import type { RtpHold } from '../rtp/hold.ts';
import { openHttp } from './http.ts';
import { openRtmp } from './rtmp.ts';
import { openRtsp } from './rtsp.ts';

export interface SourceOptions {
  /** of RTSP */
  readonly transport: 'tcp' | 'udp';
  readonly network: NetworkRules;
  /** the system's resolver by default */
  readonly lookup?: Lookup;
  /** for how long packets may gather, ms; asked again and again. By default not at all */
  readonly gather?: Gather;
  /** of files: pictures instead of videos */
  readonly still?: boolean;
}

/** What libav is given to open. */
export interface Inlet {
  readonly url: string;
  /** as libav names it; undefined: by the content */
  readonly format: string | undefined;
  readonly options: Record<string, string>;
  /** ms, as of `Source` */
  readonly latency: number;
  /** what leads from there to the camera; a file needs none */
  readonly way: Way | undefined;
  /** where a camera that was refused for it redirects to */
  readonly redirect?: string | undefined;
  /** what can hold a playing stream back, where there is such a thing */
  readonly hold?: RtpHold | undefined;
}

/** An inlet in use. */
export interface OpenInlet {
  readonly inlet: Inlet;
  /** The stream is open: what follows is its watchdog's. */
  opened(): void;
  close(): void;
}

/** One opening: where to, how, and for how long. */
export interface Opening {
  readonly shown: string;
  readonly parts: Parts;
  readonly opts: SourceOptions;
  /** aborts when it takes too long, and with `living` */
  readonly signal: AbortSignal;
  /** aborts when the inlet is closed */
  readonly living: AbortSignal;
  /** The stream plays: no more hurry. */
  opened(): void;
}

/** Connecting and all that is said before the stream is open, ms. */
const PATIENCE = 8000;
/** What libav says last, TEARDOWN above all, has so long to get out, ms: who is not told sends UDP for another minute. */
const LINGER = 300;
/** File formats; playlists and scripts, which name other files, are not among them. */
const FILE_FORMATS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,mpegvideo,h264,hevc,ogg,asf';
/** Formats of pictures, by their first bytes: libav takes some JPEG files for something else. */
const STILL_FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^\xff\xd8\xff/, 'jpeg_pipe'],
  [/^\x89PNG\r\n/, 'png_pipe'],
  [/^RIFF[^]{4}WEBP/, 'webp_pipe'],
  [/^GIF8[79]a/, 'gif'],
  [/^BM/, 'bmp_pipe'],
];
/** Half a second of packets is enough to know a live stream; libav would take five seconds. */
const LIVE = { analyzeduration: '500000', probesize: '1000000' };

/**
 * Connects to where the address leads, as far as the rules let it, and gives libav a listener of ours; a file is opened as it is.
 * `signal` ends it all. Throws ADDRESS_REFUSED, REDIRECT_REFUSED, TLS_UNVERIFIED, CAMERA_UNREACHABLE, CAMERA_STALLED, CAMERA_NO_VIDEO,
 * CAMERA_ENCRYPTED or VIDEO_UNREADABLE.
 */
export async function openInlet(address: Address, opts: SourceOptions, signal: AbortSignal): Promise<OpenInlet> {
  if (address.kind === 'file') return openFile(address, opts.still === true);
  const openLive = { rtsp: openRtsp, rtmp: openRtmp, http: openHttp }[address.kind];
  const { shown } = address;
  const living = new AbortController();
  const hurry = new AbortController();
  const timer = setTimeout(() => hurry.abort(new LookoutError('CAMERA_STALLED', `${shown} did not get as far as its stream within ${PATIENCE / 1000} s.`)), PATIENCE);
  const opened = (): void => clearTimeout(timer);
  const stop = (): void => living.abort(new LookoutError('CAMERA_UNREACHABLE', `${shown} was given up.`));
  const close = (): void => {
    opened();
    signal.removeEventListener('abort', stop);
    setTimeout(stop, LINGER);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    living.signal.throwIfAborted();
    const inlet = await openLive({ shown, parts: addressParts(address.url), opts, signal: AbortSignal.any([hurry.signal, living.signal]), living: living.signal, opened });
    living.signal.addEventListener('abort', () => inlet.way?.close());
    hurry.signal.addEventListener('abort', () => inlet.way?.close(hurry.signal.reason as LookoutError));
    if (hurry.signal.aborted) throw hurry.signal.reason;
    return { inlet: withOptions(inlet, { protocol_whitelist: PROTOCOLS[address.kind], ...LIVE, ...inlet.options }), opened, close };
  } catch (error) {
    close();
    stop();
    throw error;
  }
}

function withOptions(inlet: Inlet, options: Record<string, string>): Inlet {
  return {
    ...inlet,
    options,
    get redirect() {
      return inlet.redirect;
    },
    get hold() {
      return inlet.hold;
    },
  };
}

async function openFile({ url, shown }: Address, still: boolean): Promise<OpenInlet> {
  // a device or a pipe would hold libav for ever
  const regular = await stat(shown).then((found) => found.isFile(), () => false);
  if (!regular) throw new LookoutError('VIDEO_UNREADABLE', `${shown} is not there, or is no file.`);
  const options = { protocol_whitelist: PROTOCOLS.file, format_whitelist: still ? STILL_FORMATS.map(([, name]) => name).join(',') : FILE_FORMATS };
  const format = still ? await stillFormat(shown) : undefined;
  return { inlet: { url, format, options, latency: 0, way: undefined }, opened: () => undefined, close: () => undefined };
}

async function stillFormat(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    const first = buffer.toString('latin1', 0, bytesRead);
    const format = STILL_FORMATS.find(([start]) => start.test(first))?.[1];
    if (format === undefined) throw new LookoutError('VIDEO_UNREADABLE', `${path} is no JPEG, PNG, WebP, GIF or BMP.`);
    return format;
  } finally {
    await file.close();
  }
}
