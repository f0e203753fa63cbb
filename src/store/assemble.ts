import type { Database } from 'better-sqlite3';
import type { Alert } from '../values.ts';
import type { Logger } from '../health/log.ts';
import { signsOfLife } from './alive.ts';
import type { Alive } from './alive.ts';
import { alertLog } from './alerts.ts';
import type { AlertLog } from './alerts.ts';
import { backUp } from './backup.ts';
import { coverageLog } from './coverage.ts';
import type { CoverageLog } from './coverage.ts';
import { decisionLog } from './decisions.ts';
import { eventLog } from './events.ts';
import { feedbackLog } from './feedback.ts';
import { Gathered } from './gather.ts';
import { historyLog } from './history.ts';
import type { HistoryLog } from './history.ts';
import { lookLog } from './looks.ts';
import { mediaLog } from './media.ts';
import { guarded } from './open.ts';
import { retention } from './retention.ts';
import { ruleStateLog } from './ruleState.ts';
import { storeGlance, storeStats } from './stats.ts';
import type { Store, StoreOptions } from './store.ts';
import { textIndex } from './textIndex.ts';

const DAY_MS = 86_400_000;

/** The store over an open file; `release` closes it. */
export function assemble(db: Database, opts: StoreOptions, log: Logger, release: () => void): Store {
  const logs = tables(db, opts);
  const { events, alerts, gaps, decisions, looks, states, feedback, media, history } = logs;
  const prune = retention(db, [events, gaps, history]);
  const alive = signsOfLife(db, opts.path);
  let hear = (): void => undefined;
  const told = (): void => void (history.news() && setImmediate(hear));
  const gathered = new Gathered(db, log, () => events.forget(), told);
  const run = <T>(operation: () => T): T => guarded(opts.path, operation);
  /** what is gathered belongs to every answer */
  const read = <T>(operation: () => T): T => {
    gathered.tryFlush();
    return run(operation);
  };
  /** its rows are made at once, so that what cannot be kept is told to who puts it */
  const gather = <Row>(row: Row, put: (row: Row) => void): void => (db.readonly ? run(() => put(row)) : gathered.add(() => put(row)));
  const putAlerts = (list: readonly Alert[]): void => {
    const givenUp = run(() => gathered.flushWith(() => alerts.put(list)));
    if (givenUp > 0) log.warn({ alerts: givenUp }, 'the outbox is full: the oldest alerts stay in the log and are not sent');
  };
  return {
    putEvent: (e) => gather(run(() => events.row(e)), (row) => {
      events.put(row);
      history.event(e);
    }),
    putDecision: (d) => gather(run(() => decisions.row(d)), decisions.put),
    putLook: (l) => gather(run(() => looks.row(l)), looks.put),
    saveRuleState: (rule, camera, state) => gather(state, () => states.save(rule, camera, state)),
    putAlert: (a) => putAlerts([a]),
    putAlerts,
    flush: () => run(() => gathered.flush()),
    ...outboxOf(alerts, run),
    setMedia: (id, files) => run(() => media.set(id, files)),
    dropOldestMedia: (count) => run(() => media.dropOldest(count)),
    pointedMedia: (files) => run(() => media.pointed(files)),
    putFeedback: (f) => run(() => feedback.put(f)),
    ...gapChanges(gaps, run, told),
    ...journalOf(history, run),
    onHistory: (listener) => (hear = () => void (db.open && listener())),
    ...aliveOf(alive, run),
    ...answers(logs, read),
    stats: () => read(() => storeStats(db, opts.path)),
    glance: () => read(() => storeGlance(db, opts.path)),
    backup: (file) => read(() => backUp(db, file)),
    prune: (now) => {
      const before = opts.retentionDays > 0 ? now - opts.retentionDays * DAY_MS : -Infinity;
      const pruned = read(() => prune({ before, now, maxBytes: opts.maxMb ? opts.maxMb * 2 ** 20 : Infinity }));
      told();
      return pruned;
    },
    close: () => {
      if (!db.open) return;
      gathered.end();
      alive.close();
      release();
    },
  };
}

function tables(db: Database, opts: StoreOptions) {
  const history = historyLog(db, opts.history);
  return {
    history,
    events: eventLog(db, textIndex(db)), alerts: alertLog(db), gaps: coverageLog(db, history), decisions: decisionLog(db), looks: lookLog(db),
    states: ruleStateLog(db), feedback: feedbackLog(db), media: mediaLog(db),
  };
}

type Run = <T>(operation: () => T) => T;

function gapChanges(gaps: CoverageLog, run: Run, told: () => void) {
  const change = (operation: () => void): void => {
    run(operation);
    told();
  };
  return {
    putCoverage: (c) => change(() => gaps.put(c)),
    openGap: (camera, reason, detail, at) => change(() => gaps.open(camera, reason, detail, at)),
    closeGap: (camera, at, reason) => change(() => gaps.close(camera, at, reason)),
  } satisfies Partial<Store>;
}

function outboxOf(alerts: AlertLog, run: Run) {
  return {
    pendingAlerts: (limit, after = 0) => run(() => alerts.pending(limit, after)),
    markPublished: (id, phase, at, seq) => run(() => alerts.markPublished([{ id, phase, at, ...(seq === undefined ? {} : { seq }) }])),
    markAllPublished: (sent) => run(() => alerts.markPublished(sent)),
  } satisfies Partial<Store>;
}

function aliveOf(alive: Alive, run: Run) {
  return { markAlive: (at) => run(() => alive.mark(at)), aliveAt: () => run(() => alive.at()) } satisfies Partial<Store>;
}

function journalOf(history: HistoryLog, run: Run) {
  return {
    pendingHistory: (limit, after = 0) => run(() => history.pending(limit, after)),
    forgetHistory: (seqs) => run(() => history.forget(seqs)),
    historyLoss: () => run(() => history.loss()),
  } satisfies Partial<Store>;
}

/** The questions, which `read` answers. */
function answers({ events, alerts, gaps, decisions, looks, states, feedback }: ReturnType<typeof tables>, read: <T>(operation: () => T) => T) {
  return {
    loadRuleState: (rule, camera) => read(() => states.load(rule, camera)),
    event: (id) => read(() => events.get(id)),
    events: (q) => read(() => events.find(q)),
    alert: (id) => read(() => alerts.phases(id)),
    alerts: (q) => read(() => alerts.find(q)),
    decisions: (q) => read(() => decisions.find(q)),
    looks: (q) => read(() => looks.find(q)),
    feedback: (q) => read(() => feedback.find(q)),
    coverage: (q) => read(() => gaps.find(q)),
  } satisfies Partial<Store>;
}
