import { clauseOf } from '../rules/rule.ts';
import type { Rule } from '../rules/rule.ts';
import type { Decision } from '../record.ts';
import type { Event } from '../values.ts';
import { between } from './watched.ts';
import type { WatchedCamera } from './watched.ts';

/** Of the time that has to pass, so much is nearly all of it. */
const NEARLY = 0.7;
const MOST = 2000;

/** For rules that wait for something not to happen: when it nearly did not, by watched time. */
export class AlmostAbsent {
  readonly found: Decision[] = [];
  readonly #rule: Rule;
  readonly #watched: ReadonlyMap<string, WatchedCamera>;
  /** until when it had last happened, by camera */
  readonly #last = new Map<string, number>();

  constructor(rule: Rule, watched: readonly WatchedCamera[]) {
    this.#rule = rule;
    this.#watched = new Map(watched.map((one) => [one.camera, one]));
  }

  /** Events in the order of their starts. */
  note(event: Event, score: number): void {
    const { absent, threshold, id, alert } = this.#rule;
    const watched = this.#watched.get(event.camera);
    if (absent === undefined || !watched || score < threshold) return;
    const since = this.#last.get(event.camera) ?? watched.stretches[0]?.from ?? event.start;
    const quiet = between(watched, since, event.start).reduce((sum, one) => sum + one.to - one.from, 0) / 1000;
    this.#last.set(event.camera, Math.max(since, event.end));
    if (quiet < absent * NEARLY || quiet >= absent) return;
    this.found.push({
      ruleId: id, camera: event.camera, eventId: event.id, at: event.start, decidedAt: event.detectedAt, clause: clauseOf(alert), score, threshold,
      outcome: 'averted', alertId: null, detail: `it had not happened for ${quiet.toFixed(0)} s of ${absent} s`,
    });
    if (this.found.length > MOST) this.found.shift();
  }
}
