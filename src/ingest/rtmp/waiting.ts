import type { Socket } from 'node:net';
import { STRANGER } from './limits.ts';

/** Addresses that had a key once, so many of them; under a flood from many addresses they go last. */
const MAX_KNOWN = 1024;

/**
 * Connections that have not shown a key. Their number is bounded per address and in all; the oldest goes, of the address that holds
 * most, so that whoever opens many only takes places from itself. Those with a key are not counted here.
 */
export class WaitingRoom {
  /** in order of arrival */
  readonly #places = new Map<Socket, { readonly address: string; readonly timer: NodeJS.Timeout }>();
  readonly #known = new Set<string>();
  readonly #drop: (socket: Socket, reason: string) => void;

  constructor(drop: (socket: Socket, reason: string) => void) {
    this.#drop = drop;
  }

  enter(socket: Socket): void {
    const address = network(socket.remoteAddress ?? '');
    const timer = setTimeout(() => this.#drop(socket, `No key came within ${STRANGER.time / 1000} s.`), STRANGER.time);
    this.#places.set(socket, { address, timer: timer.unref() });
    socket.once('close', () => this.leave(socket));
    const counts = this.#counts();
    if ((counts.get(address) ?? 0) > STRANGER.perAddress) this.#dropOldest(address);
    else if (this.#places.size > STRANGER.inAll) this.#dropOldest(this.#fullest(counts));
  }

  leave(socket: Socket): void {
    clearTimeout(this.#places.get(socket)?.timer);
    this.#places.delete(socket);
  }

  /** It has shown a key. */
  admit(socket: Socket): void {
    const address = this.#places.get(socket)?.address;
    this.leave(socket);
    if (address === undefined) return;
    this.#known.delete(address);
    this.#known.add(address);
    for (const oldest of this.#known) {
      if (this.#known.size <= MAX_KNOWN) break;
      this.#known.delete(oldest);
    }
  }

  #counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { address } of this.#places.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
    return counts;
  }

  #fullest(counts: ReadonlyMap<string, number>): string {
    const weight = ([address, count]: readonly [string, number]): number => count + (this.#known.has(address) ? 0 : STRANGER.inAll);
    return [...counts].reduce((a, b) => (weight(b) > weight(a) ? b : a))[0];
  }

  #dropOldest(address: string): void {
    for (const [socket, place] of this.#places) {
      if (place.address !== address) continue;
      this.leave(socket);
      this.#drop(socket, 'Too many connections without a key.');
      return;
    }
  }
}

/** An IPv4 address, or the /64 of an IPv6 address: whoever has one of those has 2^64 addresses. */
export function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  const groups = tail === undefined ? first : [...first, ...new Array<string>(8 - first.length - last.length).fill('0'), ...last];
  return groups.slice(0, 4).join(':');
}
