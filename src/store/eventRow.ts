import { LookoutError } from '../errors.ts';
import type { Event, EventPhase, TimeSource } from '../values.ts';

/** A row of `events`, in the order of EVENT_COLUMNS. */
export interface EventRow {
  id: string; camera: string; text: string; start_at: number; end_at: number;
  start_uncertainty: number; end_uncertainty: number; time_source: string; phase: string; window_id: string;
  model: string; confidence: number; sightings: number; detected_at: number;
  capture_ms: number; queue_ms: number; infer_ms: number; reach: number;
}

export const EVENT_COLUMNS = [
  'id', 'camera', 'text', 'start_at', 'end_at', 'start_uncertainty', 'end_uncertainty', 'time_source', 'phase', 'window_id',
  'model', 'confidence', 'sightings', 'detected_at', 'capture_ms', 'queue_ms', 'infer_ms', 'reach',
] as const satisfies readonly (keyof EventRow)[];

/** Events up to this long have reach 0, ms. */
export const SHORT = 60_000;
/** The greatest reach: two years. */
export const MOST_REACH = 20;

/** The least n with a length of at most 2ⁿ minutes: how far before a time one has to look for events that last until it. */
export function reachOf(length: number): number {
  return length <= SHORT ? 0 : Math.min(MOST_REACH, Math.ceil(Math.log2(length / SHORT)));
}

/** How long an event of that reach is at most, ms. */
export function longest(reach: number): number {
  return reach >= MOST_REACH ? Infinity : SHORT * 2 ** reach;
}

/** @throws LookoutError STORE_WRITE where a number is none: refused at once and not when its turn to be written comes */
export function toRow(e: Event): EventRow {
  const row = {
    id: e.id, camera: e.camera, text: e.text, start_at: e.start, end_at: e.end,
    start_uncertainty: e.startUncertainty, end_uncertainty: e.endUncertainty, time_source: e.timeSource, phase: e.phase,
    window_id: e.windowId, model: e.model, confidence: e.confidence, sightings: e.sightings, detected_at: e.detectedAt,
    capture_ms: e.latency.capture, queue_ms: e.latency.queue, infer_ms: e.latency.infer, reach: reachOf(e.end - e.start),
  };
  return checked(row, 'an event');
}

const UNITS = /[\ud800-\udfff]/;
/** Half of a character that takes two units: what UTF-8 cannot hold. */
const HALF = /\p{Surrogate}/gu;

/** The row as it can be kept. @throws LookoutError STORE_WRITE where a number of it is none */
export function checked<T extends object>(row: T, what: string): T {
  let sound = row;
  for (const column of Object.keys(row) as (keyof T & string)[]) {
    const value: unknown = row[column];
    if (typeof value === 'number' && !Number.isFinite(value)) throw new LookoutError('STORE_WRITE', `${what} cannot be kept: ${column} is ${value}.`);
    if (typeof value === 'string' && UNITS.test(value)) sound = { ...sound, [column]: value.replace(HALF, '\ufffd') };
  }
  return sound;
}

/** The event of a row's values, in the order of EVENT_COLUMNS: by place, since a thousand of them are to take no more than a millisecond. */
export function eventOf(row: readonly (string | number)[]): Event {
  const [text, number] = [(i: number) => row[i] as string, (i: number) => row[i] as number];
  return {
    id: text(0), camera: text(1), text: text(2), start: number(3), end: number(4), startUncertainty: number(5), endUncertainty: number(6),
    timeSource: text(7) as TimeSource, phase: text(8) as EventPhase, windowId: text(9), model: text(10), confidence: number(11),
    sightings: number(12), detectedAt: number(13), latency: { capture: number(14), queue: number(15), infer: number(16) },
  };
}
