import { LookoutError } from '../errors.ts';
import type { Backlog } from './segmentFile.ts';

export interface DiskPatienceOptions {
  /** ms that the disk is left in peace after a failure; 5000 by default */
  readonly pause?: number;
  /** bytes that may wait for the disk; 32 MB by default */
  readonly waiting?: number;
}

/** Hears what of a recording is left out: wall clock, ms. */
export interface LossSink {
  /** What was taken from `from` to `to` is not recorded, or not as a whole; both the same where it has just begun. */
  lost(error: LookoutError, from: number, to: number): void;
}

/** When a disk may be written to, and what is left out until then: told once when it begins, and once when it is over. */
export interface DiskPatience {
  readonly backlog: Backlog;
  /** more waits for the disk than may */
  readonly choked: boolean;
  /** A new file may be begun: after a failure some time has passed, and it has caught up with most of what waited. */
  ready(): boolean;
  /** Packets are left out from this moment on. */
  slow(folder: string, since: number): void;
  failed(reason: unknown, since: number): void;
  /** What was taken from then on is on the disk. */
  written(from: number): void;
}

const PAUSE = 5000;
const MOST_WAITING = 32e6;
/** Gaps are to be few and whole. */
const CAUGHT_UP = 0.25;

export function createDiskPatience({ pause = PAUSE, waiting = MOST_WAITING }: DiskPatienceOptions, sink: LossSink): DiskPatience {
  const backlog: Backlog = { bytes: 0 };
  let fault: { readonly error: LookoutError; readonly since: number } | undefined;
  let rest = 0;
  let slow = false;
  const begin = (error: LookoutError, since: number): void => {
    if (fault) return;
    fault = { error, since };
    sink.lost(error, since, since);
  };
  return {
    backlog,
    get choked() {
      return backlog.bytes > waiting;
    },
    ready() {
      slow &&= backlog.bytes > CAUGHT_UP * waiting;
      return !slow && performance.now() >= rest;
    },
    slow(folder, since) {
      slow = true;
      begin(new LookoutError('RECORDINGS_WRITE', `${folder}: the disk does not keep up.`), since);
    },
    failed(reason, since) {
      rest = performance.now() + pause;
      begin(reason instanceof LookoutError ? reason : new LookoutError('RECORDINGS_WRITE', String(reason)), since);
    },
    written(from) {
      if (!fault || from < fault.since) return;
      sink.lost(fault.error, fault.since, from);
      fault = undefined;
    },
  };
}
