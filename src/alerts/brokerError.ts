import { ErrorWithReasonCode } from 'mqtt';
import type { ErrorCode } from '../errors.ts';
import { LookoutError } from '../errors.ts';
import { redactUrl } from '../secret.ts';

/** Reason codes of CONNACK, MQTT 3.1.1 and 5, that speak of who one is: bad password, not authorised, banned, bad method. */
const REFUSED = new Set([4, 5, 134, 135, 138, 140]);

/** What Node says of a certificate that it does not trust: of its signer, its time, its names. */
const UNTRUSTED = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_ALTNAME|INVALID_CA|PATH_LENGTH_|HOSTNAME_MISMATCH)/;

/** TLS alerts by which a broker says that it wants a client certificate, or not this one. */
const CERTIFICATE = /ALERT_(CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|NO_CERTIFICATE|UNSUPPORTED_CERTIFICATE|HANDSHAKE_FAILURE)|CERTIFICATE_REQUIRED/;

/** What kept a client from the broker, as an error of the catalogue, in one line and without a password. */
export function brokerError(url: string, cause: Error | undefined): LookoutError {
  if (cause instanceof LookoutError) return cause;
  const detail = cause ? cause.message || String(codeOf(cause) ?? cause.name) : 'the connection was closed or never answered';
  const shown = `${redactUrl(url)}: ${detail.replace(/\s+/g, ' ').trim().replace(/[.:]$/, '')}.`;
  return new LookoutError(kindOf(cause), shown, { cause });
}

function kindOf(cause: Error | undefined): Extract<ErrorCode, `BROKER_${string}`> {
  if (cause instanceof ErrorWithReasonCode) return REFUSED.has(cause.code) ? 'BROKER_REFUSED' : 'BROKER_UNREACHABLE';
  const code = String((cause && codeOf(cause)) ?? '');
  if (UNTRUSTED.test(code)) return 'BROKER_UNTRUSTED';
  return CERTIFICATE.test(code) ? 'BROKER_CERTIFICATE' : 'BROKER_UNREACHABLE';
}

/** The broker does not speak this version: it says so, or answers in a way that cannot be read as this version's. */
export function isProtocolRefusal(error: Error | undefined, version: 4 | 5): boolean {
  if (version !== 5 || error === undefined || error instanceof LookoutError) return false;
  if (error instanceof ErrorWithReasonCode) return error.code === 1 || error.code === 132;
  return codeOf(error) === undefined && /pars|invalid|protocol/i.test(error.message);
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined;
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
