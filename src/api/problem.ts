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

/** HTTP status of what is not a fault of Lookout's own (500). */
const STATUS: ReadonlyMap<ErrorCode, number> = new Map(
  Object.entries({
    400: ['REQUEST_INVALID', 'TOKEN_IN_URL', 'CAMERA_URL_SCHEME', 'CHAT_INVALID', 'CHAT_UNSUPPORTED', 'MODEL_CONTEXT_EXCEEDED', 'TIME_UNPARSABLE', 'LABELS_INVALID', 'RANGE_AHEAD', 'MEDIA_URL_SCHEME', 'USAGE'],
    401: ['TOKEN_MISSING', 'TOKEN_WRONG'],
    403: ['TOKEN_SCOPE', 'HOST_REFUSED', 'ORIGIN_REFUSED'],
    404: ['ROUTE_NOT_FOUND', 'TOKEN_NOT_FOUND', 'RULE_NOT_FOUND', 'CAMERA_NOT_FOUND', 'LOG_UNKNOWN_ID', 'MEDIA_GONE', 'MODEL_UNKNOWN', 'UPLOAD_NOT_FOUND'],
    405: ['METHOD_NOT_ALLOWED'],
    408: ['REQUEST_TIMEOUT'],
    409: ['TOKEN_EXISTS', 'RULE_EXISTS', 'CAMERA_EXISTS', 'CAMERA_DISABLED'],
    412: ['CONFIG_CHANGED'],
    413: ['REQUEST_TOO_LARGE', 'UPLOAD_TOO_LARGE'],
    415: ['REQUEST_TYPE'],
    422: ['CONFIG_SYNTAX', 'CONFIG_INVALID', 'ADDRESS_REFUSED', 'REDIRECT_REFUSED', 'VIDEO_UNREADABLE', 'LIVE_UNPLAYABLE'],
    429: ['TOO_MANY_REQUESTS', 'MODEL_BUSY'],
    502: ['CAMERA_UNREACHABLE', 'CAMERA_NO_VIDEO', 'CAMERA_STALLED', 'CAMERA_ENCRYPTED', 'TLS_UNVERIFIED', 'MEDIA_UNREACHABLE'],
    503: [
      'SERVER_BUSY', 'CHILD_EXITED', 'MEDIA_BUSY', 'CONFIG_WRITE', 'TOKENS_INVALID', 'STORE_WRITE', 'STORE_OPEN', 'STORE_CORRUPT', 'STORE_LOCKED', 'BROKER_UNREACHABLE', 'BROKER_REFUSED',
      'BROKER_UNTRUSTED', 'BROKER_CERTIFICATE', 'MEDIA_WRITE', 'RECORDINGS_WRITE', 'LIVE_BUSY',
      'MODEL_NOT_FOUND', 'MODEL_CONFIG_INVALID', 'MODEL_WEIGHTS_MISSING', 'MODEL_WEIGHTS_CORRUPT', 'MODEL_WEIGHTS_DTYPE', 'MODEL_RUNTIME', 'MODEL_MEMORY', 'MODEL_DISK_SPACE',
    ],
    507: ['MEDIA_SPACE', 'RECORDINGS_SPACE'],
  } satisfies Record<number, ErrorCode[]>).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)] as const)),
);

/** The codes that an answer of this status may have. */
export function codesOf(status: number): ErrorCode[] {
  return [...STATUS].filter(([, its]) => its === status).map(([code]) => code);
}

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
  const status = statusOf(error) ?? STATUS.get(known.code) ?? 500;
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
