import { LookoutError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { connectionLost } from './lost.ts';
import type { ConnectionLost } from './lost.ts';
import type { Repository } from './repository.ts';

export interface LineOptions {
  readonly repository: Repository;
  readonly token: Secret | undefined;
  /** ms without a byte after which the connection counts as lost */
  readonly stallMs: number;
}

/** One try at asking the hub for something. */
export interface Line {
  /** for the client library: it follows redirects, and shows the token to the endpoint alone */
  readonly fetch: typeof fetch;
  /** why `fetch` failed: the library passes on no more than its message */
  readonly fault: LookoutError | ConnectionLost | undefined;
  /** HTTP status of the last answer */
  readonly status: number;
  /** bytes came: the connection is not lost */
  alive(): void;
  close(): void;
}

const REDIRECTS = 5;

/** Errors of `fetch`: ConnectionLost where another try may help, MODEL_REPO_NOT_FOUND, MODEL_REPO_REFUSED. */
export function openLine(opts: LineOptions): Line {
  const hangUp = new AbortController();
  const stalled = setTimeout(() => hangUp.abort(connectionLost(`no answer for ${opts.stallMs / 1000} s`)), opts.stallMs);
  const line = {
    fault: undefined as Line['fault'],
    status: 0,
    alive: () => void stalled.refresh(),
    close: () => {
      clearTimeout(stalled);
      hangUp.abort();
    },
    fetch: async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      try {
        const response = await follow(new URL(input instanceof Request ? input.url : input), new Headers(init?.headers), hangUp.signal, opts);
        line.status = response.status;
        line.alive();
        return response;
      } catch (error) {
        line.fault = error instanceof LookoutError ? error : connectionLost(error);
        throw line.fault;
      }
    },
  };
  return line;
}

/** The token goes to the endpoint's origin only: files come by way of redirects to other hosts, whose links carry a signature of their own. */
async function follow(start: URL, headers: Headers, signal: AbortSignal, opts: LineOptions): Promise<Response> {
  const home = new URL(opts.repository.endpoint).origin;
  // A compressed answer has no bytes that a Range could count.
  headers.set('accept-encoding', 'identity');
  let url = start;
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    if (opts.token && url.origin === home) headers.set('authorization', `Bearer ${opts.token.reveal()}`);
    else headers.delete('authorization');
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status < 300 || response.status >= 400 || !location) throw refusal(response, url.origin === home, opts);
    if (!URL.canParse(location, url.href)) break;
    url = new URL(location, url);
  }
  throw new LookoutError('MODEL_REPO_NOT_FOUND', `${opts.repository.endpoint} redirects without end, or to nowhere.`);
}

/** What a refusal means. Links to other hosts expire: those are asked for anew. */
function refusal({ status, headers }: Response, atHome: boolean, { repository, token }: LineOptions): LookoutError | ConnectionLost {
  const { endpoint, id, revision } = repository;
  const code = headers.get('x-error-code');
  if (status >= 500 || status === 408 || status === 429 || !atHome) {
    return connectionLost(`status ${status}`, Math.min(60, Number(headers.get('retry-after')) || 0) * 1000);
  }
  if (code === 'RevisionNotFound') return new LookoutError('MODEL_REPO_NOT_FOUND', `${id} has no revision ${revision}.`);
  if (status === 404 || code === 'RepoNotFound') {
    return new LookoutError('MODEL_REPO_NOT_FOUND', `${endpoint} has no model ${id}${code === 'EntryNotFound' ? ' with the files that it lists' : ''}, or shows it to others only.`);
  }
  if (status === 401 || status === 403) {
    const why = token ? 'not to the owner of this token' : 'not to everybody, and HF_TOKEN is not set';
    return new LookoutError('MODEL_REPO_REFUSED', `${endpoint} gives ${id} out, if it has it, but ${why}.`);
  }
  return new LookoutError('MODEL_REPO_NOT_FOUND', `${endpoint} answered with status ${status}.`);
}
