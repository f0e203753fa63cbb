import { BlockList, isIPv4 } from 'node:net';

/** What kind of address it is, in words. Those of `NOWHERE` are no place for a camera; `private` is one, but not for media. */
export type AddressKindName = 'loopback' | 'link-local' | 'unspecified' | 'multicast' | 'broadcast' | 'metadata' | 'reserved' | 'tunnel' | 'private';

type Range = readonly [network: string, prefix: number];

/**
 * The special-purpose registries of IANA (RFC 6890 and its successors), and the addresses under which clouds hand out credentials:
 * AWS, Azure and Google 169.254.169.254, AWS fd00:ec2::254, Google fd20:ce::254, Alibaba 100.100.100.200, Oracle 192.0.0.192,
 * Azure's 168.63.129.16. The first kind that holds is told.
 */
const RANGES: readonly (readonly [AddressKindName, readonly Range[]])[] = [
  ['metadata', [['169.254.169.254', 32], ['169.254.170.2', 32], ['100.100.100.200', 32], ['192.0.0.192', 32], ['168.63.129.16', 32], ['fd00:ec2::', 32], ['fd20:ce::254', 128]]],
  ['loopback', [['127.0.0.0', 8], ['::1', 128]]],
  ['unspecified', [['0.0.0.0', 8], ['::', 128]]],
  ['link-local', [['169.254.0.0', 16], ['fe80::', 10]]],
  ['multicast', [['224.0.0.0', 4], ['ff00::', 8]]],
  ['broadcast', [['255.255.255.255', 32]]],
  ['reserved', [['240.0.0.0', 4], ['100::', 64]]],
  // Teredo and local-use translation: where they lead cannot be read off them
  ['tunnel', [['2001::', 32], ['64:ff9b:1::', 48]]],
  ['private', [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['198.18.0.0', 15]]],
  ['private', [['198.51.100.0', 24], ['203.0.113.0', 24], ['fc00::', 7], ['fec0::', 10], ['2001:db8::', 32], ['3fff::', 20]]],
];

const LISTS = RANGES.map(([kind, ranges]) => [kind, blockList(ranges)] as const);

/** The kind of one plain address, as it is written: no forms that carry another one. */
export function kindOf(address: string): AddressKindName | undefined {
  return LISTS.find(([, list]) => inList(list, address))?.[0];
}

export function inList(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

export function blockList(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
  return list;
}

/** An address without zone, and IPv4 for an IPv4-mapped one (RFC 4291, 2.5.5.2), which is the same place. */
export function plain(address: string): string {
  const [bare = ''] = address.split('%');
  if (isIPv4(bare)) return bare;
  const words = wordsOf(bare);
  return words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff ? dotted(words, 6) : bare;
}

/**
 * The IPv4 address that an IPv6 one is translated or tunnelled to: NAT64 (RFC 6052), 6to4 (RFC 3056), SIIT (RFC 2765), ISATAP
 * (RFC 5214) and the deprecated IPv4-compatible form.
 */
export function carried(address: string): string | undefined {
  if (isIPv4(address)) return undefined;
  const words = wordsOf(address);
  const head = words.slice(0, 6).map((word) => word.toString(16)).join(':');
  if (words[0] === 0x2002) return dotted(words, 1);
  const isatap = ((words[4] ?? 0) & 0xfdff) === 0 && words[5] === 0x5efe;
  return isatap || ['64:ff9b:0:0:0:0', '0:0:0:0:ffff:0', '0:0:0:0:0:0'].includes(head) ? dotted(words, 6) : undefined;
}

function dotted(words: readonly number[], at: number): string {
  const [high = 0, low = 0] = words.slice(at, at + 2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight words of an IPv6 address, through its canonical form, which has no dotted part. */
function wordsOf(address: string): number[] {
  const [left = '', right] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const numbers = (part: string): number[] => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  if (right === undefined) return numbers(left);
  const [head, tail] = [numbers(left), numbers(right)];
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}
