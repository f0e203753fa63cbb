import type { Decision } from '../record.ts';
import type { Event, Verdict, Watched } from '../values.ts';
import { Jobs, keyOf } from './jobs.ts';
import type { Job, Wanted } from './jobs.ts';
import type { Rule } from './rule.ts';
import { concerns, onEvent, onWatched, waits } from './step.ts';
import { stateOf } from './state.ts';
import type { State } from './state.ts';
import type { Turn } from './turn.ts';

export interface LaneOptions {
  readonly camera: string;
  /** the rule as it is now; undefined: it is gone */
  rule(): Rule | undefined;
  now(): number;
  newId(): string;
  /** null: it could not be had */
  fetch(wanted: Wanted, rule: Rule): number | null | Promise<number | null>;
  load(): string | undefined;
  save(state: string | undefined): void;
  say(verdict: Verdict): void;
  decide(decision: Decision): void;
  /** nothing waits any more */
  onIdle(): void;
  onDropped(event: Event, rule: Rule): void;
}

/** Events remembered that do not satisfy the rule. */
const MOST_PASSED = 64;

/** One rule and one camera: takes what it is told in order, each with all the answers that it needs. */
export class Lane {
  readonly #opts: LaneOptions;
  readonly #jobs: Jobs;
  #rule: Rule;
  #kept: string | undefined;
  /** what the state comes to, so that it need not be read to see that nothing is to be done */
  #state: State;
  /** events that do not satisfy the rule as they read now: until they read otherwise they need not be looked at */
  readonly #passed = new Map<string, string>();
  #working = false;
  #closed = false;

  constructor(rule: Rule, opts: LaneOptions) {
    this.#opts = opts;
    this.#jobs = new Jobs(opts.now, (event) => opts.onDropped(event, this.#rule));
    this.#rule = rule;
    this.#kept = opts.load();
    this.#state = stateOf(rule, this.#kept);
  }

  get idle(): boolean {
    return this.#jobs.first === undefined;
  }

  /** Holds nothing that what comes could matter to. */
  get empty(): boolean {
    const { facts, held, told, watched, absence } = this.#state;
    return this.idle && facts.length + held.length + told.length + watched.length === 0 && absence === null;
  }

  /** `early`: what is sure to be asked, so that it is asked together with the other rules' questions. */
  tell(value: Event | Watched, early?: Wanted): void {
    if ('phase' in value) {
      if (this.idle && this.#opts.rule() === this.#rule && this.#passed.get(value.id) === value.text) return;
      const job = this.#jobs.event(value);
      if (early) this.#fetch(job, early);
    } else {
      const rule = this.#opts.rule() ?? this.#rule;
      if (this.idle && (concerns(rule, this.#opts.camera) ? !waits(rule, this.#state) : this.empty)) return;
      this.#jobs.watched(value);
    }
    this.work();
  }

  close(): void {
    this.#closed = true;
    this.#jobs.clear();
  }

  work(): void {
    if (this.#working) return;
    this.#working = true;
    try {
      for (let job = this.#jobs.first; job && !this.#closed; job = this.#jobs.first) if (!this.#attempt(job)) return;
    } finally {
      this.#working = false;
    }
    this.#opts.onIdle();
  }

  /** True when the job is done; false while answers are waited for. */
  #attempt(job: Job): boolean {
    for (;;) {
      const { turn, wanted } = this.#turn(job);
      const missing = [...wanted.values()];
      if (missing.length === 0) {
        this.#jobs.done();
        this.#commit(turn);
        if ('phase' in job.value) this.#pass(turn, job.value);
        return true;
      }
      for (const one of missing) this.#fetch(job, one);
      if (missing.some((one) => !job.answers.has(keyOf(one)))) return false;
    }
  }

  #turn({ value, began, answers }: Job): { turn: Turn; wanted: Map<string, Wanted> } {
    const { camera, rule, now, newId } = this.#opts;
    const current = rule();
    this.#rule = current ?? { ...this.#rule, enabled: false };
    const wanted = new Map<string, Wanted>();
    const known = (one: Wanted): number | null | undefined => {
      const key = keyOf(one);
      if (!answers.has(key)) wanted.set(key, one);
      return answers.get(key);
    };
    const time = now();
    const turn: Turn = {
      rule: this.#rule, camera, state: stateOf(this.#rule, this.#kept), now: time, matchMs: Math.max(0, time - began), newId,
      score: (event, ask) => known({ kind: 'score', event, ask }),
      verify: (event, ask) => known({ kind: 'look', event, ask }),
      verdicts: [], decisions: [],
    };
    if ('phase' in value) onEvent(turn, value);
    else onWatched(turn, value);
    return { turn, wanted };
  }

  #commit({ state, verdicts, decisions }: Turn): void {
    const text = JSON.stringify(state);
    const before = this.#kept ?? JSON.stringify(stateOf(this.#rule, undefined));
    this.#state = state;
    this.#kept = text === before ? this.#kept : text;
    // told first: should the power go between the two, an alert is told again rather than lost
    for (const verdict of verdicts) this.#opts.say(verdict);
    if (text !== before) this.#opts.save(text);
    for (const decision of decisions) this.#opts.decide(decision);
  }

  #pass({ state, rule, decisions }: Turn, { id, text }: Event): void {
    this.#passed.delete(id);
    if (rule.then !== undefined || rule.without !== undefined || !decisions.some((one) => one.eventId === id && one.outcome === 'below_threshold')) return;
    if (state.told.some(({ verdict }) => verdict.evidence.some((one) => one.eventId === id))) return;
    this.#passed.set(id, text);
    const [oldest] = this.#passed.keys();
    if (this.#passed.size > MOST_PASSED && oldest !== undefined) this.#passed.delete(oldest);
  }

  #fetch(job: Job, wanted: Wanted): void {
    const key = keyOf(wanted);
    if (job.answers.has(key) || job.pending.has(key)) return;
    const answer = this.#opts.fetch(wanted, this.#rule);
    if (!(answer instanceof Promise)) {
      job.answers.set(key, answer);
      return;
    }
    job.pending.add(key);
    void answer.then((value) => {
      job.pending.delete(key);
      job.answers.set(key, value);
      if (!this.#closed) this.work();
    });
  }
}
