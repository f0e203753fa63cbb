/** A filter under construction: conditions that must all hold, and their parameters in order. */
export interface Filter {
  readonly where: string[];
  readonly values: (string | number)[];
}

/** The most rows that one query returns, and how many where no limit is given. */
export const MAX_ROWS = 100_000;
export const DEFAULT_ROWS = 1000;

export function emptyFilter(): Filter {
  return { where: [], values: [] };
}

/** Adds `condition` (with one `?` per value) unless the value is undefined. */
export function also(filter: Filter, condition: string, value: string | number | undefined): void {
  if (value === undefined) return;
  filter.where.push(condition);
  filter.values.push(value);
}

/** ` WHERE …`, or nothing. */
export function whereClause(filter: Filter): string {
  return filter.where.length > 0 ? ` WHERE ${filter.where.join(' AND ')}` : '';
}

/** ` ORDER BY … LIMIT n`; newest first where no order is given. */
export function orderClause(column: string, order: 'asc' | 'desc' = 'desc', limit = DEFAULT_ROWS): string {
  const rows = Math.max(0, Math.min(MAX_ROWS, Math.floor(limit)));
  return ` ORDER BY ${column} ${order === 'asc' ? 'ASC' : 'DESC'}, seq ${order === 'asc' ? 'ASC' : 'DESC'} LIMIT ${rows}`;
}

/** The words of a search text; all of them must occur, in any order, anywhere in a word. */
export function terms(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}

/** A LIKE pattern for text that contains `term` literally (ESCAPE '\'). */
export function containing(term: string): string {
  return `%${term.replace(/[\\%_]/g, '\\$&')}%`;
}
