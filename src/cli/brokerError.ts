import { LookoutError } from '../errors.ts';
import { redactUrl } from '../secret.ts';

/** CONNACK codes of MQTT 3.1.1 (4, 5) and 5 (134, 135): bad user or password, not authorised. */
const REFUSALS = [4, 5, 134, 135];

/** What kept a client from the broker, as an error of the catalogue. */
export function brokerError(error: unknown, url: string): LookoutError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = error instanceof Error && error.message ? error.message : String(code ?? error);
  const kind = typeof code === 'number' && REFUSALS.includes(code) ? 'BROKER_REFUSED' : 'BROKER_UNREACHABLE';
  return new LookoutError(kind, `${redactUrl(url)}: ${reason}.`, { cause: error });
}
