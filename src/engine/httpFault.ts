import { LookoutError } from '../errors.ts';
import { EngineRefusal } from './transport.ts';

/** Longest that an engine may ask to be left alone, ms. */
const LONGEST_REST = 30_000;
/** After an engine has said that it is busy, and not for how long, ms. */
const REST = 300;
/** Characters of an engine's own words in an error. */
const WORDS = 300;

/** An engine had nothing for us this time. */
export class EngineFault extends LookoutError {
  /** ms that the engine wants to be left alone for */
  readonly rest: number | undefined;
  /** the connection was kept from an earlier request, and the engine may have closed it at the very moment */
  readonly stale: boolean;

  constructor(code: 'ENGINE_UNREACHABLE' | 'ENGINE_UNTRUSTED' | 'ENGINE_TIMEOUT' | 'ENGINE_FAILED' | 'ENGINE_ANSWER' | 'ENGINE_BUSY', detail: string, { rest, stale = false }: { rest?: number | undefined; stale?: boolean } = {}) {
    super(code, detail);
    this.rest = rest;
    this.stale = stale;
  }
}

/** What may be known of an error of sockets, resolvers and TLS without its message, which can hold what was sent. */
export function connectionFault(error: unknown, id: string, stale: boolean): LookoutError {
  if (error instanceof LookoutError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'the connection failed';
  if (/CERT|SELF_SIGNED|ISSUER|SIGNATURE|ALTNAME|CRL|^UNABLE_TO/.test(code)) return new EngineFault('ENGINE_UNTRUSTED', `${id}: ${code}.`);
  if (code.startsWith('HPE_')) return new EngineFault('ENGINE_ANSWER', `${id} speaks no HTTP (${code}).`);
  return new EngineFault('ENGINE_UNREACHABLE', `${id}: ${code}.`, { stale });
}

/** Why an answer with this status is none; undefined for 2xx. `words` begin the body. */
export function statusFault(id: string, status: number, words: string, retryAfter: string | undefined): LookoutError | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said = words.slice(0, WORDS);
  if (status < 400) return new EngineFault('ENGINE_ANSWER', `${id} answers ${status}; it is not followed elsewhere.`);
  if (status === 408 || status === 429) return new EngineFault('ENGINE_BUSY', `${id} answers ${status}: ${said}`, { rest: restOf(retryAfter) ?? REST });
  if (status < 500) return new EngineRefusal(status, words);
  return new EngineFault('ENGINE_FAILED', `${id} answers ${status}: ${said}`, { rest: restOf(retryAfter) });
}

/** ms of the header Retry-After: seconds or a date (RFC 9110, 10.2.3). */
function restOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? 1000 * Number(header) : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(LONGEST_REST, Math.max(0, ms)) : undefined;
}
