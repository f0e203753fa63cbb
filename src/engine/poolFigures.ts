import type { EndpointFigures } from './endpoint.ts';
import type { HedgeFigures } from './hedge.ts';

/** What the pool has counted since the start, and its state. */
export interface EngineFigures {
  readonly endpoints: readonly (EndpointFigures & { readonly id: string })[];
  /** requests that wait for an endpoint */
  readonly waiting: number;
  readonly retries: number;
  readonly hedges: HedgeFigures;
  /** of prompts, and how many of them were in the engines' prefix caches */
  readonly tokens: { readonly prompt: number; readonly reused: number };
}
