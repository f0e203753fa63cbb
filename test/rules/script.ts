import { Subject } from 'rxjs';
import { parseSource } from '../../src/config/document.ts';
import { rulesOf } from '../../src/config/rules.ts';
import type { Decision } from '../../src/record.ts';
import { matchRules } from '../../src/rules/match.ts';
import type { MatchOptions } from '../../src/rules/match.ts';
import type { Rule } from '../../src/rules/rule.ts';
import type { Event, Verdict, Watched } from '../../src/values.ts';

/** 2026-03-02 (a Monday) 12:00:00 UTC: second 0 of every script. */
export const T0 = Date.UTC(2026, 2, 2, 12);

/** A rule as a file would hold it, its id `r` unless it says otherwise. */
export function rule(yaml: string): Rule {
  const text = /^alert:/m.test(yaml) ? yaml : `alert: ${yaml}`;
  const [loaded] = rulesOf(parseSource(`${/^id:/m.test(text) ? '' : 'id: r\n'}${text}`, 'r.yaml'));
  if (!loaded) throw new Error('no rule');
  return loaded.rule;
}

/** Times in seconds from T0. */
export function event(id: string, text: string, start: number, end = start + 1, more: Partial<Event> = {}): Event {
  return {
    id, camera: 'hall', text, start: T0 + start * 1000, end: T0 + end * 1000, startUncertainty: 100, endUncertainty: 100, timeSource: 'rtcp', phase: 'new',
    windowId: 'w', model: 'demo', confidence: 0.9, sightings: 1, detectedAt: T0 + end * 1000 + 500, latency: { capture: 0, queue: 0, infer: 0 }, ...more,
  };
}

export function watched(from: number, to: number, camera = 'hall'): Watched {
  return { camera, from: T0 + from * 1000, to: T0 + to * 1000 };
}

/** Satisfied by an event whose text holds the sentence's last word. */
export function byWord(text: string, sentence: string): number {
  return text.includes(sentence.split(' ').at(-1) ?? '') ? 0.9 : 0.1;
}

export type Memory = Map<string, string>;

/** A matcher that is told things one by one, may be stopped and started again between any two, and answers at once. */
export class Play {
  readonly said: Verdict[] = [];
  readonly decisions: Decision[] = [];
  readonly asked: string[] = [];
  readonly looked: string[] = [];
  readonly memory: Memory = new Map();
  rules: readonly Rule[];
  /** seconds from T0; follows what is told unless it is set */
  clock: number | undefined;
  #time = 0;
  #ids = 0;
  #source: Subject<Event | Watched>;
  readonly #opts: Partial<MatchOptions>;

  constructor(rules: readonly Rule[] | string, opts: Partial<MatchOptions> = {}) {
    this.rules = typeof rules === 'string' ? [rule(rules)] : rules;
    this.#opts = opts;
    this.#source = this.#start();
  }

  #start(): Subject<Event | Watched> {
    const source = new Subject<Event | Watched>();
    const score = this.#opts.score ?? byWord;
    const { verify } = this.#opts;
    source
      .pipe(
        matchRules({
          rules: () => this.rules,
          now: () => T0 + (this.clock ?? this.#time) * 1000,
          newId: () => `v${++this.#ids}`,
          memory: { load: (r, c) => this.memory.get(`${r} ${c}`), save: (r, c, s) => void (s === undefined ? this.memory.delete(`${r} ${c}`) : this.memory.set(`${r} ${c}`, s)) },
          onDecision: (d) => this.decisions.push(d),
          ...this.#opts,
          score: (t, s) => (this.asked.push(`${t} / ${s}`), score(t, s)),
          ...(verify ? { verify: (e: Event, r: Rule, s: string) => (this.looked.push(`${e.id} / ${s}`), verify(e, r, s)) } : {}),
        }),
      )
      .subscribe((v) => this.said.push(v));
    return source;
  }

  tell(...values: readonly (Event | Watched)[]): this {
    for (const value of values) {
      this.#time = Math.max(this.#time, (('phase' in value ? value.end : value.to) - T0) / 1000);
      this.#source.next(value);
    }
    return this;
  }

  /** The process ends and another begins, with nothing but the memory. */
  restart(): this {
    this.#source.complete();
    this.#source = this.#start();
    return this;
  }

  /** "new e3 @12": phase, deciding event and when it came true, in seconds */
  get told(): string[] {
    return this.said.map((v) => `${v.phase} ${v.eventId ?? 'none'} @${(v.happenedAt - T0) / 1000}`);
  }

  get news(): string[] {
    return this.told.filter((line) => line.startsWith('new ')).map((line) => line.slice(4));
  }

  /** "waiting e1: 2 of 3" */
  get decided(): string[] {
    return this.decisions.map((d) => `${d.outcome} ${d.eventId ?? 'none'}${d.detail === '' ? '' : `: ${d.detail}`}`);
  }
}

/** The same event in another phase, or changed. */
export function later(e: Event, phase: Event['phase'], more: { text?: string; start?: number; end?: number } = {}): Event {
  const { start, end, text } = more;
  return { ...e, phase, text: text ?? e.text, start: start === undefined ? e.start : T0 + start * 1000, end: end === undefined ? e.end : T0 + end * 1000 };
}
