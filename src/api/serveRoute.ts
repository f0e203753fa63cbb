import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { Logger } from '../health/log.ts';
import { sendBytes, STALLED_MS } from './bytes.ts';
import { checkedPart, strict } from './checked.ts';
import type { Lanes } from './lanes.ts';
import { NOBODY } from './auth.ts';
import { Refusal } from './problem.ts';
import { type Asked, Bytes, Headed, type Route, Told } from './route.ts';
import { toldStream } from './told.ts';

/** Of JSON, bytes; a route may ask for another. */
const BODY_LIMIT = 64 * 1024;

export interface ServeOptions {
  readonly lanes: Lanes;
  /** answers are checked against their schemas, for those who write routes */
  readonly check: boolean;
  /** requests a minute of one token to one heavy route */
  readonly heavyPerMinute: number;
  readonly heartbeatMs?: number;
  readonly log: Logger;
}

/** Makes a route of the table one of fastify's. */
export function serveRoute(app: FastifyInstance, route: Route, schema: object, opts: ServeOptions): void {
  app.route({
    method: route.method,
    url: route.path,
    schema,
    bodyLimit: route.bodyLimit ?? BODY_LIMIT,
    config: { route, ...rateOf(route, opts) },
    handler: handlerOf(route, opts),
  });
}

/** Tokens brought to open a session have a limit of their own: a right one must get in whoever else tries wrong ones from its address. */
function rateOf(route: Route, opts: ServeOptions): { rateLimit?: false | { max: number } } {
  if (route.scope === 'public' && route.method === 'POST') return { rateLimit: false };
  return route.heavy ? { rateLimit: { max: opts.heavyPerMinute } } : {};
}

function handlerOf(route: Route, opts: ServeOptions): RouteHandlerMethod {
  const params = strict(route.params);
  const query = strict(route.query);
  const body = route.body === 'stream' ? undefined : strict(route.body);
  return async (request, reply) => {
    if (body === undefined && !request.body) throw new Refusal('REQUEST_INVALID', 'the body is missing.', { param: 'body' });
    const asked: Asked = {
      params: checkedPart(params, 'path', request.params),
      query: checkedPart(query, 'query', { ...(request.query as object) }),
      // a body that is not there is an empty one where the route takes none, or every key of it may be left out
      body: body === undefined ? request.body : checkedPart(body, 'body', request.body ?? (route.body === undefined ? {} : undefined)),
      ...facts(request),
    };
    const leave = route.heavy ? await takeLane(reply, asked, opts.lanes) : undefined;
    const answered = await route.handle(asked);
    if (!(answered instanceof Told)) leave?.();
    return send(reply, route, answered, asked.signal, opts);
  };
}

/** Held while there is work: a stream of answers works as long as it speaks, a file that was made is only read, however slowly. */
async function takeLane(reply: FastifyReply, { who, signal }: Pick<Asked, 'who' | 'signal'>, lanes: Lanes): Promise<() => void> {
  const leave = await lanes.enter(who.name, signal);
  reply.raw.once('close', leave);
  if (!signal.aborted) return leave;
  leave();
  throw new Refusal('SERVER_BUSY', 'nobody waits for this any more.');
}

function facts(request: FastifyRequest): Pick<Asked, 'who' | 'signal' | 'from' | 'session' | 'head'> {
  const { name, scope, session } = request.caller ?? NOBODY;
  const { accept, 'if-match': ifMatch } = request.headers;
  const head = { ...(accept === undefined ? {} : { accept }), ...(ifMatch === undefined ? {} : { ifMatch }) };
  return { who: { name, scope }, signal: request.gone.signal, from: request.ip, head, ...(session ? { session } : {}) };
}

async function send(reply: FastifyReply, route: Route, answered: unknown, signal: AbortSignal, opts: ServeOptions): Promise<FastifyReply> {
  if (answered instanceof Bytes) return sendBytes(reply, answered);
  reply.header('cache-control', 'no-store');
  if (answered instanceof Told) return tell(reply, answered, signal, opts);
  if (answered instanceof Headed) {
    reply.headers(answered.headers);
    return send(reply, route, answered.json, signal, opts);
  }
  if (answered === undefined) {
    if (!route.response.empty) throw new Error(`${route.method} ${route.path} answered nothing`);
    return reply.code(204).send();
  }
  if (opts.check) checkAnswer(route, answered);
  const version = typeof answered === 'object' && answered !== null && 'etag' in answered ? answered.etag : undefined;
  if (typeof version === 'string' && /^[\w.+/=-]+$/.test(version)) reply.header('etag', `"${version}"`);
  return reply.code(route.status ?? 200).type('application/json; charset=utf-8').send(JSON.stringify(answered));
}

function checkAnswer(route: Route, answered: unknown): void {
  const schema = route.response.json;
  // as the client reads it: what JSON leaves out is not there
  const result = schema?.safeParse(JSON.parse(JSON.stringify(answered)));
  if (result?.success) return;
  const faults = result?.error?.issues.slice(0, 5).map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`) ?? ['it has no schema'];
  throw new Error(`the answer of ${route.method} ${route.path} is not of its schema: ${faults.join('; ')}`);
}

function tell(reply: FastifyReply, told: Told, signal: AbortSignal, opts: ServeOptions): FastifyReply {
  reply.header('x-accel-buffering', 'no').type('text/event-stream; charset=utf-8');
  reply.raw.setTimeout(STALLED_MS);
  const failed = (error: unknown): void => opts.log.error({ err: error, route: reply.request.routeOptions.url }, 'a stream of events ended by a fault');
  if (reply.request.method !== 'HEAD') return reply.send(toldStream(told, signal, failed, opts.heartbeatMs));
  void told.events[Symbol.asyncIterator]().return?.().catch(failed);
  return reply.send();
}
