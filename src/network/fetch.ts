import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { LookoutError } from '../errors.ts';
import { connectTo, unreachable } from './connect.ts';
import type { Reach, Target } from './connect.ts';
import { hostName } from './rules.ts';

export interface FetchOptions extends Reach {
  /** bytes; the body ends in an error when it is longer */
  readonly most: number;
  /** a part of the resource, bytes */
  readonly range?: { readonly offset: number; readonly length: number };
}

export interface Fetched {
  /** with backpressure; destroying it ends the connection */
  readonly body: Readable;
  /** where it came from, after redirects */
  readonly url: URL;
}

const REDIRECTS = 3;
/** A body that stands still for so long is given up, ms. */
const STILL = 10_000;

/** `http://host:port` of a URL: what errors may show, since paths hold passwords and keys. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}`;
}

/**
 * GET of an http(s) URL, connected to as the rules say. Redirects are followed on the same host only, never from https to http, and each
 * is checked anew; user and password of the URL go along as Basic authentication. `reach.signal` covers it until the headers are there.
 * Throws ADDRESS_REFUSED, REDIRECT_REFUSED, TLS_UNVERIFIED, CAMERA_UNREACHABLE or MEDIA_UNREACHABLE.
 */
export async function fetchSafely(first: URL, opts: FetchOptions): Promise<Fetched> {
  let url = first;
  for (let hop = 0; ; hop++) {
    const response = await get(url, opts);
    const { statusCode = 0, headers } = response;
    const shown = shownUrl(url);
    if (statusCode === 200 || (statusCode === 206 && opts.range)) return { body: bounded(response, shown, opts), url };
    response.destroy();
    if (statusCode < 300 || statusCode >= 400) throw unreachable(undefined, shown, opts.purpose, `answers ${statusCode}`);
    url = redirected(url, headers.location ?? '', hop, shown);
  }
}

/** All of a small resource. */
export async function fetchWhole(url: URL, opts: FetchOptions): Promise<{ readonly data: Buffer; readonly url: URL }> {
  const fetched = await fetchSafely(url, opts);
  const abort = (): void => void fetched.body.destroy(opts.signal.reason as Error);
  opts.signal.addEventListener('abort', abort, { once: true });
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of fetched.body) chunks.push(chunk as Buffer);
    return { data: Buffer.concat(chunks), url: fetched.url };
  } catch (error) {
    throw unreachable(error, shownUrl(fetched.url), opts.purpose);
  } finally {
    opts.signal.removeEventListener('abort', abort);
  }
}

function redirected(from: URL, location: string, hop: number, shown: string): URL {
  const to = location !== '' && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (!to || hop >= REDIRECTS) throw new LookoutError('REDIRECT_REFUSED', `${shown} redirects too often, or nowhere.`);
  const downgraded = from.protocol === 'https:' && to.protocol !== 'https:';
  if (to.hostname !== from.hostname || !/^https?:$/.test(to.protocol) || downgraded) throw new LookoutError('REDIRECT_REFUSED', `${shown} redirects to another address.`);
  to.username = from.username;
  to.password = from.password;
  return to;
}

async function get(url: URL, opts: FetchOptions): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  const target: Target = { shown: shownUrl(url), host: hostName(url.hostname), port: Number(url.port) || (secure ? 443 : 80), secure };
  const { socket } = await connectTo(target, opts);
  try {
    return await answered(url, socket, opts);
  } catch (error) {
    socket.destroy();
    throw unreachable(error, target.shown, opts.purpose);
  }
}

function answered(url: URL, socket: Socket, { range, signal }: FetchOptions): Promise<IncomingMessage> {
  const headers: Record<string, string> = { host: url.host, 'user-agent': 'Lookout', accept: '*/*', 'accept-encoding': 'identity', connection: 'close' };
  if (url.username || url.password) headers.authorization = `Basic ${Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64')}`;
  if (range) headers.range = `bytes=${range.offset}-${range.offset + range.length - 1}`;
  return new Promise((resolve, reject) => {
    // node bounds the headers at 16 KB
    const asking = request({ createConnection: () => socket, path: `${url.pathname}${url.search}`, headers, setHost: false, maxHeaderSize: 16_384 });
    const abort = (): void => void asking.destroy(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    const settled = (): void => signal.removeEventListener('abort', abort);
    asking.once('response', (response) => {
      settled();
      response.on('error', () => undefined);
      resolve(response);
    });
    const fail = (error?: Error): void => {
      settled();
      reject(signal.aborted ? (signal.reason as Error) : (error ?? new Error('no answer')));
    };
    // a peer that wants another protocol gets nothing
    asking.once('upgrade', (_response, upgraded) => void upgraded.destroy());
    asking.once('close', fail);
    asking.on('error', fail);
    asking.end();
  });
}

/** User and password as they were before they became a part of a URL; a stray percent sign stands for itself. */
function decoded(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}

function bounded(response: IncomingMessage, shown: string, { most, purpose }: FetchOptions): Readable {
  const end = (why: string): void => void response.destroy(unreachable(undefined, shown, purpose, why));
  response.setTimeout(STILL, () => end('stands still'));
  if (Number(response.headers['content-length'] ?? 0) > most) end('announces more than can be taken');
  else if (Number.isFinite(most)) {
    let size = 0;
    response.prependListener('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > most) end('sends more than can be taken');
    });
  }
  return response;
}
