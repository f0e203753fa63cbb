/** Things that stand so near to each other on the screen that they are drawn as one. `members` are in order of `at`, never empty. */
export interface Cluster<T> {
  readonly at: number;
  readonly members: readonly [T, ...T[]];
}

/**
 * Joins what stands nearer than `nearest` ms to the cluster's first one. One pass over what is sorted by `at`, so that a cluster is
 * never wider than `nearest`, and the same things make the same clusters while the view only moves.
 */
export function clustered<T>(items: readonly T[], at: (item: T) => number, nearest: number): Cluster<T>[] {
  const out: { at: number; members: [T, ...T[]] }[] = [];
  for (const item of [...items].sort((a, b) => at(a) - at(b))) {
    const last = out.at(-1);
    if (last && at(item) - last.at < nearest) last.members.push(item);
    else out.push({ at: at(item), members: [item] });
  }
  return out;
}

const RANK = { info: 0, warning: 1, critical: 2 } as const;
export type Severity = keyof typeof RANK;

/** The gravest of several. */
export function gravest(severities: readonly Severity[]): Severity {
  return severities.reduce<Severity>((worst, one) => (RANK[one] > RANK[worst] ? one : worst), 'info');
}
