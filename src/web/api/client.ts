import { signal as valueOf } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { Problem, problemOf } from './problem.ts';
import { readEvents } from './serverEvents.ts';
import type { ServerSent } from './serverEvents.ts';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface Asking {
  readonly query?: Query;
  /** sent as JSON; a Blob as it is */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Counts answers that said that nobody is signed in; the session looks at it. */
export const refused = valueOf(0);

/**
 * Asks Lookout and reads the JSON of its answer (undefined where it has none). The session's cookie goes along by itself.
 * @throws Problem; the signal's reason when it aborts
 */
export async function ask<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, asking: Asking = {}): Promise<T> {
  const response = await send(method, path, 'application/json', asking);
  if (response.status === 204) return undefined as T;
  return (await bodyOf(response)) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> => ask<T>('GET', path, { query, signal });
export const post = <T>(path: string, body?: unknown): Promise<T> => ask<T>('POST', path, { body });

/** Asks for an answer in server-sent events, as it comes. @throws Problem; the signal's reason when it aborts */
export async function* told(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<ServerSent> {
  const response = await send('POST', path, 'text/event-stream', { body, signal });
  if (!(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
    yield { event: 'result', data: await bodyOf(response) };
    return;
  }
  for await (const one of readEvents(response.body)) {
    if (one.event === 'error') throw problemOf(500, one.data) ?? unexpected(500);
    yield one;
  }
}

/** An address below this page's own, with its query: for <img>, <video> and links. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(key, String(one));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

async function send(method: string, path: string, accept: string, { query, body, headers, signal }: Asking): Promise<Response> {
  const raw = body instanceof Blob;
  const type: Record<string, string> = body === undefined || raw ? {} : { 'content-type': 'application/json' };
  let response: Response;
  try {
    response = await fetch(address(path, query), {
      method, signal: signal ?? null, credentials: 'same-origin', cache: 'no-store',
      headers: { accept, ...type, ...headers }, body: body === undefined ? null : raw ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, 'UNREACHABLE', t().shell.problem.unreachable, t().shell.problem.unreachableRemedy);
  }
  if (response.ok) return response;
  if (response.status === 401) refused.value++;
  throw problemOf(response.status, await response.json().catch(() => undefined)) ?? unexpected(response.status);
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw unexpected(response.status);
  }
}

function unexpected(status: number): Problem {
  return new Problem(status, 'UNEXPECTED', t().shell.problem.unexpected, t().shell.problem.unexpectedRemedy);
}
