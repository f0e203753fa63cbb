import type { Database } from 'better-sqlite3';
import { LookoutError } from '../errors.ts';
import type { Coverage, CoverageReason, Decision, Feedback, Look } from '../record.ts';
import type { Alert, Event, EventPhase } from '../values.ts';
import type { Logger } from '../health/log.ts';
import type { AlertQuery, StoredAlert } from './alertSearch.ts';
import type { PendingAlert, Published } from './alerts.ts';
import { isDatabase, salvage, setAside } from './aside.ts';
import { assemble } from './assemble.ts';
import { checkBeside } from './check.ts';
import type { CoverageQuery } from './coverage.ts';
import type { DecisionQuery } from './decisions.ts';
import type { EventQuery } from './eventSearch.ts';
import type { FeedbackQuery, JudgedAlert } from './feedback.ts';
import type { HistoryBounds, HistoryStore } from './history.ts';
import type { LookQuery } from './looks.ts';
import { beginRun, endRun, guarded, holdFile, openDatabase } from './open.ts';
import type { Pruned } from './retention.ts';
import type { StoreGlance, StoreStats } from './stats.ts';

export type { AlertQuery, StoredAlert } from './alertSearch.ts';
export type { PendingAlert, Published } from './alerts.ts';
export type { CoverageQuery } from './coverage.ts';
export type { DecisionQuery } from './decisions.ts';
export type { EventQuery } from './eventSearch.ts';
export type { FeedbackQuery, JudgedAlert } from './feedback.ts';

export interface StoreOptions {
  /** the SQLite file; its folder is made if only that is missing. ':memory:' keeps nothing */
  readonly path: string;
  /** days that events, decisions, looks, delivered alerts and gaps are kept; 0 keeps them for ever */
  readonly retentionDays: number;
  /** the file's greatest size: the oldest goes first; without it only the age counts */
  readonly maxMb?: number;
  /** events and gaps are kept for the broker as alerts are, within these bounds; without it they are not */
  readonly history?: HistoryBounds | undefined;
  /** for reading beside a running daemon: creates, checks and changes nothing */
  readonly readOnly?: boolean;
  /** for reading and putFeedback beside a running daemon, or without one: creates, checks and deletes nothing */
  readonly annotate?: boolean;
}

/**
 * The log of what happened: events, alerts with their outbox, what rules decided and the model saw, what people said of alerts, and
 * the gaps in what was watched. Times are wall clock, ms. Events, decisions, looks and rules' states are gathered for a moment and
 * written together (gather.ts); every answer holds them. An id may be given by a unique beginning of at least four characters
 * where one event or alert is asked for (USAGE where several begin so).
 * Every method may throw LookoutError STORE_WRITE (disk full, locked for 2 s …) or STORE_CORRUPT.
 */
export interface Store extends HistoryStore {
  /** Inserts the event, or brings it up to its newest phase. */
  putEvent(e: Event): void;
  putDecision(d: Decision): void;
  putLook(l: Look): void;
  /** Writes what is gathered, forced to the disk before it returns. */
  flush(): void;
  /**
   * Commits the alert and its outbox row in one transaction with what is gathered, forced to the disk before it returns. The same
   * phase put again takes the place of the older state and is sent (again).
   */
  putAlert(a: Alert): void;
  /** The same for several, in one transaction: all or none. */
  putAlerts(list: readonly Alert[]): void;
  /** The pictures of an alert, in all its phases: files in the media folder. */
  setMedia(alertId: string, media: { readonly snapshot?: string; readonly clip?: string }): void;
  /** The `count` oldest alerts that have pictures and were not judged lose them; returns the files, which nothing points to any longer. */
  dropOldestMedia(count: number): string[];
  /** Those of the files that an alert points to. */
  pointedMedia(files: readonly string[]): Set<string>;
  /** What the broker has not acknowledged, oldest first; `after` leaves out what has a `seq` up to it. */
  pendingAlerts(limit: number, after?: number): PendingAlert[];
  /** The broker has acknowledged it; `at` is when it was handed over. With `seq`, only that very state of the alert leaves. */
  markPublished(id: string, phase: EventPhase, at: number, seq?: number): void;
  /** The same for several, in one transaction; a crash may lose the newest of these, which are then sent again. */
  markAllPublished(sent: readonly Published[]): void;
  /** What a person said of an alert; the last word counts. */
  putFeedback(f: Feedback): void;
  /** What a rule remembers of a camera, or undefined. */
  loadRuleState(ruleId: string, camera: string): string | undefined;
  /** Committed with the next alert at the latest; undefined forgets it. */
  saveRuleState(ruleId: string, camera: string, state: string | undefined): void;
  /** Records a gap whose end is known; one that touches an earlier one of the same camera and reason lengthens it. */
  putCoverage(c: Coverage): void;
  /** A gap begins; nothing changes if one of the same camera and reason is open already. */
  openGap(camera: string, reason: CoverageReason, detail: string, at: number): void;
  /** The camera is watched again: its open gaps end, all of them or those of one reason. */
  closeGap(camera: string, at: number, reason?: CoverageReason): void;
  event(id: string): Event | undefined;
  events(q: EventQuery): Event[];
  /** An alert's phases, in the order in which they came; none where there is no such alert. */
  alert(id: string): StoredAlert[];
  alerts(q: AlertQuery): StoredAlert[];
  decisions(q: DecisionQuery): Decision[];
  looks(q: LookQuery): Look[];
  feedback(q: FeedbackQuery): JudgedAlert[];
  coverage(q: CoverageQuery): Coverage[];
  /** Notes that the daemon runs, so that the next run can tell how long it did not; costs next to nothing. */
  markAlive(at: number): void;
  /** The last such note (ms), or null in a new store. */
  aliveAt(): number | null;
  /**
   * Deletes what is older than the retention, and the oldest where the file is too big; a bounded number of rows, so that the
   * daemon is not held up: call it again while `more` is true. Alerts that wait for the broker or that a person judged stay, and
   * with every alert what it rests on. `media` are files that no alert points to any longer; told again after a crash.
   */
  prune(now: number): Pruned;
  /** Counts every row, which takes a while where there are millions. */
  stats(): StoreStats;
  /** What can be told at any time. */
  glance(): StoreGlance;
  /** Copies the log into one file, consistent, while it is written to; the copy is checked. Overwrites. */
  backup(file: string): Promise<void>;
  close(): void;
}

/**
 * Opens the log. It lives in the daemon's own process: better-sqlite3 is synchronous, but an event takes it a fraction of a
 * millisecond and an alert a few (it is forced to the disk); asking another process and waiting for it would take longer.
 * Other processes may read the file meanwhile (WAL), and none may write to it.
 * A damaged file is set aside under another name, and what can be read of it is taken over; STORE_CORRUPT is thrown for what is no
 * database at all, and to readers.
 * @throws LookoutError STORE_OPEN, STORE_LOCKED, STORE_CORRUPT
 */
export function openStore(opts: StoreOptions, log: Logger): Store {
  if (opts.readOnly || opts.annotate) return guest(opts, log);
  const letGo = holdFile(opts.path);
  try {
    return soundStore(opts, log, letGo);
  } catch (error) {
    letGo();
    throw error;
  }
}

function guest(opts: StoreOptions, log: Logger): Store {
  const db = openDatabase(opts.path, opts.readOnly ? 'read' : 'annotate');
  return orClosed(db, opts.path, () => assemble(db, opts, log, () => void db.close()));
}

/** A log that is damaged is set aside: cameras are to be watched all the same. */
function soundStore(opts: StoreOptions, log: Logger, letGo: () => void): Store {
  try {
    return host(opts, log, letGo);
  } catch (error) {
    if (!(error instanceof LookoutError && error.code === 'STORE_CORRUPT' && isDatabase(opts.path))) throw error;
    const damaged = setAsideOr(error, opts.path, log);
    return host(opts, log, letGo, (db) => salvage(db, damaged, log));
  }
}

function setAsideOr(problem: LookoutError, path: string, log: Logger): string {
  try {
    return setAside(path, problem, log);
  } catch {
    // The folder cannot be written: the damage is what is to be told.
    throw problem;
  }
}

function host(opts: StoreOptions, log: Logger, letGo: () => void, prepare: (db: Database) => void = () => undefined): Store {
  const db = openDatabase(opts.path, 'write');
  return orClosed(db, opts.path, () => {
    prepare(db);
    const stopCheck = checkBeside(db, beginRun(db), log);
    return assemble(db, opts, log, () => {
      stopCheck();
      endRun(db, log);
      letGo();
    });
  });
}

function orClosed(db: Database, path: string, operation: () => Store): Store {
  try {
    return guarded(path, operation);
  } catch (error) {
    db.close();
    throw error;
  }
}
