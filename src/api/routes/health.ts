import { z } from 'zod';
import { Refusal } from '../problem.ts';
import { route, type Route } from '../route.ts';

export interface HealthNeeds {
  /** `starting` until the model can be asked, `degraded` while something that watching needs is down */
  status(): 'ok' | 'starting' | 'degraded';
  /** can the model be asked? */
  ready(): boolean;
}

/**
 * What anybody may know, for probes: nothing about what is watched. `/v1/health` answers 200 for as long as Lookout runs, whatever is
 * the matter with the broker or the model: what else it waits for is no reason to kill it. `/v1/health/ready` is 503 while the model cannot be
 * asked, for those who start one Lookout after the other.
 */
export function healthRoutes(needs: HealthNeeds): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/health',
      scope: 'public',
      tag: 'service',
      summary: 'Does Lookout run?',
      response: { json: z.strictObject({ status: z.enum(['ok', 'starting', 'degraded']) }) },
      handle: () => ({ status: needs.status() }),
    }),
    route({
      method: 'GET',
      path: '/v1/health/ready',
      scope: 'public',
      tag: 'service',
      summary: 'Can Lookout watch?',
      description: '503 while the model cannot be asked: it is being opened, or the engines are away. The broker does not count.',
      response: { json: z.strictObject({ ready: z.literal(true) }) },
      handle: () => {
        if (!needs.ready()) throw new Refusal('SERVER_BUSY', 'the model cannot be asked now.', { retryAfter: 5 });
        return { ready: true as const };
      },
    }),
  ];
}
