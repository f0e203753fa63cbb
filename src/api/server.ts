import cookies from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import staticFiles from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from '../health/log.ts';
import { cookieName } from './auth.ts';
import { type BodyTimes, takeJson, takeStream } from './bodies.ts';
import { addDocumentation } from './documentation.ts';
import { HELMET } from './headers.ts';
import { addHooks, refuseUnread } from './hooks.ts';
import { createLanes } from './lanes.ts';
import { type Certificate, hangUp, httpServer, listenPatiently, refuseConnection } from './listen.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type OpenApi, openApiOf } from './openapi.ts';
import { pageHandler } from './page.ts';
import { Refusal } from './problem.ts';
import type { Route } from './route.ts';
import { type HealthNeeds, healthRoutes } from './routes/health.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { sessionRoutes } from './routes/session.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { serveRoute } from './serveRoute.ts';
import { createSessions } from './sessions.ts';
import type { TokenBook } from './tokens.ts';
import { urlOf } from './url.ts';
import { createWrongTokens } from './wrongTokens.ts';

export interface ApiOptions {
  readonly host: string;
  /** 0: one that is free */
  readonly port: number;
  /** names under which Lookout is reached besides loopback's and `host` */
  readonly hosts?: readonly string[];
  /** of pages elsewhere that may call, by a token */
  readonly origins?: readonly string[];
  readonly certificate?: Certificate;
  readonly tokens: TokenBook;
  readonly routes: readonly Route[];
  /** folder of the built page, absolute; it may appear later */
  readonly page?: string;
  readonly version: string;
  readonly health?: HealthNeeds;
  /** what is counted; by default requests and the process only */
  readonly metrics?: Metrics;
  readonly log: Logger;
  readonly limits?: Partial<Limits>;
  /** check answers against their schemas; by default in tests and where NODE_ENV is development */
  readonly check?: boolean;
}

export interface Limits {
  /** requests of one token, or of one address without */
  readonly perMinute: number;
  /** of one token to one heavy route */
  readonly heavyPerMinute: number;
  readonly heavyAtOnce: number;
  readonly heavyWaiting: number;
  readonly bodyTimes: BodyTimes;
  /** how long the head of a request may take, ms */
  readonly headMs: number;
  readonly heartbeatMs: number;
  /** whether those whose answers take long may still have them is looked up so often */
  readonly standingMs: number;
}

const LIMITS: Limits = {
  perMinute: 1200, heavyPerMinute: 120, heavyAtOnce: 4, heavyWaiting: 16,
  bodyTimes: { whole: 20_000, idle: 30_000 }, headMs: 10_000, heartbeatMs: 15_000, standingMs: 5000,
};

/** What is under way has so long to end when Lookout stops, ms. */
const GRACE_MS = 400;

export interface Api {
  /** 0 until it listens */
  readonly port: number;
  /** `http://127.0.0.1:8750`, as a browser on this machine reaches it */
  readonly url: string;
  /** all that is served, those of the server's own included */
  readonly routes: readonly Route[];
  openapi(): OpenApi;
  /** after the signal: nothing is listened on and all that was under way has ended */
  readonly done: Promise<void>;
}

/**
 * Serves the table of routes, the page and the documentation. Returns when it listens, or when the port was found taken (PORT_IN_USE is
 * logged, and the port tried again until the signal comes).
 * @throws LookoutError API_CERTIFICATE
 */
export async function startApi(opts: ApiOptions, signal: AbortSignal): Promise<Api> {
  const limits = { ...LIMITS, ...opts.limits };
  if (!opts.certificate && !['localhost', '127.0.0.1', '::1'].includes(opts.host)) {
    opts.log.warn({ host: opts.host }, 'the API can be reached from other machines without TLS: tokens and pictures can be read on the way (set api.cert and api.key, or put a proxy in front)');
  }
  let port = 0;
  const { app, routes, abort, openapi } = await build(opts, limits, () => port);
  let listening: Promise<void> = Promise.resolve();
  await new Promise<void>((tried) => {
    listening = listenPatiently(app.server, opts.host, opts.port, signal, opts.log, tried).then((found) => {
      port = found ?? 0;
      tried();
    });
  });
  return {
    get port() {
      return port;
    },
    get url() {
      return urlOf({ ...opts, port: port || opts.port, cert: opts.certificate?.cert });
    },
    routes,
    openapi,
    done: stopping(app, abort, listening, signal),
  };
}

async function stopping(app: FastifyInstance, abort: () => void, listening: Promise<void>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await listening;
  abort();
  await hangUp(app.server, GRACE_MS);
  await app.close();
}

interface Built extends Pick<Api, 'routes' | 'openapi'> {
  readonly app: FastifyInstance;
  abort(): void;
}

async function build(opts: ApiOptions, limits: Limits, port: () => number): Promise<Built> {
  const { log, tokens, certificate, metrics = createMetrics(opts.version, undefined, log) } = opts;
  const sessions = createSessions(tokens);
  const wrong = createWrongTokens(log);
  const tls = certificate !== undefined;
  const cookie = () => ({ name: cookieName(port(), tls), secure: tls });
  const routes = [...healthRoutes(opts.health ?? { status: () => 'ok', ready: () => true }), ...sessionRoutes({ tokens, sessions, wrong, cookie, version: opts.version }), ...tokenRoutes({ tokens }), ...metricsRoutes({ metrics }), ...opts.routes];
  const app = Fastify({
    serverFactory: (handler) => httpServer(handler, certificate, limits.headMs),
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, _request, reply) => refuseUnread(error, reply),
    routerOptions: { maxParamLength: 256 },
    logger: false,
  });
  await app.register(helmet, HELMET);
  await app.register(cookies);
  const { host, hosts = [], origins = [] } = opts;
  const abort = addHooks(app, { tokens, sessions, wrong, cookie, tls, host, hosts, origins, routes, bodyTimes: limits.bodyTimes, standingMs: limits.standingMs, log, answered: metrics.answered });
  await app.register(rateLimit, {
    max: limits.perMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => (request.caller ? `token ${request.caller.name}` : normalizeIP(request.ip)),
    errorResponseBuilder: (_request, { ttl }) => new Refusal('TOO_MANY_REQUESTS', 'too many requests came in a minute.', { retryAfter: ttl / 1000 }),
  });
  await app.register(staticFiles, { root: opts.page ?? import.meta.dirname, serve: false, dotfiles: 'deny' });
  addRoutes(app, routes, opts, limits);
  const openapi = (): OpenApi => openApiOf(routes, opts.version, cookie().name);
  addDocumentation(app, openapi);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, pageHandler(opts.page, routes));
  await app.ready();
  return { app, routes, abort, openapi };
}

function addRoutes(app: FastifyInstance, routes: readonly Route[], opts: ApiOptions, limits: Limits): void {
  const lanes = createLanes(limits.heavyAtOnce, limits.heavyWaiting);
  const check = opts.check ?? (process.env.VITEST !== undefined || process.env.NODE_ENV === 'development');
  const serving = { lanes, check, heavyPerMinute: limits.heavyPerMinute, heartbeatMs: limits.heartbeatMs, log: opts.log };
  takeJson(app);
  for (const route of routes.filter((one) => one.body !== 'stream')) serveRoute(app, route, {}, serving);
  void app.register(async (streams) => {
    takeStream(streams);
    for (const route of routes.filter((one) => one.body === 'stream')) serveRoute(streams, route, {}, serving);
  });
}
