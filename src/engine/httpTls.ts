import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { LookoutError } from '../errors.ts';

/** How to know an engine, and to be known by it. Files are in PEM. */
export interface EndpointTls {
  /** file: who vouches for the engine; by default the well-known authorities */
  readonly ca?: string;
  /** files: what to show to an engine that asks for a certificate */
  readonly cert?: string;
  readonly key?: string;
  /** false takes any certificate */
  readonly verify?: boolean;
}

export interface TlsOptions {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  rejectUnauthorized?: boolean;
}

const PARTS = ['ca', 'cert', 'key'] as const;

/** What a TLS client is told; holds a key. @throws LookoutError ENGINE_CERTIFICATE for files that cannot be read or used */
export function tlsOptions(id: string, tls: EndpointTls): TlsOptions {
  const options: TlsOptions = tls.verify === false ? { rejectUnauthorized: false } : {};
  for (const part of PARTS) {
    const file = tls[part];
    if (file !== undefined) options[part] = pem(id, part, file);
  }
  try {
    createSecureContext(options);
    // a file of authorities in which there is none is taken silently, and then vouches for nobody
    if (options.ca) void new X509Certificate(options.ca);
  } catch {
    // OpenSSL's own words name no file, and the one they would be about holds a key
    const parts = PARTS.filter((part) => tls[part] !== undefined).join(', ');
    throw new LookoutError('ENGINE_CERTIFICATE', `${id}: ${parts}: not PEM, locked with a passphrase, or a key that does not belong to the certificate.`);
  }
  return options;
}

function pem(id: string, part: (typeof PARTS)[number], file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new LookoutError('ENGINE_CERTIFICATE', `${id}: ${part}: ${file} cannot be read (${reason}).`, { cause: error });
  }
}
