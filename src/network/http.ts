import type { Readable } from 'node:stream';
import { LookoutError } from '../errors.ts';
import { unreachable } from './connect.ts';
import { fetchSafely, shownUrl } from './fetch.ts';
import { openHls } from './hls.ts';
import { containerOf } from './live.ts';
import type { LiveBody, LiveReach } from './live.ts';
import { MOST_PLAYLIST } from './playlist.ts';

/** Bytes that show what a stream is. */
const TELLING = 189;

/**
 * Opens HTTP-FLV, MPEG-TS or fragmented MP4 over HTTP, or a playlist (HLS, RFC 8216): told apart by their first bytes, for servers call
 * them anything. Throws what `fetchSafely` does, CAMERA_NO_VIDEO for all else, and CAMERA_ENCRYPTED.
 */
export async function openLive(url: URL, reach: LiveReach): Promise<LiveBody> {
  const { body, url: from } = await fetchSafely(url, { ...reach, signal: AbortSignal.any([reach.opening, reach.living]), most: Infinity });
  const shown = shownUrl(from);
  const stop = (): void => void body.destroy(reach.living.reason as Error);
  const late = (): void => void body.destroy(reach.opening.reason as Error);
  reach.living.addEventListener('abort', stop, { once: true });
  reach.opening.addEventListener('abort', late, { once: true });
  try {
    const reading = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let head = await more(Buffer.alloc(0), TELLING, reading);
    if (head.subarray(0, 7).toString('latin1') === '#EXTM3U') {
      head = await more(head, MOST_PLAYLIST, reading);
      body.destroy();
      return await openHls(from, head, reach);
    }
    const container = containerOf(head);
    if (!container) throw new LookoutError('CAMERA_NO_VIDEO', `${shown} sends neither FLV, MPEG-TS, MP4 nor a playlist.`);
    reach.living.throwIfAborted();
    return { container, latency: 0, chunks: rest(head, body, reading, shown) };
  } catch (error) {
    body.destroy();
    throw unreachable(reach.opening.aborted ? reach.opening.reason : error, shown, reach.purpose);
  } finally {
    reach.opening.removeEventListener('abort', late);
  }
}

async function more(head: Buffer, wanted: number, reading: AsyncIterator<Buffer>): Promise<Buffer> {
  const chunks = [head];
  for (let size = head.length; size < wanted; ) {
    const { value, done } = await reading.next();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  return Buffer.concat(chunks);
}

async function* rest(head: Buffer, body: Readable, reading: AsyncIterator<Buffer>, shown: string): AsyncGenerator<Buffer> {
  try {
    yield head;
    for (let next = await reading.next(); !next.done; next = await reading.next()) yield next.value;
  } catch (error) {
    throw unreachable(error, shown, 'camera');
  } finally {
    body.destroy();
  }
}
