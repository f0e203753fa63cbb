import type { ClipLabel } from './clip.ts';
import type { Match } from './score.ts';

/** Kind by kind: how many labels there were and how many were found. */
export type KindCounts = ReadonlyMap<string, { readonly labelled: number; readonly matched: number }>;

export function countKinds(labels: readonly ClipLabel[], matches: readonly Match[]): KindCounts {
  const found = new Set(matches.map((m) => m.truth));
  const counts = labels.map((l): [string, number] => [l.kind ?? l.text, found.has(l) ? 1 : 0]);
  return addKinds(counts.map(([kind, matched]) => new Map([[kind, { labelled: 1, matched }]])));
}

export function addKinds(all: readonly KindCounts[]): KindCounts {
  const total = new Map<string, { labelled: number; matched: number }>();
  for (const [kind, { labelled, matched }] of all.flatMap((k) => [...k])) {
    const known = total.get(kind) ?? { labelled: 0, matched: 0 };
    total.set(kind, { labelled: known.labelled + labelled, matched: known.matched + matched });
  }
  return total;
}
