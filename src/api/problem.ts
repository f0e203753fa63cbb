import { z } from 'zod';
import { ERRORS, LookoutError, type ErrorCode } from '../errors.ts';
import { withoutCredentials } from '../health/log.ts';

/** How every error of the API looks; `type` and `param` are there for programs that know OpenAI's. */
export const problemSchema = z.strictObject({
  error: z.strictObject({
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).describe('of the catalogue in the README'),
    message: z.string().describe('what is wrong'),
    remedy: z.string().describe('what to do'),
    type: z.enum(['invalid_request_error', 'authentication_error', 'permission_error', 'rate_limit_error', 'server_error']),
    param: z.string().nullable().describe('the part of the request that is wrong'),
  }),
});

export type Problem = z.infer<typeof problemSchema>;

/** A refusal that names the part of the request, or says when to come again (s). */
export class Refusal extends LookoutError {
  readonly param: string | null;
  readonly retryAfter: number | undefined;
  readonly allow: string | undefined;

  constructor(code: ErrorCode, detail: string, more: { param?: string; retryAfter?: number; allow?: string } = {}) {
    super(code, detail);
    this.param = more.param ?? null;
    this.retryAfter = more.retryAfter;
    this.allow = more.allow;
  }
}

/** HTTP status of what is not Lookout's own fault (500). */
const STATUS: Partial<Record<ErrorCode, number>> = {
  TOKEN_MISSING: 401, TOKEN_WRONG: 401, TOKEN_SCOPE: 403, TOKEN_IN_URL: 400, TOKEN_EXISTS: 409, TOKEN_NOT_FOUND: 404,
  HOST_REFUSED: 403, ORIGIN_REFUSED: 403,
  REQUEST_INVALID: 400, REQUEST_TYPE: 415, REQUEST_TOO_LARGE: 413, REQUEST_TIMEOUT: 408, ROUTE_NOT_FOUND: 404, METHOD_NOT_ALLOWED: 405,
  TOO_MANY_REQUESTS: 429, SERVER_BUSY: 503,
  CONFIG_SYNTAX: 422, CONFIG_INVALID: 422, RULE_EXISTS: 409, RULE_NOT_FOUND: 404, CAMERA_EXISTS: 409, CAMERA_NOT_FOUND: 404,
  LIVE_BUSY: 503, LIVE_UNPLAYABLE: 422, CAMERA_DISABLED: 409,
  CAMERA_URL_SCHEME: 400, CAMERA_UNREACHABLE: 502, CAMERA_NO_VIDEO: 502, CAMERA_STALLED: 502, CAMERA_ENCRYPTED: 502, TLS_UNVERIFIED: 502,
  ADDRESS_REFUSED: 422, REDIRECT_REFUSED: 422, MEDIA_UNREACHABLE: 502, MEDIA_GONE: 404, MEDIA_BUSY: 503, MEDIA_SPACE: 507,
  CHILD_EXITED: 503, MODEL_NOT_FOUND: 503, MODEL_CONFIG_INVALID: 503, MODEL_WEIGHTS_MISSING: 503, MODEL_WEIGHTS_CORRUPT: 503, MODEL_WEIGHTS_DTYPE: 503,
  MODEL_RUNTIME: 503, MODEL_MEMORY: 503, MODEL_DISK_SPACE: 503, CONFIG_WRITE: 503, STORE_WRITE: 503, STORE_OPEN: 503, STORE_CORRUPT: 503, BROKER_REFUSED: 503, MODEL_CONTEXT_EXCEEDED: 400, BROKER_UNREACHABLE: 503, STORE_LOCKED: 503,
  MODEL_BUSY: 429, MODEL_UNKNOWN: 404, CHAT_INVALID: 400, CHAT_UNSUPPORTED: 400, LOG_UNKNOWN_ID: 404, TIME_UNPARSABLE: 400, LABELS_INVALID: 400, VIDEO_UNREADABLE: 422, USAGE: 400,
};

export interface Answer {
  readonly status: number;
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** nobody expected it: the log has to say more */
  readonly fault: boolean;
}

/** What a client is told of an error. Of what nobody expected it learns that it happened, and nothing else. */
export function answerOf(error: unknown): Answer {
  const known = error instanceof LookoutError ? error : refusalOf(error);
  const status = statusOf(error) ?? STATUS[known.code] ?? 500;
  const { retryAfter, allow } = known instanceof Refusal ? known : { retryAfter: undefined, allow: undefined };
  const message = withoutCredentials(known.detail);
  const headers = {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
    ...(allow ? { allow } : {}),
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="Lookout"' } : {}),
  };
  const problem: Problem = { error: { code: known.code, message, remedy: known.remedy, type: typeOf(status), param: paramOf(known) } };
  return { status, problem, headers, fault: status === 500 };
}

/** Errors of other rooms may name the part of the request as well. */
function paramOf(error: LookoutError): string | null {
  return 'param' in error && typeof error.param === 'string' ? error.param : null;
}

/** Of an error that has a status of its own: what fastify refuses. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof LookoutError || typeof error !== 'object' || error === null) return undefined;
  const status = 'statusCode' in error ? error.statusCode : 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** What the server itself refuses, in the catalogue's words; its own words may hold the request's. */
function refusalOf(error: unknown): LookoutError {
  const status = statusOf(error);
  if (status === undefined) return new LookoutError('INTERNAL', 'something went wrong.');
  if (status === 404) return new LookoutError('ROUTE_NOT_FOUND', 'there is nothing here.');
  if (status === 408) return new LookoutError('REQUEST_TIMEOUT', 'the request did not arrive in time.');
  if (status === 413) return new LookoutError('REQUEST_TOO_LARGE', 'the body is too large.');
  if (status === 415) return new LookoutError('REQUEST_TYPE', 'the body is of another kind.');
  if (status === 416) return new LookoutError('REQUEST_INVALID', 'the range is outside of the file.');
  return new LookoutError('REQUEST_INVALID', 'the request cannot be read.');
}

function typeOf(status: number): Problem['error']['type'] {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
