import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { TOKEN } from './tokens.ts';
import { Refusal } from './problem.ts';

export interface GateOptions {
  /** what is listened on */
  readonly host: string;
  /** further names under which Lookout is reached */
  readonly hosts: readonly string[];
  /** of pages elsewhere that may call: `https://house.example` */
  readonly origins: readonly string[];
  readonly tls: boolean;
}

/** Of these a second one is an attempt to show two readers two things. */
const SINGLE = new Set(['host', 'origin', 'authorization', 'content-type', 'content-length', 'transfer-encoding', 'sec-fetch-site']);
const TOKEN_NAMES = /^(access_?token|token|api_?key|apikey|authorization|auth|bearer|jwt|password)$/i;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const WILDCARDS = ['0.0.0.0', '::', '[::]'];

/**
 * Turns away, before anything is read, requests that a browser was led to make: under a foreign name (DNS rebinding), from a foreign page
 * (CSRF), with a token in the address.
 * @returns the foreign origin that may call, for the headers of CORS
 * @throws Refusal
 */
export function gate(request: IncomingMessage, opts: GateOptions): string | undefined {
  refuseTwice(request.rawHeaders);
  // With a host of its own an address in the request line would count for more than the header.
  if (!request.url?.startsWith('/')) throw new Refusal('REQUEST_INVALID', 'the address has to be a path.', { param: 'path' });
  refuseHost(request.headers.host, opts);
  refuseTokenIn(request.url ?? '');
  const origin = originOf(request, opts);
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined && site !== undefined && site !== 'same-origin' && site !== 'none' && !isVisit(request)) {
    throw new Refusal('ORIGIN_REFUSED', 'the request was made by a page of another site.');
  }
  return origin;
}

function refuseTwice(raw: readonly string[]): void {
  const seen = new Set<string>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) throw new Refusal('REQUEST_INVALID', `the header ${name} is there twice.`, { param: name });
    seen.add(name);
  }
}

function refuseHost(host: string | undefined, opts: GateOptions): void {
  const name = /^(\[[0-9a-f:.]+\]|[^:[\]/@\s]+)(:\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase().replace(/\.$/, '');
  const known = [...LOOPBACK, ...[opts.host, ...opts.hosts].map(asHost)];
  if (name !== undefined && known.includes(name)) return;
  // A page cannot be served under an address of this machine by anybody else, so addresses are safe from rebinding.
  if (name !== undefined && WILDCARDS.includes(opts.host) && ownAddresses().includes(name)) return;
  throw new Refusal('HOST_REFUSED', 'Lookout is not known under this name.', { param: 'host' });
}

function asHost(name: string): string {
  const low = name.toLowerCase();
  return low.includes(':') && !low.startsWith('[') ? `[${low}]` : low;
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => asHost(address)));
}

/** Is the origin, where there is one, Lookout's own page (undefined) or one that may call? */
function originOf(request: IncomingMessage, opts: GateOptions): string | undefined {
  const { origin, host } = request.headers;
  if (origin === undefined) return undefined;
  const here = (host ?? '').toLowerCase();
  if (origin.toLowerCase() === `${opts.tls ? 'https' : 'http'}://${here}`) return undefined;
  // a proxy in front speaks TLS for the names that were given for it
  if (origin.toLowerCase() === `https://${here}` && opts.hosts.map(asHost).includes(here.replace(/:\d+$/, ''))) return undefined;
  if (opts.origins.includes(origin)) return origin;
  throw new Refusal('ORIGIN_REFUSED', 'the request was made by a page of another site.', { param: 'origin' });
}

/** A link to the page, followed from elsewhere: a cookie does not come along, and nothing of the API answers. */
function isVisit({ method, url = '', headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document' && !/^\/(v1|metrics)\b/.test(url);
}

function refuseTokenIn(url: string): void {
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  for (const [name, value] of new URLSearchParams(query)) {
    if (TOKEN_NAMES.test(name) || TOKEN.test(value)) throw new Refusal('TOKEN_IN_URL', 'the address holds a token.', { param: 'query' });
  }
}
