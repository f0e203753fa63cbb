import type { TimeSource } from '../values.ts';

/** What the name of a recorded file says, wall clock in ms. */
export interface SegmentName {
  readonly from: number;
  /** the end of its last picture; undefined while it is written to, and after a crash: then the file itself says how far it reaches */
  readonly to: number | undefined;
  /** of both, ms */
  readonly uncertainty: number;
  readonly timeSource: TimeSource;
}

const NAME = /^(\d{1,15})(?:-(\d{1,15}))?-u(\d{1,9})-(rtcp|arrival|file)\.mp4(\.part)?$/;
const MOST_UNCERTAIN = 999_999_999;

/** `<from>-<to>-u<uncertainty>-<source>.mp4`, all in ms; `<from>-u<uncertainty>-<source>.mp4.part` while it is written to. */
export function segmentName({ from, to, uncertainty, timeSource }: SegmentName): string {
  const tail = `u${Math.min(MOST_UNCERTAIN, Math.max(0, Math.ceil(uncertainty)))}-${timeSource}.mp4`;
  return to === undefined ? `${Math.round(from)}-${tail}.part` : `${Math.round(from)}-${Math.round(to)}-${tail}`;
}

/** undefined: it is none of ours. */
export function readSegmentName(name: string): SegmentName | undefined {
  const found = NAME.exec(name);
  if (!found) return undefined;
  const [, from, to, uncertainty, timeSource, part] = found;
  if ((to === undefined) !== (part !== undefined) || Number(to ?? from) < Number(from)) return undefined;
  return { from: Number(from), to: to === undefined ? undefined : Number(to), uncertainty: Number(uncertainty), timeSource: timeSource as TimeSource };
}

/** The folder of a day (UTC) within a camera's: `2026-01-31`. */
export function dayFolder(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
