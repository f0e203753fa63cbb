import { readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/** More threads than this wait for each other more than they work, at one token a step. */
const MOST = 8;

/** Threads for the runtime: one per physical core that this process may use, at most eight. */
export function processorThreads(): number {
  return Math.max(1, Math.floor(Math.min(MOST, availableParallelism(), physicalCores(), quota())));
}

/** Cores, those that run two threads counted once; Infinity where only Linux could tell. */
export function physicalCores(cpus = '/sys/devices/system/cpu'): number {
  const siblings = new Set<string>();
  for (const name of listed(cpus)) {
    const own = /^cpu\d+$/.test(name) ? textOf(join(cpus, name, 'topology/thread_siblings_list')) : undefined;
    if (own !== undefined) siblings.add(own);
  }
  return siblings.size === 0 ? Infinity : siblings.size;
}

/**
 * Processors' worth of time that the control groups (version 2) grant this process: the least of cpu.max from its own group
 * upwards; Infinity where none is set. Node looks at affinity only.
 */
export function quota(root = '/sys/fs/cgroup', membership = '/proc/self/cgroup'): number {
  const path = /^0::(\/.*)$/m.exec(textOf(membership) ?? '')?.[1];
  if (path === undefined) return Infinity;
  let least = Infinity;
  for (let group = path; ; group = dirname(group)) {
    const [most = 'max', period = '100000'] = (textOf(join(root, group, 'cpu.max')) ?? '').split(' ');
    if (/^\d+$/.test(most)) least = Math.min(least, Number(most) / Number(period));
    if (group === '/') return least;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
