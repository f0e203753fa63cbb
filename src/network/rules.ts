import { isIP } from 'node:net';
import type { BlockList } from 'node:net';
import { blockList, carried, inList, kindOf, plain } from './ranges.ts';
import type { AddressKindName } from './ranges.ts';

/** What the configuration lets us reach beyond the usual, and how certificates are taken. */
export interface NetworkRules {
  /** addresses, networks (CIDR) and host names that may be reached whatever they are */
  readonly allow: readonly string[];
  readonly tls: 'verify' | 'any';
}

/** `camera`: may live in a private network. `media`, fetched because somebody asked about it: may not. */
export type Purpose = 'camera' | 'media';

export interface AddressRules {
  /** The host's name is listed: wherever it lives, it is meant. */
  hostListed(host: string): boolean;
  /** Why a resolved address may not be reached, as the kind of address it is; undefined where it may. */
  refusal(address: string): AddressKindName | 'no address' | undefined;
}

/** Entries that are neither addresses, networks nor names allow nothing: the configuration's schema refuses them. */
export function addressRules(rules: NetworkRules, purpose: Purpose): AddressRules {
  const entries = rules.allow.map((entry) => entry.trim());
  const names = new Set(entries.map(hostName));
  const listed = blockList(entries.flatMap(rangeOf));
  return {
    hostListed: (host) => names.has(hostName(host)),
    refusal: (address) => {
      if (isIP(address) === 0) return 'no address';
      const place = plain(address);
      if (inList(listed, place)) return undefined;
      const inner = carried(place);
      // an address that carries another one leads to that one
      return forbidden(place, purpose) ?? (inner === undefined ? undefined : innerRefusal(inner, listed, purpose));
    },
  };
}

/** How a host is compared: no brackets, no final dot, lower case. */
export function hostName(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '').toLowerCase();
}

function innerRefusal(address: string, listed: BlockList, purpose: Purpose): AddressKindName | undefined {
  return inList(listed, address) ? undefined : forbidden(address, purpose);
}

function forbidden(address: string, purpose: Purpose): AddressKindName | undefined {
  const kind = kindOf(address);
  return kind === 'private' && purpose === 'camera' ? undefined : kind;
}

function rangeOf(entry: string): (readonly [string, number])[] {
  const [address = '', bits] = entry.split('/');
  const written = address.replace(/^\[|\]$/g, '');
  if (isIP(written) === 0) return [];
  const place = plain(written);
  const most = isIP(place) === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits) - (place === written.split('%')[0] ? 0 : 96);
  return Number.isInteger(prefix) && prefix >= 0 && prefix <= most ? [[place, prefix]] : [];
}
