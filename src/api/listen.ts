import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { backOff } from '../health/backOff.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import { BARE } from './headers.ts';
import { answerOf, Refusal } from './problem.ts';

/** Files in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const LIMITS = { maxHeaderSize: 16 * 1024, connectionsCheckingInterval: 1000, keepAlive: true, noDelay: true, requireHostHeader: false } as const;

const MOST_CONNECTIONS = 512;
const HEAD_MS = 10_000;
const IDLE_MS = 10_000;

/** A server whose connections are bounded in number, in what their heads hold and in how long those take. @throws LookoutError API_CERTIFICATE */
export function httpServer(handler: RequestListener, certificate: Certificate | undefined, headMs: number = HEAD_MS): Server {
  const limits = { ...LIMITS, headersTimeout: headMs, requestTimeout: 0, keepAliveTimeout: IDLE_MS };
  const server = certificate ? tlsServer(certificate, { ...limits, handshakeTimeout: headMs, minVersion: 'TLSv1.2' }, handler) : createServer(limits, handler);
  server.maxConnections = MOST_CONNECTIONS;
  server.maxHeadersCount = 100;
  return server;
}

function tlsServer({ cert, key }: Certificate, opts: ServerOptions, handler: RequestListener): Server {
  try {
    return createTlsServer({ ...opts, cert: readFileSync(cert), key: readFileSync(key) }, handler);
  } catch (error) {
    throw new LookoutError('API_CERTIFICATE', `${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

/** Answers what is no HTTP, too long or too slow, and hangs up. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, refusal] =
    error.code === 'HPE_HEADER_OVERFLOW' ? ['431 Request Header Fields Too Large', new Refusal('REQUEST_TOO_LARGE', 'the head of the request is too long.')]
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? ['408 Request Timeout', new Refusal('REQUEST_TIMEOUT', 'the request did not arrive in time.')]
    : ['400 Bad Request', new Refusal('REQUEST_INVALID', 'this is no HTTP that can be read.')];
  const body = JSON.stringify(answerOf(refusal).problem);
  const head = Object.entries({ ...BARE, 'content-length': Buffer.byteLength(body) }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${String(status)}\r\n${head.join('')}\r\n${body}`, () => socket.destroy());
}

/** Listens; while the port is taken tries again, later and later, at most every 30 s. Resolves to the port, or undefined when the signal came first. */
export async function listenPatiently(server: Server, host: string, port: number, signal: AbortSignal, log: Logger, tried: () => void): Promise<number | undefined> {
  const pause = backOff({ first: 1000, most: 30_000, calm: 60_000 });
  let complaint = '';
  while (!signal.aborted) {
    const fault = await listen(server, host, port);
    if (!fault) return (server.address() as AddressInfo).port;
    const coded = new LookoutError('PORT_IN_USE', `the API cannot listen on ${host}:${port} (${fault.code ?? fault.message}).`);
    if (coded.message !== complaint) log.error({ code: coded.code }, `${coded.message} It is tried again; the cameras are watched all the same.`);
    complaint = coded.message;
    tried();
    await sleep(pause.next(), undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

function listen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error);
    server.once('error', failed);
    server.listen({ host, port }, () => {
      server.off('error', failed);
      resolve(undefined);
    });
  });
}

/** Hangs up: on each connection as soon as nothing is under way on it, and on the rest when `grace` ms are over. */
export function hangUp(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    const cut = setTimeout(() => server.closeAllConnections(), grace);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
