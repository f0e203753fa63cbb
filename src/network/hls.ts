import { setTimeout as sleep } from 'node:timers/promises';
import { LookoutError } from '../errors.ts';
import { abortable, unreachable } from './connect.ts';
import { fetchSafely, fetchWhole, shownUrl } from './fetch.ts';
import { containerOf } from './live.ts';
import type { LiveBody, LiveReach } from './live.ts';
import { MOST_PLAYLIST, readPlaylist } from './playlist.ts';
import type { MediaPlaylist, Part } from './playlist.ts';
import { addressRules } from './rules.ts';

/** Of a segment, bytes: a minute at 8 Mbit/s. */
const MOST_SEGMENT = 64 * 1024 * 1024;
const MOST_INIT = 1024 * 1024;
/** Time until a request's headers have come, ms. */
const PATIENCE = 8000;
/** A playlist that has not grown for so many target durations stands still. */
const STALE = 4;
/** Between two looks at a playlist, seconds. */
const SOONEST = 0.5;

/** A playlist as a stream: its newest segment first, then each as it appears. `text` is the playlist as it was fetched from `url`. */
export async function openHls(url: URL, text: Buffer, reach: LiveReach): Promise<LiveBody> {
  const { hostListed } = addressRules(reach.rules, reach.purpose);
  const get = fetcher(reach);
  let from = url;
  let list = readPlaylist(text, from, hostListed);
  if ('variant' in list) {
    const media = await fetchWhole(list.variant, { ...reach, signal: AbortSignal.any([reach.opening, reach.living]), most: MOST_PLAYLIST });
    from = media.url;
    list = readPlaylist(media.data, from, hostListed);
  }
  if ('variant' in list) throw new LookoutError('CAMERA_NO_VIDEO', `${shownUrl(from)} sends a playlist of playlists of playlists.`);
  const { targetDuration } = list;
  const chunks = play(from, list, { ...get, hostListed, living: reach.living });
  const first = await abortable(chunks.next(), reach.opening).catch((error: unknown) => {
    throw unreachable(error, shownUrl(from), reach.purpose);
  });
  const container = first.done ? undefined : containerOf(first.value);
  if (!container || container === 'flv') throw new LookoutError('CAMERA_NO_VIDEO', `${shownUrl(from)} has segments that are neither MPEG-TS nor MP4.`);
  return { container, latency: 2000 * targetDuration, chunks: joined(first.value as Buffer, chunks) };
}

interface Player {
  stream(part: Part): AsyncGenerator<Buffer>;
  whole(part: Part, most: number): Promise<Buffer>;
  hostListed(host: string): boolean;
  readonly living: AbortSignal;
}

function fetcher(reach: LiveReach): Pick<Player, 'stream' | 'whole'> {
  const options = (range: Part['range'], most: number) => ({ ...reach, most, signal: AbortSignal.any([reach.living, AbortSignal.timeout(PATIENCE)]), ...(range && { range }) });
  return {
    whole: async ({ url, range }, most) => (await fetchWhole(url, options(range, most))).data,
    async *stream({ url, range }) {
      const { body } = await fetchSafely(url, options(range, MOST_SEGMENT));
      const stop = (): void => void body.destroy();
      reach.living.addEventListener('abort', stop, { once: true });
      try {
        for await (const chunk of body) yield chunk as Buffer;
      } finally {
        reach.living.removeEventListener('abort', stop);
        body.destroy();
      }
    },
  };
}

async function* play(url: URL, first: MediaPlaylist, player: Player): AsyncGenerator<Buffer, undefined> {
  let list = first;
  // of a live playlist the newest segment: what came before it is past
  let next = (list.ended ? list.segments[0] : list.segments.at(-1))?.number ?? 0;
  let init: string | undefined;
  let still = 0;
  for (;;) {
    const due = list.segments.filter(({ number }) => number >= next);
    for (const segment of due) {
      const wanted = segment.init && `${segment.init.url.href} ${segment.init.range?.offset}`;
      if (init !== undefined && wanted !== init) throw new LookoutError('CAMERA_UNREACHABLE', `${shownUrl(url)} has changed its stream.`);
      if (segment.init && init === undefined) yield player.whole(segment.init, MOST_INIT);
      init = wanted;
      yield* atLeast(player.stream(segment));
      next = segment.number + 1;
    }
    if (list.ended) return undefined;
    still = due.length > 0 ? 0 : still + 1;
    if (still > 2 * STALE) throw new LookoutError('CAMERA_STALLED', `${shownUrl(url)} has a playlist that does not grow.`);
    await sleep(1000 * Math.max(SOONEST, list.targetDuration / 2), undefined, { signal: player.living });
    list = await reload(url, player, list, next);
  }
}

async function reload(url: URL, player: Player, before: MediaPlaylist, next: number): Promise<MediaPlaylist> {
  const list = readPlaylist(await player.whole({ url, range: undefined }, MOST_PLAYLIST), url, player.hostListed);
  if ('variant' in list) throw new LookoutError('CAMERA_UNREACHABLE', `${shownUrl(url)} has changed its playlist.`);
  const newest = list.segments.at(-1)?.number ?? next;
  // numbers that begin again are another stream
  if (newest < (before.segments.at(-1)?.number ?? 0)) throw new LookoutError('CAMERA_UNREACHABLE', `${shownUrl(url)} has begun its playlist anew.`);
  // too far behind to catch up: the newest is what counts
  return newest - next > 3 ? { ...list, segments: list.segments.slice(-1) } : list;
}

/** A first chunk long enough to show what it is. */
async function* atLeast(chunks: AsyncGenerator<Buffer>, wanted = 189): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    head = head && Buffer.concat([head, chunk]);
    if (!head) yield chunk;
    else if (head.length >= wanted) {
      yield head;
      head = undefined;
    }
  }
  if (head && head.length > 0) yield head;
}

async function* joined(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
