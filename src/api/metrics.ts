import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from '../health/log.ts';
import { LINES, type MetricsNeeds, type Reading } from './reading.ts';

export interface Metrics {
  /** a request was answered; `route` is a pattern, never an address */
  answered(method: string, route: string, status: number, seconds: number): void;
  /** the model has looked at a window, or answered a question */
  inferred(kind: 'window' | 'question', seconds: number): void;
  /** in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/) */
  text(): Promise<string>;
  readonly type: string;
}

/** Counts for Prometheus, beside those of Node: memory, event loop, garbage collection. */
export function createMetrics(version: string, needs: MetricsNeeds | undefined, log: Logger): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({ name: 'lookout_info', help: 'The version, as a label', labelNames: ['version'], registers }).set({ version }, 1);
  const requests = new Histogram({
    name: 'lookout_http_request_duration_seconds', help: 'Time to answer, to the end of the answer', registers, labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
  });
  const inferences = new Histogram({ name: 'lookout_inference_duration_seconds', help: 'Time that the model took', registers, labelNames: ['kind'], buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 120] });
  const take = needs && readings(registry);
  return {
    type: registry.contentType,
    answered: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    inferred: (kind, seconds) => inferences.observe({ kind }, seconds),
    async text() {
      try {
        if (needs) take?.(await needs.read());
      } catch (error) {
        log.warn({ err: error }, 'what Lookout counts could not be read; the last figures are told');
      }
      return registry.metrics();
    },
  };
}

/** @returns takes one reading over into the registry */
function readings(registry: Registry): (reading: Reading) => void {
  const lines = LINES.map(({ name, help, label, pick }) => {
    const labelNames = label === undefined ? [] : [label];
    const made = name.endsWith('_total') ? new Counter({ name, help, labelNames, registers: [registry] }) : new Gauge({ name, help, labelNames, registers: [registry] });
    return (reading: Reading): void => {
      const values = pick(reading);
      made.reset();
      // Without labels a reset leaves a zero, where there shall be no line.
      if (values === undefined && label === undefined) made.remove();
      else if (values === undefined) return;
      else if (typeof values === 'number') made.inc(values);
      else for (const [key, value] of Object.entries(values)) made.inc({ [label ?? '']: key }, value);
    };
  });
  return (reading) => lines.forEach((line) => line(reading));
}
