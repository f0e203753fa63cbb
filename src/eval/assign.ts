/** A pair that may be made, and what it costs. */
export interface Pair {
  readonly row: number;
  readonly column: number;
  readonly cost: number;
}

/**
 * One-to-one assignment: as many of the pairs as can stand together, and of all such choices one of least total cost
 * (successive cheapest augmenting paths).
 */
export function assign<P extends Pair>(pairs: readonly P[]): P[] {
  const chosen = new Map<number, P>();
  for (let path = cheapestPath(pairs, chosen); path.length > 0; path = cheapestPath(pairs, chosen)) {
    for (const pair of path) chosen.set(pair.column, pair);
  }
  return [...chosen.values()].sort((a, b) => a.row - b.row);
}

/**
 * The cheapest way to give one more row a column: its pairs take columns from rows that find another one in turn. Searched
 * by relaxation (Bellman–Ford), since giving a column up is a negative cost. Empty when no row can be added.
 */
function cheapestPath<P extends Pair>(pairs: readonly P[], chosen: ReadonlyMap<number, P>): P[] {
  const ofRow = new Map([...chosen.values()].map((p) => [p.row, p]));
  const reached = new Map<number, { cost: number; pair: P }>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const pair of pairs) {
      const given = ofRow.get(pair.row);
      if (given === pair) continue;
      const before = given ? (reached.get(given.column)?.cost ?? Infinity) - given.cost : 0;
      const cost = before + pair.cost;
      // rounding must not keep the relaxation going
      if (cost >= (reached.get(pair.column)?.cost ?? Infinity) - 1e-9) continue;
      reached.set(pair.column, { cost, pair });
      changed = true;
    }
  }
  const free = [...reached].filter(([column]) => !chosen.has(column)).sort((a, b) => a[1].cost - b[1].cost);
  const path: P[] = [];
  for (let at = free[0]?.[1].pair; at; at = reached.get(ofRow.get(at.row)?.column ?? NaN)?.pair) path.push(at);
  return path;
}
