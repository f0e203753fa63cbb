import { connect as connectPlain, isIP } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { LookoutError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { resolveHost } from './resolve.ts';
import type { Lookup } from './resolve.ts';
import { addressRules, hostName } from './rules.ts';
import type { NetworkRules, Purpose } from './rules.ts';

/** One end to reach. `shown` is what errors may call it: no user, password, path or query. */
export interface Target {
  readonly shown: string;
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

export interface Reach {
  readonly rules: NetworkRules;
  readonly purpose: Purpose;
  /** ends everything that waits; its reason, where it is a LookoutError, is what is thrown */
  readonly signal: AbortSignal;
  /** the system's resolver by default */
  readonly lookup?: Lookup;
}

/** A connection, and the address it is pinned to. */
export interface Reached {
  readonly socket: Socket;
  readonly address: string;
}

const UNREACHABLE: Record<Purpose, ErrorCode> = { camera: 'CAMERA_UNREACHABLE', media: 'MEDIA_UNREACHABLE' };

/** What may be known of an error of sockets, resolvers and TLS without its message, which holds names and addresses. */
export function unreachable(error: unknown, shown: string, purpose: Purpose, why?: string): LookoutError {
  if (error instanceof LookoutError) return error;
  if (why !== undefined) return new LookoutError(UNREACHABLE[purpose], `${shown} ${why}.`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'the connection failed';
  if (/CERT|SELF_SIGNED|ISSUER|SIGNATURE|ALTNAME|CRL|^UNABLE_TO/.test(code)) return new LookoutError('TLS_UNVERIFIED', `${shown}: ${code}.`);
  return new LookoutError(UNREACHABLE[purpose], `${shown}: ${code}.`);
}

/**
 * Resolves a host once, drops the addresses that may not be reached, and connects to the first of the others that answers, with TLS
 * where wanted. `onread` is of the plain socket. Throws ADDRESS_REFUSED, TLS_UNVERIFIED, CAMERA_UNREACHABLE or MEDIA_UNREACHABLE.
 */
export async function connectTo(target: Target, reach: Reach, onread?: OnReadOpts): Promise<Reached> {
  const { shown, secure } = target;
  try {
    const addresses = await abortable(resolveHost(target.host, shown, addressRules(reach.rules, reach.purpose), reach.lookup), reach.signal);
    let failure: unknown;
    for (const address of addresses) {
      try {
        const options = { host: address, port: target.port, noDelay: true };
        const socket = await opened(connectPlain(onread && !secure ? { ...options, onread } : options), 'connect', reach.signal);
        return { socket: secure ? await secured(socket, target, reach) : socket, address };
      } catch (error) {
        reach.signal.throwIfAborted();
        failure = error;
      }
    }
    throw failure ?? new LookoutError(UNREACHABLE[reach.purpose], `${shown} has no address.`);
  } catch (error) {
    throw unreachable(error, shown, reach.purpose);
  }
}

async function secured(socket: Socket, { host }: Target, { rules, signal }: Reach): Promise<Socket> {
  const name = hostName(host);
  // names go into the handshake, addresses only into the check of the certificate
  const identity = isIP(name) > 0 ? { host: name } : { host: name, servername: name };
  try {
    return await opened(connectTls({ socket, ...identity, rejectUnauthorized: rules.tls === 'verify' }), 'secureConnect', signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function opened(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(error as Error);
    };
    const abort = (): void => fail(signal.reason);
    const close = (): void => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', fail).once('close', close);
    socket.once(event, () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail).off('close', close);
      // whoever takes it over hears of errors by its closing
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** What waits, until the signal aborts: then its reason is thrown. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
