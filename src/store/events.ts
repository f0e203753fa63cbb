import type { Database } from 'better-sqlite3';
import type { Event, EventPhase, TimeSource } from '../values.ts';
import { also, containing, emptyFilter, orderClause, terms, whereClause } from './query.ts';
import type { Filter } from './query.ts';

/** Which events: all conditions must hold. An event belongs to a range if it overlaps it. Times in ms. */
export interface EventQuery {
  readonly since?: number;
  readonly until?: number;
  readonly camera?: string;
  /** words that all occur in the event's text, in any order; parts of words count, case and accents do not */
  readonly text?: string;
  readonly limit?: number;
  /** by start; newest first ('desc') unless told otherwise */
  readonly order?: 'asc' | 'desc';
  /** events that later windows took back are left out unless asked for */
  readonly retracted?: boolean;
}

interface EventRow {
  id: string; camera: string; text: string; start_at: number; end_at: number;
  start_uncertainty: number; end_uncertainty: number; time_source: string; phase: string; window_id: string;
  model: string; confidence: number; sightings: number; detected_at: number;
  capture_ms: number; queue_ms: number; infer_ms: number;
}

const COLUMNS = [
  'id', 'camera', 'text', 'start_at', 'end_at', 'start_uncertainty', 'end_uncertainty', 'time_source', 'phase', 'window_id',
  'model', 'confidence', 'sightings', 'detected_at', 'capture_ms', 'queue_ms', 'infer_ms',
] as const;

const UPSERT =
  `INSERT INTO events (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((c) => `@${c}`).join(', ')}) ` +
  `ON CONFLICT (id) DO UPDATE SET ${COLUMNS.slice(1).map((c) => `${c} = excluded.${c}`).join(', ')}`;

export interface EventLog {
  put(e: Event): void;
  find(q: EventQuery): Event[];
  /** deletes at most `limit` events that ended before `before`; returns how many */
  prune(before: number, limit: number): number;
}

/** The events' table: one row per event, in its latest phase. */
export function eventLog(db: Database): EventLog {
  const upsert = db.prepare<[EventRow]>(UPSERT);
  const longest = db
    .prepare<[], number>('SELECT end_at - start_at FROM events ORDER BY end_at - start_at DESC LIMIT 1')
    .pluck();
  const remove = db.prepare<[number, number]>(
    'DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE end_at < ? ORDER BY end_at LIMIT ?)',
  );
  return {
    put: (e) => void upsert.run(toRow(e)),
    find(q) {
      const filter = eventFilter(q, longest.get() ?? 0);
      const sql = `SELECT * FROM events${whereClause(filter)}${orderClause('start_at', q.order, q.limit)}`;
      return db.prepare<(string | number)[], EventRow>(sql).all(...filter.values).map(toEvent);
    },
    prune: (before, limit) => remove.run(before, limit).changes,
  };
}

function eventFilter(q: EventQuery, longest: number): Filter {
  const filter = emptyFilter();
  also(filter, 'camera = ?', q.camera);
  also(filter, 'start_at <= ?', q.until);
  if (q.since !== undefined) {
    also(filter, 'end_at >= ?', q.since);
    // Implied by the line above; lets the index on the start bound the search from below as well.
    also(filter, 'start_at >= ?', q.since - Math.max(0, longest));
  }
  for (const term of terms(q.text ?? '')) {
    // The trigram index knows no words of one or two characters, and Chinese has many.
    if ([...term].length < 3) also(filter, "text LIKE ? ESCAPE '\\'", containing(term));
    else also(filter, 'seq IN (SELECT rowid FROM events_text WHERE events_text MATCH ?)', `"${term.replaceAll('"', '""')}"`);
  }
  if (q.retracted !== true) filter.where.push("phase <> 'retracted'");
  return filter;
}

function toRow(e: Event): EventRow {
  return {
    id: e.id, camera: e.camera, text: e.text, start_at: e.start, end_at: e.end,
    start_uncertainty: e.startUncertainty, end_uncertainty: e.endUncertainty, time_source: e.timeSource, phase: e.phase,
    window_id: e.windowId, model: e.model, confidence: e.confidence, sightings: e.sightings, detected_at: e.detectedAt,
    capture_ms: e.latency.capture, queue_ms: e.latency.queue, infer_ms: e.latency.infer,
  };
}

function toEvent(row: EventRow): Event {
  return {
    id: row.id, camera: row.camera, text: row.text, start: row.start_at, end: row.end_at,
    startUncertainty: row.start_uncertainty, endUncertainty: row.end_uncertainty,
    timeSource: row.time_source as TimeSource, phase: row.phase as EventPhase,
    windowId: row.window_id, model: row.model, confidence: row.confidence, sightings: row.sightings, detectedAt: row.detected_at,
    latency: { capture: row.capture_ms, queue: row.queue_ms, infer: row.infer_ms },
  };
}
