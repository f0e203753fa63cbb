import type { Database, Statement } from 'better-sqlite3';
import { LookoutError } from '../errors.ts';

/** A filter under construction: conditions that must all hold, and their parameters in order. */
export interface Filter {
  readonly where: string[];
  readonly values: (string | number)[];
}

const prepared = new WeakMap<Database, Map<string, Statement<Value[]>>>();
/** Statements of this file are remembered up to this many; a question's shape makes its statement, not what is asked for. */
const REMEMBERED = 300;

/** A statement, prepared once. */
export function statement(db: Database, sql: string): Statement<Value[]> {
  const known = prepared.get(db) ?? new Map<string, Statement<Value[]>>();
  prepared.set(db, known);
  const found = known.get(sql) ?? db.prepare<Value[]>(sql);
  if (known.size >= REMEMBERED) known.clear();
  known.set(sql, found);
  return found;
}

export type Value = string | number;

/** The most rows that one query returns, and how many where no limit is given. */
export const MAX_ROWS = 100_000;
const DEFAULT_ROWS = 1000;

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

/** How many rows a query gives: a whole number up to MAX_ROWS. */
export function rowLimit(limit = DEFAULT_ROWS): number {
  return Math.max(0, Math.min(MAX_ROWS, Math.floor(limit)));
}

/** ` ORDER BY … LIMIT n`; newest first where no order is given. */
export function orderClause(column: string, order: 'asc' | 'desc' = 'desc', limit?: number): string {
  return ` ORDER BY ${column} ${order === 'asc' ? 'ASC' : 'DESC'}, seq ${order === 'asc' ? 'ASC' : 'DESC'} LIMIT ${rowLimit(limit)}`;
}

/** A LIKE pattern for text that contains `term` literally (ESCAPE '\\'). */
export function containing(term: string): string {
  return `%${term.replace(/[\\%_]/g, '\\$&')}%`;
}

/** The shortest beginning by which an id may be given. */
const LEAST_BEGINNING = 4;

/**
 * The rows whose id is `id`, or else those of the one id that begins with it; `select` ends with the column of the id.
 * @throws LookoutError USAGE where several ids begin so
 */
export function byBeginning<T extends object>(db: Database, select: string, id: string, column: keyof T & string): T[] {
  const exact = statement(db, `${select} = ?`).all(id) as T[];
  if (exact.length > 0 || id.length < LEAST_BEGINNING) return exact;
  const rows = statement(db, `${select} BETWEEN ? AND ? LIMIT 20`).all(id, `${id}\u{10ffff}`) as T[];
  const ids = new Set(rows.map((row) => row[column]));
  if (ids.size > 1) throw new LookoutError('USAGE', `several ids begin with ${JSON.stringify(id)}: give more of it.`);
  return rows;
}
