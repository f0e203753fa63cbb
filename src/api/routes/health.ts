import { z } from 'zod';
import { route, type Route } from '../route.ts';

export interface HealthNeeds {
  /** `starting` until the model can be asked, `degraded` while something that watching needs is down */
  status(): 'ok' | 'starting' | 'degraded';
}

/** What anybody may know, for probes: nothing about what is watched. */
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
  ];
}
