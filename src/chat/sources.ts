import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Uploads } from '../ask/uploads.ts';
import { LookoutError } from '../errors.ts';
import { inTime } from '../health/inTime.ts';
import { fetchSafely } from '../network/fetch.ts';
import type { Lookup } from '../network/resolve.ts';
import { invalid } from './refusals.ts';

export interface SourcesOptions {
  /** what the configuration lets us reach besides the internet */
  readonly allow: readonly string[];
  readonly uploads?: Pick<Uploads, 'hold'>;
  readonly lookup?: Lookup;
}

/** Bytes of a picture, and of a video; of all that one request brings. */
const MOST = { image: 20 * 2 ** 20, video: 256 * 2 ** 20 };
const MOST_TOGETHER = 512 * 2 ** 20;
/** Each may take so long to come, ms; what stands still is given up much sooner. */
const PATIENCE = 120_000;

/** The files of one request's pictures and videos, in a folder that is gone with it. */
export class Sources {
  readonly #opts: SourcesOptions;
  #folder: Promise<string> | undefined;
  readonly #held: (() => Promise<void>)[] = [];
  #left = MOST_TOGETHER;
  #count = 0;

  constructor(opts: SourcesOptions) {
    this.#opts = opts;
  }

  /**
   * Brings a `data:` or http(s) address, or `upload:<id>`, into a file. Nothing else is read: no path, no other scheme.
   * Throws ChatRefusal CHAT_INVALID; MEDIA_UNREACHABLE, ADDRESS_REFUSED, REDIRECT_REFUSED, TLS_UNVERIFIED, UPLOAD_NOT_FOUND.
   */
  async file(url: string, kind: 'image' | 'video', param: string, signal: AbortSignal): Promise<string> {
    const most = Math.min(MOST[kind], this.#left);
    if (url.startsWith('data:')) return this.#write(url, kind, most, param);
    const upload = /^upload:([a-f0-9]{32})$/.exec(url)?.[1];
    if (upload && kind === 'video' && this.#opts.uploads) {
      const held = await this.#opts.uploads.hold(upload);
      this.#held.push(() => Promise.resolve(held.release()));
      return held.file;
    }
    const address = URL.canParse(url) ? new URL(url) : undefined;
    if (!address || !/^https?:$/.test(address.protocol)) throw invalid(param, 'give an http(s) address or a data: URL.');
    return inTime(PATIENCE, signal, (within) => this.#fetch(address, most, within), (cause) => new LookoutError('MEDIA_UNREACHABLE', `The ${kind} did not come within ${PATIENCE / 60_000} minutes.`, { cause }));
  }

  async close(): Promise<void> {
    for (const release of this.#held.splice(0)) await release();
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
  }

  async #write(url: string, kind: 'image' | 'video', most: number, param: string): Promise<string> {
    const comma = url.indexOf(',');
    const type = url.slice(5, Math.max(5, comma));
    if (comma < 0 || comma > 256 || !/^[\w.+-]+\/[\w.+-]+(;[\w=."-]+)*;base64$/i.test(type)) throw invalid(param, 'a data: URL is written data:<media type>;base64,<bytes>.');
    if (!type.toLowerCase().startsWith(`${kind}/`) && !/^application\/octet-stream/i.test(type)) throw invalid(param, `the data: URL is no ${kind}.`);
    if ((url.length - comma) * 0.75 > most) throw invalid(param, `it has more than ${Math.floor(most / 2 ** 20)} MB.`);
    const bytes = Buffer.from(url.slice(comma + 1), 'base64');
    if (bytes.length === 0) throw invalid(param, 'it holds nothing.');
    this.#left -= bytes.length;
    const file = await this.#next();
    await writeFile(file, bytes, { mode: 0o600 });
    return file;
  }

  async #fetch(url: URL, most: number, signal: AbortSignal): Promise<string> {
    const { allow, lookup } = this.#opts;
    const { body } = await fetchSafely(url, { rules: { allow, tls: 'verify' }, purpose: 'media', signal, most, ...(lookup ? { lookup } : {}) });
    const file = await this.#next();
    let bytes = 0;
    body.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await pipeline(body, createWriteStream(file, { mode: 0o600 }), { signal });
    this.#left -= bytes;
    return file;
  }

  async #next(): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'lookout-chat-'));
    return join(await this.#folder, String(++this.#count));
  }
}
