import { toAlert } from '../alerts/alert.ts';
import type { Publisher } from '../alerts/publisher.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Media, MediaKeeper } from '../media/keeper.ts';
import type { Store } from '../store/store.ts';
import type { Alert, Verdict } from '../values.ts';
import { guard } from './guard.ts';

export interface AlertDeskOptions {
  readonly store: Pick<Store, 'putAlerts' | 'setMedia' | 'alert'>;
  readonly publisher: Pick<Publisher, 'notify'>;
  readonly media: Pick<MediaKeeper, 'keep' | 'finish'> | undefined;
  readonly log: Logger;
}

/** A log that cannot be written (disk full, locked by a backup) is tried again after these pauses, ms; then after the last again and again. */
const PAUSES = [500, 2000, 5000, 15_000];
/** Alerts that wait for that; beyond it the oldest is lost, and told. */
const MOST_WAITING = 1000;
/** Alerts whose pictures may still come, or that may still go on. */
const MOST_OPEN = 500;

/**
 * Where verdicts become alerts: committed with their outbox rows, and only then published. An alert goes out at once; its pictures and
 * whatever becomes of it follow under the same id.
 */
export class AlertDesk {
  readonly #opts: AlertDeskOptions;
  #waiting: Alert[] = [];
  readonly #open = new Map<string, Alert>();
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #due = false;

  constructor(opts: AlertDeskOptions) {
    this.#opts = opts;
  }

  tell(verdict: Verdict): void {
    const { media, log } = this.#opts;
    const known = this.#open.get(verdict.id);
    const alert = { ...toAlert(verdict, Date.now()), ...(known ? { snapshot: known.snapshot, clip: known.clip } : this.#earlierMedia(verdict)) };
    const { camera, ruleId: rule, text: event, score, phase } = alert;
    log.info({ camera, rule, phase, event, score }, 'alert');
    this.#remember(alert);
    this.#put(alert);
    // what a file is called comes by `kept`, also for who no longer waits for it
    if (phase === 'new') void media?.keep(alert);
    else if (known && (phase === 'end' || phase === 'retracted')) void media?.finish(alert);
  }

  /** A picture or clip of an alert is there. */
  kept(id: string, files: Media): void {
    guard(this.#opts.log, () => this.#opts.store.setMedia(id, files));
    const known = this.#open.get(id);
    if (!known) return;
    const alert: Alert = { ...known, ...files, phase: known.phase === 'new' ? 'update' : known.phase, publishedAt: Date.now() };
    this.#remember(alert);
    this.#put(alert);
  }

  /** Writes what waits, for the last time. */
  close(): void {
    this.#commit();
    clearTimeout(this.#timer);
  }

  /** An alert that an earlier run gave goes on: its pictures stay. */
  #earlierMedia({ id, phase }: Verdict): Pick<Alert, 'snapshot' | 'clip'> {
    let found: Pick<Alert, 'snapshot' | 'clip'> | undefined;
    if (phase !== 'new') guard(this.#opts.log, () => (found = this.#opts.store.alert(id).at(-1)));
    return { snapshot: found?.snapshot ?? null, clip: found?.clip ?? null };
  }

  #remember(alert: Alert): void {
    this.#open.delete(alert.id);
    this.#open.set(alert.id, alert);
    const oldest = this.#open.keys().next();
    if (this.#open.size > MOST_OPEN && !oldest.done) this.#open.delete(oldest.value);
  }

  #put(alert: Alert): void {
    this.#waiting.push(alert);
    if (this.#waiting.length > MOST_WAITING) this.#opts.log.error({ alert: this.#waiting.shift()?.id }, 'an alert is lost: the log could not be written for too long');
    if (this.#due || this.#timer) return;
    this.#due = true;
    // after what the rules note of it in the same turn, so that one transaction holds both
    queueMicrotask(() => this.#commit());
  }

  #commit(): void {
    this.#due = false;
    if (this.#waiting.length === 0) return;
    try {
      this.#opts.store.putAlerts(this.#waiting);
      this.#waiting = [];
      this.#failures = 0;
      this.#opts.publisher.notify();
    } catch (error) {
      const pause = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)];
      const code = error instanceof LookoutError ? error.code : undefined;
      this.#opts.log.error({ code, alerts: this.#waiting.length, again_ms: pause }, `alerts could not be kept: ${error instanceof Error ? error.message : String(error)}`);
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#commit();
      }, pause).unref();
    }
  }
}
