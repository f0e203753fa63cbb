import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { LookoutError } from '../errors.ts';
import type { Secret } from '../secret.ts';

/** How to know the broker, and to be known by it. Files are in PEM. */
export interface BrokerTls {
  /** file: who vouches for the broker; by default the well-known authorities */
  readonly ca?: string;
  /** files: what to show to a broker that asks for a certificate */
  readonly cert?: string;
  readonly key?: string;
  /** false takes any certificate */
  readonly verify?: boolean;
}

/** Who one is to the broker. */
export interface BrokerAccess {
  /** mqtt://, mqtts://, ws:// or wss:// */
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
  readonly tls?: BrokerTls;
}

/** The section `mqtt` of the configuration as it tells of the same. */
export interface BrokerSettings extends BrokerTls {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
}

export function brokerAccess({ url, username, password, ca, cert, key, verify }: BrokerSettings): BrokerAccess {
  return {
    url, ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }),
    tls: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}), verify: verify ?? true },
  };
}

export interface AccessOptions {
  username?: string;
  password?: string;
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  rejectUnauthorized?: boolean;
}

/**
 * What an MQTT client is told about who one is. Files are read anew each time, so that a renewed certificate needs no restart.
 * The result holds secrets: it goes into the client and nowhere else.
 * @throws LookoutError BROKER_CERTIFICATE for files that cannot be read or used
 */
export function accessOptions({ url, username, password, tls }: BrokerAccess): AccessOptions {
  const options: AccessOptions = {};
  if (username !== undefined) options.username = username;
  if (password !== undefined) options.password = password.reveal();
  if (!tls || !/^(mqtts|wss):/i.test(url)) return options;
  for (const part of ['ca', 'cert', 'key'] as const) {
    const file = tls[part];
    if (file !== undefined) options[part] = pem(part, file);
  }
  if (tls.verify === false) options.rejectUnauthorized = false;
  refuseUnusable(tls, options);
  return options;
}

function pem(part: 'ca' | 'cert' | 'key', file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new LookoutError('BROKER_CERTIFICATE', `mqtt.${part}: ${file} cannot be read (${reason}).`, { cause: error });
  }
}

/** OpenSSL's own words name no file, and the one they would be about holds a key: only the keys of the configuration are told. */
function refuseUnusable(tls: BrokerTls, { ca, cert, key }: AccessOptions): void {
  try {
    createSecureContext({ ca, cert, key });
    // A file of authorities in which there is none is taken silently, and then vouches for nobody.
    if (ca) void new X509Certificate(ca);
  } catch {
    const files = (['ca', 'cert', 'key'] as const).filter((part) => tls[part] !== undefined).map((part) => `mqtt.${part}`);
    throw new LookoutError('BROKER_CERTIFICATE', `${files.join(', ')}: not PEM, locked with a passphrase, or a key that does not belong to the certificate.`);
  }
}
