import { parseShard } from './shard.ts';
import type { Shard } from './shard.ts';

/** `2/3`: the second of three daemons that share the cameras of one configuration. */
export const SHARD = 'LOOKOUT_SHARD';
/** What a configuration may say for them, so that one serves every shard; without a shard they are the first of one. */
const INDEX = 'LOOKOUT_SHARD_INDEX';
const COUNT = 'LOOKOUT_SHARDS';

/** @throws LookoutError USAGE for what is no shard */
export function shardIn(env: NodeJS.ProcessEnv): Shard | undefined {
  const text = env[SHARD];
  return text === undefined || text === '' ? undefined : parseShard(text);
}

/** A variable as configurations may name it: of the environment, or what follows from the shard. */
export function variableIn(env: NodeJS.ProcessEnv, name: string): string | undefined {
  if (name === INDEX) return String(shardIn(env)?.index ?? 1);
  if (name === COUNT) return String(shardIn(env)?.of ?? 1);
  return env[name];
}
