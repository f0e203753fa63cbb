import Hls from 'hls-parser';
import { LookoutError } from '../errors.ts';
import { shownUrl } from './fetch.ts';
import { hostName } from './rules.ts';

// its warnings go to the console, and hold parts of the playlist
Hls.setOptions({ silent: true });

/** Bytes of a playlist; a day of segments of six seconds has less. */
export const MOST_PLAYLIST = 1024 * 1024;
/** Seconds that a segment can be announced with. */
const LONGEST = 60;
/** A camera's picture is looked at in less than this; the lines of its height. */
const HIGH_ENOUGH = 1080;

export interface Part {
  readonly url: URL;
  readonly range: { readonly offset: number; readonly length: number } | undefined;
}

export interface Segment extends Part {
  readonly number: number;
  /** what has to be read before it, in fragmented MP4 */
  readonly init: Part | undefined;
}

export interface MediaPlaylist {
  /** seconds */
  readonly targetDuration: number;
  readonly ended: boolean;
  readonly segments: readonly Segment[];
}

/** A playlist of segments, or the address of the one to take of several. */
export type Playlist = MediaPlaylist | { readonly variant: URL };

/**
 * Reads a playlist (RFC 8216). Whatever it names must be http(s), on the playlist's own host or one that `listed` takes: a camera has no
 * business to send us elsewhere. Throws CAMERA_ENCRYPTED, REDIRECT_REFUSED, or CAMERA_UNREACHABLE for what is no playlist.
 */
export function readPlaylist(text: Buffer, from: URL, listed: (host: string) => boolean): Playlist {
  const shown = shownUrl(from);
  if (text.length > MOST_PLAYLIST) throw new LookoutError('CAMERA_UNREACHABLE', `${shown} sends a playlist that is too long.`);
  const list = parsed(text, shown);
  const place = (uri: string): URL => placeOf(uri, from, shown, listed);
  if (list instanceof Hls.types.MasterPlaylist) return { variant: place(bestVariant(list.variants, shown)) };
  if (!(list.targetDuration > 0 && list.targetDuration <= LONGEST)) throw new LookoutError('CAMERA_UNREACHABLE', `${shown} sends a playlist without a sound target duration.`);
  const part = ({ uri, byterange }: { uri: string; byterange?: { offset: number; length: number } | undefined }): Part => ({ url: place(uri), range: byterange && soundRange(byterange, shown) });
  const segments = list.segments.filter(({ gap }) => gap !== true).map((segment) => {
    if (segment.key && segment.key.method !== 'NONE') throw new LookoutError('CAMERA_ENCRYPTED', `${shown} sends encrypted segments.`);
    return { ...part(segment), number: segment.mediaSequenceNumber, init: segment.map ? part(segment.map) : undefined };
  });
  return { targetDuration: list.targetDuration, ended: list.endlist, segments };
}

function parsed(text: Buffer, shown: string): Hls.types.MasterPlaylist | Hls.types.MediaPlaylist {
  try {
    return Hls.parse(text.toString());
  } catch (error) {
    throw new LookoutError('CAMERA_UNREACHABLE', `${shown} sends no playlist that can be read.`, { cause: error });
  }
}

/** The highest picture that is not higher than needed; else the least of those that are; else, where sizes are not told, the best rate. */
function bestVariant(variants: readonly Hls.types.Variant[], shown: string): string {
  const height = (variant: Hls.types.Variant): number => variant.resolution?.height ?? 0;
  const rank = (variant: Hls.types.Variant): number => (height(variant) > HIGH_ENOUGH ? -height(variant) : height(variant));
  const [best] = variants.filter(({ isIFrameOnly }) => isIFrameOnly !== true).toSorted((a, b) => rank(b) - rank(a) || b.bandwidth - a.bandwidth);
  if (!best) throw new LookoutError('CAMERA_NO_VIDEO', `${shown} sends a playlist without streams.`);
  return best.uri;
}

function placeOf(uri: string, from: URL, shown: string, listed: (host: string) => boolean): URL {
  const to = URL.canParse(uri, from.href) ? new URL(uri, from) : undefined;
  const secure = from.protocol === 'https:';
  if (!to || !/^https?:$/.test(to.protocol) || (secure && to.protocol !== 'https:')) throw new LookoutError('REDIRECT_REFUSED', `${shown} sends a playlist that leads to something else than http.`);
  const home = hostName(to.hostname) === hostName(from.hostname);
  if (!home && !listed(to.hostname)) throw new LookoutError('REDIRECT_REFUSED', `${shown} sends a playlist that leads to another host.`);
  // nobody else's credentials, and ours only at home
  to.username = home ? from.username : '';
  to.password = home ? from.password : '';
  return to;
}

function soundRange({ offset, length }: { offset: number; length: number }, shown: string): { offset: number; length: number } {
  if (Number.isSafeInteger(offset + length) && offset >= 0 && length > 0) return { offset, length };
  throw new LookoutError('CAMERA_UNREACHABLE', `${shown} sends a playlist with parts that cannot be.`);
}
