import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../health/log.ts';
import { callerOf, refuseBelow, type AuthNeeds, type Caller } from './auth.ts';
import { createBodyRoom } from './bodyRoom.ts';
import { type BodyTimes, hurry, leaveUnread } from './bodies.ts';
import { corsHead, preflight } from './cors.ts';
import { gate, type GateOptions } from './gate.ts';
import { BARE, PERMISSIONS } from './headers.ts';
import { answerOf, Refusal } from './problem.ts';
import type { Route } from './route.ts';
import { type UnderWay, watchStanding } from './standing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** undefined where a route is public */
    caller: Caller | undefined;
    /** aborted when the client goes, or the server stops */
    gone: AbortController;
    /** on the monotonic clock, ms */
    began: number;
  }
  interface FastifyContextConfig {
    /** the route of the table that is served here */
    route?: Route;
  }
}

export interface HookNeeds extends AuthNeeds, GateOptions {
  readonly routes: readonly Route[];
  readonly bodyTimes: BodyTimes;
  /** whether those may still ask whose answers take long is looked up so often */
  readonly standingMs: number;
  readonly log: Logger;
  /** an answer was given: to which route (a pattern, never an address), and how long it took */
  answered?(method: string, route: string, status: number, seconds: number): void;
}

/** Requests of one token that are being answered; of the connections (listen.ts) it is a quarter. */
const MOST_OF_ONE = 128;

/** What happens to every request before its route, and after. @returns aborts all that are under way */
export function addHooks(app: FastifyInstance, needs: HookNeeds): () => void {
  const keepRoom = createBodyRoom();
  const active = new Map<AbortController, UnderWay>();
  const unwatch = watchStanding(() => active.values(), needs, needs.standingMs);
  app.addHook('onClose', async () => unwatch());
  app.addHook('onRequest', async (request, reply) => {
    request.began = performance.now();
    request.caller = undefined;
    request.gone = new AbortController();
    active.set(request.gone, { request, reply });
    reply.raw.once('close', () => {
      active.delete(request.gone);
      request.gone.abort();
    });
    reply.header('permissions-policy', PERMISSIONS);
    const answered = await admit(request, reply, needs);
    refuseCrowd(request, active.values());
    if (!answered && request.routeOptions.config.route?.body !== 'stream') keepRoom(request, reply);
    return answered;
  });
  app.addHook('onResponse', async (request, reply) => {
    leaveUnread(request);
    // Of what no route answers the address stays out of labels: there is no end of addresses.
    const route = request.is404 ? 'page' : (request.routeOptions.url ?? 'page');
    const seconds = (performance.now() - request.began) / 1000;
    needs.answered?.(request.method, route, reply.statusCode, seconds);
    needs.log.debug({ method: request.method, route, status: reply.statusCode, ms: Math.round(seconds * 1000), who: request.caller?.name, from: request.ip }, 'request');
  });
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply, needs.log));
  return () => active.forEach((_, gone) => gone.abort());
}

async function admit(request: FastifyRequest, reply: FastifyReply, needs: HookNeeds): Promise<FastifyReply | undefined> {
  const origin = gate(request.raw, needs);
  if (origin !== undefined) corsHead(reply, origin);
  if (request.method === 'OPTIONS') return preflight(request, reply, needs.routes, origin);
  const { route } = request.routeOptions.config;
  if (route !== undefined && route.scope !== 'public') {
    request.caller = await callerOf(request, needs, request.gone.signal);
    refuseBelow(route.scope, request.caller);
  }
  hurry(request, reply, route?.body === 'stream', needs.bodyTimes);
  return undefined;
}

/** Streams go on for hours, and connections are limited: nobody takes those of the others. @throws Refusal TOO_MANY_REQUESTS */
function refuseCrowd({ caller }: FastifyRequest, active: Iterable<UnderWay>): void {
  if (caller === undefined) return;
  const own = [...active].filter(({ request }) => request.caller?.key === caller.key).length;
  if (own > MOST_OF_ONE) throw new Refusal('TOO_MANY_REQUESTS', `${MOST_OF_ONE} requests of this token are being answered.`, { retryAfter: 5 });
}

/** Says what is wrong; of faults the log says more. */
function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): FastifyReply {
  const { status, problem, headers, fault } = answerOf(error);
  // what broke off because the client went is no fault
  if (fault && !request.gone?.signal.aborted) log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'a request failed by a fault');
  // Of a file that was about to be sent.
  for (const name of ['content-disposition', 'etag', 'last-modified', 'accept-ranges', 'content-length']) reply.removeHeader(name);
  if (!request.raw.complete) reply.header('connection', 'close');
  return reply.code(status).headers(headers).header('cache-control', 'no-store').type('application/json; charset=utf-8').send(JSON.stringify(problem));
}

/** For addresses that the router cannot read: no hook has run. */
export function refuseUnread(error: unknown, reply: FastifyReply): void {
  const { problem, headers } = answerOf(error instanceof Refusal ? error : new Refusal('REQUEST_INVALID', 'the address cannot be read.', { param: 'path' }));
  reply.code(400).headers({ ...BARE, ...headers }).send(JSON.stringify(problem));
}
