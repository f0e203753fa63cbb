import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../health/log.ts';
import { type AuthNeeds, isBelow } from './auth.ts';

/** A request that is being answered. */
export interface UnderWay {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * Looks now and then whether those whose answers take long may still have them: a stream would otherwise go on for ever after its token was
 * removed, or its session ended. @returns ends it
 */
export function watchStanding(active: () => Iterable<UnderWay>, needs: Pick<AuthNeeds, 'tokens' | 'sessions'> & { readonly log: Logger }, everyMs: number): () => void {
  const timer = setInterval(() => {
    try {
      for (const one of active()) if (!stands(one.request, needs)) cut(one);
    } catch (error) {
      // the file of tokens cannot be looked at just now: nobody loses anything by that
      needs.log.error({ err: error }, 'whether tokens still hold could not be looked up');
    }
  }, everyMs).unref();
  return () => clearInterval(timer);
}

function stands({ caller, routeOptions }: FastifyRequest, { tokens, sessions }: Pick<AuthNeeds, 'tokens' | 'sessions'>): boolean {
  const { route } = routeOptions.config;
  if (!caller || route === undefined || route.scope === 'public') return true;
  if (caller.session !== undefined && !sessions.lasts(caller.session)) return false;
  const holder = tokens.holder(caller.key);
  return holder !== undefined && !isBelow(route.scope, holder);
}

function cut({ request, reply }: UnderWay): void {
  request.gone.abort();
  reply.raw.destroy();
}
