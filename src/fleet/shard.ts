import { createHash } from 'node:crypto';
import { LookoutError } from '../errors.ts';

/** Which of several daemons this is, that share the cameras of one configuration: the `index`th (from 1) `of` so many. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Far more daemons than one configuration has cameras for. */
const MOST = 10_000;

/** @throws LookoutError USAGE for what is not `i/n` with 1 ≤ i ≤ n */
export function parseShard(text: string): Shard {
  const [, index, of] = (/^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (index === undefined || of === undefined || index < 1 || index > of || of > MOST) {
    throw new LookoutError('USAGE', `"${text}" is no shard: give i/n, where i is from 1 to n, and n the number of daemons.`);
  }
  return { index, of };
}

/** `2/3` */
export function shardName({ index, of }: Shard): string {
  return `${index}/${of}`;
}

/**
 * Which of `of` shards (from 1) watches a camera: rendezvous hashing, highest random weight wins. One more shard takes over
 * only the cameras for which its own weight is the highest, 1 of `of` + 1 on average, and none moves between the others.
 * D. G. Thaler, C. V. Ravishankar: Using name-based mappings to increase hit rates. IEEE/ACM Transactions on Networking 6(1), 1998.
 */
export function ownerOf(camera: string, of: number): number {
  let owner = 1;
  let heaviest = -1n;
  for (let shard = 1; shard <= of; shard++) {
    const weight = weightOf(shard, camera);
    if (weight > heaviest) [owner, heaviest] = [shard, weight];
  }
  return owner;
}

/** Without a shard all cameras are one's own. */
export function owns(shard: Shard | undefined, camera: string): boolean {
  return shard === undefined || ownerOf(camera, shard.of) === shard.index;
}

/** The first 64 bits (big endian) of the SHA-256 of `<shard>/<camera>`: the same in every language, and in every version. */
function weightOf(shard: number, camera: string): bigint {
  return createHash('sha256').update(`${shard}/${camera}`).digest().readBigUInt64BE(0);
}
