import { LookoutError } from '../errors.ts';
import { inTime } from '../health/inTime.ts';
import { fetchSafely } from '../network/fetch.ts';
import type { Lookup } from '../network/resolve.ts';
import type { HeldVideo, Uploads } from './uploads.ts';

export interface MediaOptions {
  readonly uploads?: Uploads;
  readonly lookup?: Lookup;
}

/** A video that is asked about: nothing is fetched before `file` is called. */
export interface OpenMedia {
  /** it has to be fetched */
  readonly remote: boolean;
  file(signal: AbortSignal): Promise<string>;
  release(): Promise<void>;
}

/** A video may take so long to come, ms; the connection is given up much sooner where nothing comes. */
const PATIENCE = 600_000;

/**
 * `upload:<id>`, or an http(s) address: fetched by the rules for media, so that no address within the own network can be reached but those
 * that the configuration allows, and no other scheme. Throws MEDIA_URL_SCHEME; `file` throws what fetchSafely and uploads do.
 */
export function openMedia(media: string, { uploads, lookup }: MediaOptions, allow: readonly string[]): OpenMedia {
  let video: HeldVideo | undefined;
  const release = async (): Promise<void> => video?.release();
  const upload = /^upload:([a-f0-9]{32})$/.exec(media);
  if (!uploads) throw new LookoutError('MEDIA_URL_SCHEME', 'This Lookout takes no videos from elsewhere.');
  if (media.startsWith('upload:')) {
    return {
      remote: false,
      release,
      file: async () => {
        video = await uploads.hold(upload?.[1] ?? 'none');
        return video.file;
      },
    };
  }
  const url = URL.canParse(media) ? new URL(media) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new LookoutError('MEDIA_URL_SCHEME', url ? `media_url cannot be read as ${url.protocol.slice(0, 20)}….` : 'media_url is no address.');
  return {
    remote: true,
    release,
    file: async (signal) => {
      const coming = async (within: AbortSignal): Promise<HeldVideo> => {
        const { body } = await fetchSafely(url, { rules: { allow, tls: 'verify' }, purpose: 'media', signal: within, most: uploads.most, ...(lookup ? { lookup } : {}) });
        return uploads.borrow(body, within);
      };
      video = await inTime(PATIENCE, signal, coming, (cause) => new LookoutError('MEDIA_UNREACHABLE', `The video did not come within ${PATIENCE / 60_000} minutes.`, { cause }));
      return video.file;
    },
  };
}
