interface Dated {
  readonly id: string;
  readonly phase: string;
  readonly start_ms: number;
}

/**
 * A list, newest first, with one in its newest phase: in the place of its earlier phases, by when it began; away where it was taken
 * back. No longer than `most`.
 */
export function merged<T extends Dated>(list: readonly T[], one: T, most: number): readonly T[] {
  const others = list.filter(({ id }) => id !== one.id);
  if (one.phase === 'retracted') return others;
  const place = others.findIndex(({ start_ms: start }) => start <= one.start_ms);
  return others.toSpliced(place < 0 ? others.length : place, 0, one).slice(0, most);
}
