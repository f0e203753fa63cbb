import type { Decision } from '../record.ts';
import type { Event, Verdict, Watched } from '../values.ts';
import type { Wanted } from './jobs.ts';
import { Lane } from './lane.ts';
import type { MatchOptions } from './match.ts';
import { clauseOf } from './rule.ts';
import type { Rule } from './rule.ts';
import { closedAt } from './schedule.ts';
import { createScorer, DROPPED } from './scorer.ts';
import { concerns } from './step.ts';

/** Decisions that are remembered, so that none is told twice. */
const MOST_DECISIONS = 4096;

/** Every rule and camera, each taking things in order, with one queue of questions to the model for all of them. */
export class Lanes {
  readonly #opts: MatchOptions;
  readonly #say: (verdict: Verdict) => void;
  readonly #onIdle: () => void;
  readonly #lanes = new Map<string, Map<string, Lane>>();
  readonly #scorer: ReturnType<typeof createScorer>;
  readonly #decided = new Set<string>();
  /** the rules as they were when the last thing came, and by their ids */
  #rules: readonly Rule[] = [];
  #byId = new Map<string, Rule>();

  constructor(opts: MatchOptions, say: (verdict: Verdict) => void, onIdle: () => void) {
    this.#opts = opts;
    this.#say = say;
    this.#onIdle = onIdle;
    this.#scorer = createScorer((event, rule) => opts.score(event, rule), opts.concurrency ?? 4);
  }

  get idle(): boolean {
    for (const lanes of this.#lanes.values()) for (const lane of lanes.values()) if (!lane.idle) return false;
    return true;
  }

  close(): void {
    for (const lanes of this.#lanes.values()) for (const lane of lanes.values()) lane.close();
    this.#scorer.close();
  }

  tell(value: Event | Watched): void {
    const rules = this.#current();
    const lanes = this.#lanes.get(value.camera) ?? new Map<string, Lane>();
    this.#lanes.set(value.camera, lanes);
    for (const rule of rules) {
      const lane = lanes.get(rule.id) ?? this.#begin(rule, value.camera, lanes);
      const concerned = concerns(rule, value.camera);
      if (!concerned && lane.empty) continue;
      const asked = 'phase' in value && concerned && value.phase !== 'retracted' && !closedAt(rule, value.start);
      lane.tell(value, asked ? { kind: 'score', event: value, ask: rule.alert } : undefined);
    }
    if (lanes.size > rules.length) this.#withoutRules(value, lanes);
  }

  /** Alerts of rules that are gone still get their end. */
  #withoutRules(value: Event | Watched, lanes: Map<string, Lane>): void {
    for (const [id, lane] of lanes) {
      if (this.#byId.has(id)) continue;
      lane.tell(value);
      if (!lane.empty) continue;
      lanes.delete(id);
      this.#opts.memory?.save(id, value.camera, undefined);
    }
  }

  #current(): readonly Rule[] {
    const rules = this.#opts.rules();
    if (rules !== this.#rules) {
      this.#rules = rules;
      this.#byId = new Map(rules.map((rule) => [rule.id, rule]));
    }
    return rules;
  }

  #begin(rule: Rule, camera: string, lanes: Map<string, Lane>): Lane {
    const { now, newId, memory } = this.#opts;
    const lane = new Lane(rule, {
      camera, now, newId,
      rule: () => this.#byId.get(rule.id),
      fetch: (wanted, current) => this.#fetch(wanted, current),
      load: () => memory?.load(rule.id, camera),
      save: (state) => memory?.save(rule.id, camera, state),
      say: this.#say,
      decide: (decision) => this.#decide(decision),
      onIdle: this.#onIdle,
      onDropped: (event, current) => this.#dropped(event, current, current.alert),
    });
    lanes.set(rule.id, lane);
    return lane;
  }

  #fetch({ kind, event, ask }: Wanted, rule: Rule): number | null | Promise<number | null> {
    const failed = (error: unknown): null => {
      if (error === DROPPED) this.#dropped(event, rule, ask);
      else this.#opts.onError?.(error, event, rule);
      return null;
    };
    try {
      const answer = kind === 'score' ? this.#scorer.score(event.text, ask) : this.#opts.verify?.(event, rule, ask);
      return answer instanceof Promise ? answer.then((value) => value ?? null, failed) : (answer ?? null);
    } catch (error) {
      return failed(error);
    }
  }

  #dropped(event: Event, rule: Rule, ask: string): void {
    this.#opts.onDropped?.(event, rule);
    this.#decide({
      ruleId: rule.id, camera: event.camera, eventId: event.id, at: event.start, decidedAt: this.#opts.now(), clause: clauseOf(ask), score: null,
      threshold: rule.threshold, outcome: 'dropped', alertId: null, detail: '',
    });
  }

  #decide(decision: Decision): void {
    if (!this.#opts.onDecision) return;
    const { ruleId, camera, eventId, at, clause, outcome } = decision;
    const key = JSON.stringify([ruleId, camera, eventId ?? at, clause, outcome]);
    if (this.#decided.has(key)) return;
    this.#decided.add(key);
    const [oldest] = this.#decided;
    if (this.#decided.size > MOST_DECISIONS && oldest !== undefined) this.#decided.delete(oldest);
    this.#opts.onDecision(decision);
  }
}
