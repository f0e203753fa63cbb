import { pino } from 'pino';
import { afterEach } from 'vitest';
import { startEnginePool } from '../../src/engine/pool.ts';
import type { PoolSettings } from '../../src/engine/pool.ts';
import type { CallOptions, EngineAnswer, EngineCall, EnginePool, PoolOptions } from '../../src/engine/transport.ts';
import { LookoutError } from '../../src/errors.ts';
import { peerEngine } from '../peers/engine.ts';
import type { EngineStart, PeerEngine } from '../peers/engine.ts';

const ends: (() => Promise<void>)[] = [];
/** tests that are over */
let over = 0;
afterEach(async () => {
  over++;
  for (const end of ends.splice(0).reverse()) await end();
});

export async function engine(start: EngineStart = {}): Promise<PeerEngine> {
  const one = await peerEngine(start);
  ends.push(() => one.kill());
  return one;
}

export interface Rig {
  readonly pool: EnginePool;
  /** lines of the log, as JSON */
  readonly lines: string[];
  ask(options?: CallOptions): Promise<EngineAnswer>;
}

/** A pool over these engines; endpoints that are out are looked at every 50 ms. */
export function rig(engines: readonly (PeerEngine | PoolSettings['endpoints'][number])[], settings: Partial<PoolSettings> = {}, options: Partial<PoolOptions> = {}): Rig {
  const lines: string[] = [];
  const log = pino({ level: 'debug', base: undefined }, { write: (line: string) => void lines.push(line) });
  const endpoints = engines.map((one) => ('behave' in one ? { url: one.url } : one));
  const pool = startEnginePool(
    { endpoints, atOnce: 4, timeout: 2000, retryBudget: 0.1, hedge: 'off', pace: { out: 50, idle: 60_000 }, ...settings },
    { check: () => Promise.resolve(), ...options },
    new AbortController().signal,
    log,
  );
  ends.push(() => pool.close());
  return { pool, lines, ask: (call = {}) => pool.request(() => CALL, call) };
}

export const CALL: EngineCall = { method: 'POST', base: 'api', path: '/chat/completions', body: JSON.stringify({ messages: [], max_tokens: 10 }) };

/** The error that it ends in. */
export async function fault(work: Promise<unknown>): Promise<LookoutError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LookoutError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

/** Waits until it is so, for as long as the test lasts: what its end cleans up is cleaned up then. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const mine = over; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (over !== mine) throw new Error('The test was over before it was so.');
  }
}
