import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { LookoutError } from '../errors.ts';
import { hostName } from './rules.ts';
import type { AddressRules } from './rules.ts';

/** A host's addresses, in order of preference. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** Of a name with many addresses only so many are tried. */
const MOST = 4;

const lookupAll: Lookup = async (host) => (await systemLookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * Where a host lives: addresses that may be reached, at most four. They are what is connected to, so a name that resolves to something
 * else a moment later (DNS rebinding) changes nothing. `shown` is what an error may call the host.
 * Throws ADDRESS_REFUSED when all of its addresses are refused, or the host is none; else what the lookup throws.
 */
export async function resolveHost(host: string, shown: string, rules: AddressRules, lookup: Lookup = lookupAll): Promise<readonly string[]> {
  const name = hostOf(host);
  if (name === undefined) throw new LookoutError('ADDRESS_REFUSED', `${shown}: this is not how a host is written.`);
  const found = isIP(name) > 0 ? [name] : await lookup(name);
  if (rules.hostListed(host)) return found.filter((address) => isIP(address) > 0).slice(0, MOST);
  const fit = found.filter((address) => rules.refusal(address) === undefined);
  const [first] = found;
  if (fit.length === 0 && first !== undefined) throw new LookoutError('ADDRESS_REFUSED', `${shown} is at a ${rules.refusal(first)} address.`);
  return fit.slice(0, MOST);
}

/** A host as the resolver gets it: an address, or a name of letters, digits, dots, hyphens and underscores; undefined for all else. */
export function hostOf(host: string): string | undefined {
  const bare = hostName(host);
  if (isIP(bare) > 0) return bare;
  if (/[\s%/\\@?#:[\]\p{Cc}]/u.test(bare)) return undefined;
  // digits of other scripts and full-width letters become what the resolver would take them for
  const ascii = hostName(domainToASCII(bare)) || (/^[a-z0-9._-]+$/.test(bare) ? bare : '');
  return /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(ascii) && ascii.length < 254 ? ascii : undefined;
}
