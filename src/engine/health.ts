import { setTimeout as sleep } from 'node:timers/promises';
import { LookoutError } from '../errors.ts';
import type { Endpoint } from './endpoint.ts';
import { linked } from './httpSignal.ts';
import { EngineRefusal } from './transport.ts';
import type { PoolOptions, SendOnce } from './transport.ts';

export interface HealthPace {
  /** ms between looks at an endpoint that is out */
  readonly out: number;
  /** ms without an answer after which one that is in is looked at */
  readonly idle: number;
}

export interface HealthOptions extends PoolOptions {
  /** for each request of a check, ms, once the endpoint has been in; the first time it may have a model to load */
  readonly timeout: number;
  readonly pace?: HealthPace;
  /** an endpoint is in or out now, or was looked at for the first time */
  changed(endpoint: Endpoint): void;
}

/** The out ones are asked for little and often: how soon an engine is used again is how soon its cameras are watched again. */
const PACE: HealthPace = { out: 1000, idle: 10_000 };
/** A list of models is written at once, ms. */
const QUICK = 3000;
/** A server that loads its model while it is asked takes its time, ms. */
const CHECK = 60_000;
/** One that was replaced by another while it had no requests to fail at is found out after so long, ms. */
const AGAIN = 600_000;
const BYTES = 2 ** 20;

/**
 * Looks after one endpoint until the signal aborts: GET /models while it is out, each second or so, and then the pool's own `check`;
 * while it is in, only when it has not answered anything for a while. A server that is at work may be slow to say that it is well, so
 * silence counts only where nothing is outstanding.
 */
export async function keepHealth(endpoint: Endpoint, options: HealthOptions, signal: AbortSignal): Promise<void> {
  const { out, idle } = options.pace ?? PACE;
  let wasIn = false;
  let checkedAt = -Infinity;
  let lookedAt = -Infinity;
  for (let first = true; !signal.aborted; first = false) {
    const now = performance.now();
    if (endpoint.breaker.isDue) {
      const well: boolean = await isWell(endpoint, options, signal, wasIn ? Math.min(CHECK, options.timeout) : CHECK);
      // the first time nothing speaks against it; later it has to prove itself
      const isIn: boolean = well && endpoint.breaker.checked(!wasIn);
      wasIn ||= isIn;
      if (isIn) lookedAt = checkedAt = performance.now();
      if (first || isIn) options.changed(endpoint);
    } else if (endpoint.breaker.state !== 'open' && endpoint.outstanding === 0 && now - Math.max(lookedAt, endpoint.answeredAt) > idle) {
      const whole = now - checkedAt > AGAIN;
      await isWell(endpoint, options, signal, whole ? CHECK : 0);
      lookedAt = performance.now();
      if (whole) checkedAt = lookedAt;
    }
    await sleep(out * (0.75 + Math.random() * 0.5), undefined, { signal }).catch(() => undefined);
  }
}

/** `patience`: ms for each request of the whole check; 0: the list of models is enough. */
async function isWell(endpoint: Endpoint, { check, changed }: HealthOptions, signal: AbortSignal, patience: number): Promise<boolean> {
  try {
    // certificates may be renewed at this very moment: then it is looked at again
    if (endpoint.breaker.state === 'open' && endpoint.outstanding === 0) endpoint.http.renew();
    await endpoint.http.send({ method: 'GET', base: 'api', path: '/models' }, { timeout: QUICK, bytes: BYTES, signal }).catch(passable);
    if (patience > 0) await inTime(signal, (limit) => check(endpoint, sendOnce(endpoint, limit, patience), limit));
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    const fault = error instanceof LookoutError ? error : new LookoutError('ENGINE_FAILED', `${endpoint.id}: the check did not end well (${String(error)}).`);
    if (endpoint.breaker.state !== 'open' && endpoint.outstanding > 0 && fault.code === 'ENGINE_TIMEOUT') return true;
    if (endpoint.unwell(fault)) changed(endpoint);
    return false;
  }
}

/** Servers are in health that have no list of models, or fail to make one; one that does not know our key is none for us. */
function passable(error: unknown): void {
  if (error instanceof EngineRefusal ? error.status === 401 || error.status === 403 : !isOfServer(error)) throw error;
}

function isOfServer(error: unknown): boolean {
  return error instanceof LookoutError && ['ENGINE_FAILED', 'ENGINE_ANSWER', 'ENGINE_BUSY'].includes(error.code);
}

async function inTime(signal: AbortSignal, work: (limit: AbortSignal) => Promise<void>): Promise<void> {
  const limit = linked([signal], CHECK);
  try {
    await work(limit.signal);
  } finally {
    limit.release();
  }
}

function sendOnce(endpoint: Endpoint, limit: AbortSignal, patience: number): SendOnce {
  return async (call, { deadline, signal, bytes = BYTES }) => {
    const began = performance.now();
    const timeout = deadline === undefined ? patience : Math.min(patience, deadline - Date.now());
    const ends = linked([signal, limit]);
    try {
      const json = await endpoint.http.send(call, { timeout, bytes, signal: ends.signal });
      return { json, endpoint: endpoint.id, ms: performance.now() - began };
    } finally {
      ends.release();
    }
  };
}
