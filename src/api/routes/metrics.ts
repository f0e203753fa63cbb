import type { Metrics } from '../metrics.ts';
import { Bytes, route, type Route } from '../route.ts';

export interface MetricsRouteNeeds {
  readonly metrics: Pick<Metrics, 'text' | 'type'>;
}

/** For Prometheus, whose scrape configuration takes a token (`authorization: { credentials_file: … }`). */
export function metricsRoutes({ metrics }: MetricsRouteNeeds): Route[] {
  return [
    route({
      method: 'GET',
      path: '/metrics',
      scope: 'viewer',
      tag: 'service',
      summary: 'Counts and durations for Prometheus',
      response: { bytes: ['text/plain'] },
      handle: async () => new Bytes({ data: new TextEncoder().encode(await metrics.text()), type: metrics.type }),
    }),
  ];
}
