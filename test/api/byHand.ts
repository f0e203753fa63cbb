import { z } from 'zod';
import { route } from '../../src/api/route.ts';
import type { Served } from './serve.ts';
import { wire } from './wire.ts';

/** A route that changes something, as far as anybody can tell. */
export const CHANGE = route({
  method: 'POST', path: '/v1/change', scope: 'viewer', tag: 'Test', summary: 'test', body: z.object({ a: z.unknown() }), response: { json: z.object({ ok: z.unknown() }) },
  handle: ({ body }) => ({ ok: body.a ?? null }),
});

/** A request by hand, header by header. @returns as `summary` */
export async function told(api: Served, first: string, headers: readonly string[] = [], body = ''): Promise<string> {
  const host = headers.some((line) => /^host:/i.test(line)) ? [] : ['Host: 127.0.0.1'];
  return summary(await wire(api.port, [`${first} HTTP/1.1`, ...host, ...headers, 'Connection: close', '', ''].join('\r\n') + body));
}

/** `403 HOST_REFUSED`, or the status and how the body begins. */
export function summary(answer: string): string {
  const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none';
  return `${status} ${/"code":"([A-Z_]+)"/.exec(answer)?.[1] ?? (answer.split('\r\n\r\n')[1] ?? '').slice(0, 40)}`.trim();
}

export function bearer(api: Served): string {
  return `Authorization: Bearer ${api.token('viewer')}`;
}

/** The cookie of a session, as a header. */
export async function sessionOf(api: Served): Promise<string> {
  const answer = await api.post('/v1/session', { token: api.token('viewer') }, { scope: false });
  return `Cookie: ${(answer.headers.get('set-cookie') ?? '').split(';')[0]}`;
}
