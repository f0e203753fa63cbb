import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as it came, in the order of arrival. */
export interface Seen {
  readonly host: 'hub' | 'cdn';
  readonly path: string;
  readonly file: string | undefined;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** What goes wrong with a file's bytes at the place where they are served; `cut` and `expired` happen that many times. */
export interface Fault {
  /** the socket is destroyed when this many bytes of the file have been sent */
  cutAt?: number;
  cuts?: number;
  /** nothing more is sent after this many bytes of the file, and the socket stays open */
  holdAt?: number;
  corruptAt?: number;
  expired?: number;
  ignoresRange?: boolean;
}

export interface HubServer {
  readonly endpoint: string;
  readonly seen: Seen[];
  readonly faults: Record<string, Fault>;
  /** files by name; a new set is a new commit */
  publish(files: Record<string, Buffer>): string;
  /** answers every request of the hub's own host whose path holds `part` so, until undone */
  refuse(part: string, status: number, headers?: Record<string, string>): () => void;
  /** more entries of the listing than there are files */
  list(...entries: object[]): void;
}

export const REPO = 'Qwen/Qwen3-VL-test';

interface Stored {
  readonly bytes: Buffer;
  readonly sha1: string;
  readonly sha256: string;
  readonly lfs: boolean;
}

/** A hub and its CDN on two ports of this machine, in the layout of huggingface.co; gone after the test. */
export async function hubServer(): Promise<HubServer> {
  const commits = new Map<string, Map<string, Stored>>();
  const extra: object[] = [];
  const seen: Seen[] = [];
  const faults: Record<string, Fault> = {};
  const refusals: { part: string; status: number; headers: Record<string, string> }[] = [];
  let main = '';
  const note = (host: Seen['host'], request: IncomingMessage, file?: string): void => {
    seen.push({ host, path: request.url ?? '', file, range: request.headers.range, authorization: request.headers.authorization });
  };
  const fileOf = (sha256: string): [string, Stored] | undefined => [...commits.values()].flatMap((files) => [...files]).find(([, file]) => file.sha256 === sha256);

  const cdn = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://cdn');
    const [name, file] = fileOf(url.pathname.slice(1)) ?? [];
    note('cdn', request, name);
    const fault = faults[name ?? ''];
    if (!file || !url.searchParams.has('Signature') || (fault?.expired && fault.expired-- > 0)) return void response.writeHead(403).end();
    send(request, response, file.bytes, { etag: `"${file.sha256}"` }, fault);
  });
  const cdnAt = await listen(cdn);

  const hub = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://hub');
    const path = decodeURIComponent(url.pathname);
    const [, revision = '', name = ''] = new RegExp(`^(?:/api/models)?(?:/api/resolve-cache/models)?/${REPO}/(?:resolve/|revision/|tree/)?([^/]+)(?:/(.+))?$`).exec(path) ?? [];
    note('hub', request, name || undefined);
    const refused = refusals.find(({ part }) => path.includes(part));
    if (refused) return void response.writeHead(refused.status, refused.headers).end('no');
    const commit = revision === 'main' ? main : revision;
    const files = commits.get(commit);
    if (!path.includes(`/${REPO}/`)) return void response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end();
    if (!files) return void response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end();
    if (path.includes('/revision/')) return void json(response, { _id: 'x', id: REPO, sha: commit, private: false, gated: false, downloads: 1, likes: 1, lastModified: '2025-10-14T00:00:00.000Z' });
    if (path.includes('/tree/')) return void tree(url, response, [...[...files].map(entry), ...extra], hubAt);
    const file = files.get(name);
    if (!file) return void response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    const headers = { 'x-repo-commit': commit, 'accept-ranges': 'bytes' };
    if (!file.lfs && path.includes('/resolve/')) {
      return void response.writeHead(307, { ...headers, location: `/api/resolve-cache/models/${REPO}/${commit}/${name}` }).end('Temporary Redirect');
    }
    if (!file.lfs) return send(request, response, file.bytes, { ...headers, etag: `"${file.sha1}"` }, faults[name]);
    const linked = { ...headers, 'x-linked-size': file.bytes.length, 'x-linked-etag': `"${file.sha256}"`, 'x-xet-hash': file.sha256 };
    if (request.headers.accept?.includes('application/vnd.xet-fileinfo+json')) {
      const link = `<${hubAt}/api/models/${REPO}/xet-read-token/${commit}>; rel="xet-auth", <${cdnAt}/v1/reconstructions/${file.sha256}>; rel="xet-reconstruction-info"`;
      return void response.writeHead(200, { ...linked, 'content-type': 'application/vnd.xet-fileinfo+json', link, etag: `"${file.sha256}"` }).end('{}');
    }
    response.writeHead(302, { ...linked, location: `${cdnAt}/${file.sha256}?Signature=of-the-cdn` }).end('Found');
  });
  const hubAt = await listen(hub);

  return {
    endpoint: hubAt,
    seen,
    faults,
    publish(files) {
      main = createHash('sha1').update(String(commits.size)).digest('hex');
      commits.set(main, new Map(Object.entries(files).map(([name, bytes]) => [name, stored(name, bytes)])));
      return main;
    },
    refuse(part, status, headers = {}) {
      const refusal = { part, status, headers };
      refusals.push(refusal);
      return () => void refusals.splice(refusals.indexOf(refusal), 1);
    },
    list: (...entries) => void extra.push(...entries),
  };
}

/** An address where nothing listens any more. */
export async function deadAddress(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `http://127.0.0.1:${port}`;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function stored(name: string, bytes: Buffer): Stored {
  const sha1 = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  return { bytes, sha1, sha256: createHash('sha256').update(bytes).digest('hex'), lfs: name.endsWith('.safetensors') || name === 'tokenizer.json' };
}

function entry([path, { bytes, sha1, sha256, lfs }]: [string, Stored]): object {
  const size = bytes.length;
  if (!lfs) return { type: 'file', oid: sha1, size, path };
  // The oid of what stands in git is that of the pointer file.
  return { type: 'file', oid: '0'.repeat(40), size, path, lfs: { oid: sha256, size, pointerSize: 134 }, xetHash: sha256 };
}

function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(value));
}

/** In pages of four. */
function tree(url: URL, response: ServerResponse, entries: readonly object[], hubAt: string): void {
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const next = from + 4 < entries.length ? { link: `<${hubAt}${url.pathname}?recursive=false&expand=false&cursor=${from + 4}>; rel="next"` } : undefined;
  json(response, entries.slice(from, from + 4), next);
}

function send(request: IncomingMessage, response: ServerResponse, whole: Buffer, headers: Record<string, string>, fault: Fault = {}): void {
  const range = fault.ignoresRange && request.headers.range !== 'bytes=0-0' ? null : /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const from = range ? Number(range[1]) : 0;
  const to = range ? Math.min(whole.length - 1, Number(range[2])) : whole.length - 1;
  const body = Buffer.from(whole.subarray(from, to + 1));
  if (fault.corruptAt !== undefined && fault.corruptAt >= from && fault.corruptAt <= to) body.writeUInt8(body.readUInt8(fault.corruptAt - from) ^ 1, fault.corruptAt - from);
  response.writeHead(range ? 206 : 200, { ...headers, 'content-length': body.length, ...(range && { 'content-range': `bytes ${from}-${to}/${whole.length}` }) });
  if (fault.holdAt !== undefined && fault.holdAt <= to) return void response.write(body.subarray(0, Math.max(0, fault.holdAt - from)));
  if (fault.cutAt !== undefined && fault.cutAt <= to && (fault.cuts ?? 1) > 0) {
    fault.cuts = (fault.cuts ?? 1) - 1;
    return void response.write(body.subarray(0, Math.max(0, fault.cutAt - from)), () => response.socket?.end());
  }
  response.end(body);
}
