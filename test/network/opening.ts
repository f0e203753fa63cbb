import { LookoutError } from '../../src/errors.ts';
import { parseAddress } from '../../src/ingest/address.ts';
import { openSource } from '../../src/ingest/source.ts';
import type { SourceOptions } from '../../src/ingest/source.ts';

export const SECRET = 'pa55w0rd';

/** Opens an address and closes it again: undefined when that went well, else the error, of which all that can be printed was checked. */
export async function failureOf(url: string, opts: Partial<SourceOptions> = {}): Promise<LookoutError | undefined> {
  try {
    const source = await openSource(parseAddress(url), { transport: 'tcp', network: { allow: [], tls: 'verify' }, ...opts }, () => undefined);
    await source.close();
    return undefined;
  } catch (error) {
    if (!(error instanceof LookoutError)) throw error;
    if (`${error.stack} ${error.message} ${JSON.stringify(error)} ${String(error.cause)}`.includes(SECRET)) throw new Error('The error holds a secret.', { cause: error });
    return error;
  }
}
