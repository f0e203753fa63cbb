import { join } from 'node:path';
import type { ErrorCode } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Event } from '../values.ts';
import { createEventRecorder } from './eventRecorder.ts';
import { openRecordings } from './recordings.ts';
import type { Recordings } from './recordings.ts';
import { startRetention } from './retention.ts';

export type RecordingMode = 'off' | 'continuous' | 'events';

export interface KeeperOptions {
  /** `recordings` of the configuration; `dir` absolute */
  readonly settings: {
    readonly mode: RecordingMode;
    readonly dir: string;
    readonly segment: number;
    readonly days: number;
    readonly max_mb: number;
    readonly before: number;
    readonly after: number;
  };
  /** a camera's own mode, if it has one */
  mode(camera: string): RecordingMode | undefined;
  /** Has a camera record a stretch of time (wall clock, ms); camera/camera.ts. */
  record(camera: string, from: number, to: number): void;
  readonly log: Logger;
  /** wall clock, ms */
  now(): number;
}

/** What a camera's process says of its recording; camera/recordWire.ts. */
export type Told =
  | { readonly kind: 'recorded'; readonly segment: { readonly file: string; readonly bytes: number; readonly from: number; readonly to: number } }
  | { readonly kind: 'unrecorded'; readonly code: ErrorCode; readonly detail: string; readonly from: number; readonly to: number };

/** The recordings as the daemon makes, keeps and shows them. */
export interface RecordingsKeeper extends Recordings {
  /** How a camera is to be opened (`recording` of its options); undefined: it is not recorded. */
  of(camera: string): { readonly folder: string; readonly seconds: number; readonly continuous: boolean; readonly before: number } | undefined;
  /** Takes what a camera's process says of it. */
  told(camera: string, told: Told): void;
  /** Takes an event in any phase. */
  event(event: Pick<Event, 'id' | 'camera' | 'start' | 'end' | 'phase'>): void;
}

/** Keeps within bounds what there is, also where nothing is recorded any longer, until the signal aborts. */
export function keepRecordings({ settings, mode, record, log, now }: KeeperOptions, signal: AbortSignal): RecordingsKeeper {
  const { dir: folder, segment: seconds, days, max_mb: maxMb, before, after } = settings;
  const modeOf = (camera: string): RecordingMode => mode(camera) ?? settings.mode;
  const retention = startRetention({ folder, days, maxMb, log, now }, signal);
  const events = createEventRecorder({ before, after, recorded: (camera) => modeOf(camera) === 'events', record, now });
  signal.addEventListener('abort', events.close, { once: true });
  return {
    ...openRecordings({ folder }),
    of(camera) {
      const continuous = modeOf(camera) === 'continuous';
      return modeOf(camera) === 'off' ? undefined : { folder: join(folder, camera), seconds, continuous, before: continuous ? 0 : before };
    },
    told(camera, message) {
      if (message.kind === 'recorded') return retention.wrote(message.segment.file, message.segment.bytes);
      const { code, detail, from, to } = message;
      if (to > from) log.warn({ camera, code, from: new Date(from).toISOString(), to: new Date(to).toISOString() }, 'the recording has a gap');
      else log.error({ camera, code }, detail);
      if (code === 'RECORDINGS_SPACE') void retention.prune();
    },
    event: events.event,
  };
}
