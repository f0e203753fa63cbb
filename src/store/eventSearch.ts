import type { Database } from 'better-sqlite3';
import type { Event, EventPhase } from '../values.ts';
import { EVENT_COLUMNS, MOST_REACH, SHORT, eventOf, longest } from './eventRow.ts';
import { MAX_ROWS, also, emptyFilter, rowLimit, statement, whereClause } from './query.ts';
import type { Filter, Value } from './query.ts';
import type { TextIndex } from './textIndex.ts';
import { folded, terms } from './words.ts';

/** Which events: all conditions must hold. An event belongs to a range if it overlaps it. Times in ms. */
export interface EventQuery {
  readonly since?: number;
  readonly until?: number;
  readonly camera?: string;
  /** words that all occur in the event's text, in any order; parts of words count, case and accents do not */
  readonly text?: string;
  readonly phase?: EventPhase;
  readonly limit?: number;
  /** by start; newest first ('desc') unless told otherwise */
  readonly order?: 'asc' | 'desc';
  /** events that later windows took back are left out unless asked for */
  readonly retracted?: boolean;
}

interface Found { readonly seq: number; readonly start_at: number; readonly text: string; readonly values: readonly Value[] }

const FIELDS = `${EVENT_COLUMNS.join(', ')}, events.seq`;
const [START, TEXT, SEQ] = [EVENT_COLUMNS.indexOf('start_at'), EVENT_COLUMNS.indexOf('text'), EVENT_COLUMNS.length];

/** Rows as lists: named ones take the driver three times as long. */
function foundBy(db: Database, sql: string, filter: Filter): Found[] {
  const rows = statement(db, sql).raw().all(...filter.values) as Value[][];
  return rows.map((values) => ({ seq: values[SEQ] as number, start_at: values[START] as number, text: values[TEXT] as string, values }));
}

/** Rows read at a time beyond those wanted: those whose keys lie in another order than their starts. */
const MORE = 32;

/**
 * The events of a query, exactly: rows are read in the order of their keys, which are within `spread` of the starts, until no
 * further row can come before the last one wanted. Long events that began before the range are looked up by their reach.
 */
export function findEvents(db: Database, index: TextIndex, spread: number, q: EventQuery): Event[] {
  const limit = rowLimit(q.limit);
  const match = q.text === undefined ? '' : index.match(q.text, q.camera);
  if (limit === 0 || match === undefined) return [];
  const holds = textTest(q.text);
  const ascending = q.order === 'asc';
  const begun = (): Found[] => (q.since === undefined ? [] : begunBefore(db, q.since, spread, q).filter(holds));
  const lowest = q.since === undefined ? undefined : q.since - SHORT - spread;
  const rows = ascending ? begun() : [];
  rows.push(...inOrder(db, q, { match, lowest, spread, limit, holds, ascending }));
  if (!ascending && rows.length < limit) rows.push(...begun());
  const sign = ascending ? 1 : -1;
  return rows.sort((a, b) => sign * (a.start_at - b.start_at || a.seq - b.seq)).slice(0, limit).map((row) => eventOf(row.values));
}

interface Walk {
  readonly match: string;
  readonly lowest: number | undefined;
  readonly spread: number;
  readonly limit: number;
  readonly holds: (row: Found) => boolean;
  readonly ascending: boolean;
}

/** Rows from `lowest` on in the order of their keys, at least as many as are wanted and all that might come before the last of them. */
function inOrder(db: Database, q: EventQuery, walk: Walk): Found[] {
  const { lowest, spread, limit, holds, ascending } = walk;
  const found: Found[] = [];
  const chunk = Math.max(limit + MORE, 4 * MORE);
  const ends = { from: bound(lowest, Math.floor), to: bound(q.until === undefined ? undefined : q.until + spread, Math.ceil) };
  let edge: number | undefined;
  for (;;) {
    const rows = stretch(db, q, walk, ends, chunk);
    for (const row of rows) {
      // No row from here on can begin before (after) the last one wanted.
      if (edge !== undefined && (ascending ? row.seq - spread > edge : row.seq + spread < edge)) return found;
      if (holds(row)) found.push(row);
      if (found.length === limit) edge = found.reduce((e, { start_at: at }) => (ascending ? Math.max(e, at) : Math.min(e, at)), row.start_at);
    }
    const last = rows.at(-1)?.seq;
    if (rows.length < chunk || last === undefined) return found;
    if (ascending) ends.from = last + 1;
    else ends.to = last - 1;
    if (edge === undefined) continue;
    // Only a few more can matter, of the many that may begin within the spread: the database passes over the others.
    if (ascending) ends.to = Math.min(ends.to ?? Infinity, Math.ceil(edge + spread));
    else ends.from = Math.max(ends.from ?? -Infinity, Math.floor(edge - spread));
    return [...found, ...stretch(db, q, walk, ends, MAX_ROWS, edge).filter(holds)];
  }
}

/** Rows whose keys lie within, in their order; with `edge` those alone that begin no later (no earlier). */
function stretch(db: Database, q: EventQuery, { match, ascending }: Walk, { from, to }: { readonly from?: number; readonly to?: number }, limit: number, edge?: number): Found[] {
  const [key, source] = match === '' ? ['events.seq', 'events'] : ['events_text.rowid', 'events_text CROSS JOIN events ON events.seq = events_text.rowid'];
  const filter = conditions(q);
  // Cast: numbers come as floats, by which FTS5 does not seek.
  also(filter, 'events_text MATCH ?', match || undefined);
  also(filter, `${key} >= CAST(? AS INTEGER)`, from);
  also(filter, `${key} <= CAST(? AS INTEGER)`, to);
  also(filter, `start_at ${ascending ? '<=' : '>='} ?`, edge);
  filter.values.push(limit);
  return foundBy(db, `SELECT ${FIELDS} FROM ${source}${whereClause(filter)} ORDER BY ${key} ${ascending ? 'ASC' : 'DESC'} LIMIT ?`, filter);
}

function bound(at: number | undefined, round: (n: number) => number): number | undefined {
  return at === undefined ? undefined : Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, round(at)));
}

/** Events that began too long before `since` for the walk, and last until it. */
function begunBefore(db: Database, since: number, spread: number, q: EventQuery): Found[] {
  const first = bound(since - SHORT - spread, Math.floor) ?? 0;
  const found: Found[] = [];
  for (let reach = 1; reach <= MOST_REACH; reach++) {
    const filter = conditions(q);
    filter.where.push('reach > 0');
    also(filter, 'reach = ?', reach);
    also(filter, 'events.seq < ?', first);
    also(filter, 'events.seq >= ?', bound(since - longest(reach) - spread, Math.floor));
    const sql = `SELECT ${FIELDS} FROM events INDEXED BY events_reach${whereClause(filter)}`;
    found.push(...foundBy(db, sql, filter));
  }
  return found;
}

function conditions(q: EventQuery): Filter {
  const filter = emptyFilter();
  also(filter, 'camera = ?', q.camera);
  also(filter, 'start_at <= ?', q.until);
  also(filter, 'end_at >= ?', q.since);
  also(filter, 'phase = ?', q.phase);
  if (q.retracted !== true && q.phase !== 'retracted') filter.where.push("phase <> 'retracted'");
  return filter;
}

/** The index gives candidates; whether all words are in the text is seen on the text. */
function textTest(text: string | undefined): (row: { text: string }) => boolean {
  const wanted = terms(text ?? '');
  if (wanted.length === 0) return () => true;
  return (row) => {
    const all = folded(row.text);
    return wanted.every((term) => all.includes(term));
  };
}

