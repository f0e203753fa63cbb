import { setImmediate as turn } from 'node:timers/promises';
import { Subject } from 'rxjs';
import type { Decision } from '../record.ts';
import { matchRules } from '../rules/match.ts';
import type { Rule } from '../rules/rule.ts';
import type { Event, Verdict, Watched } from '../values.ts';
import type { BacktestLog } from './log.ts';
import { pages } from './pages.ts';
import { toldOf, Waiting } from './timeline.ts';
import { between } from './watched.ts';
import type { WatchedCamera } from './watched.ts';

export interface ReplayOptions {
  /** variants of one rule, each with an id of its own: they differ in their thresholds */
  readonly rules: readonly Rule[];
  readonly since: number;
  readonly until: number;
  /** the cameras that the rule is for, and when they were watched */
  readonly watched: readonly WatchedCamera[];
  /** known already: what cannot matter to any variant is left out by it */
  score(text: string, ask: string): number;
  matters(event: Event): boolean;
  onVerdict(verdict: Verdict): void;
  onDecision(decision: Decision): void;
  onEvent?(event: Event): void;
  /** all up to then (ms) is replayed */
  onPage?(to: number): void;
  readonly signal?: AbortSignal;
}

/** What was seen is told this much later, ms: a window is cut and answered first. */
const LAG = 3000;
/** Watched time is told in stretches of so long, ms; the daemon's are shorter, which moves a cooldown by seconds. */
const STRETCH = 30_000;
/** Things passed on before the event loop gets its turn. */
const MOST_AT_ONCE = 256;

/**
 * The stored events once more through the very operator that matches live ones, with the clock as it was then, and with what was
 * watched between them: absence is told by it. @throws the signal's reason
 */
export async function replay(log: BacktestLog, opts: ReplayOptions): Promise<void> {
  const { rules, since, until, watched } = opts;
  const [rule] = rules;
  if (!rule) return;
  const matcher = new Matcher(opts);
  const time = new WatchedFeed(watched, since, (stretch) => matcher.tell(stretch, stretch.to + LAG));
  const [waits, waiting, cameras] = [waitsForTime(rule), new Waiting(), new Set(watched.map(({ camera }) => camera))];
  try {
    for (const page of pages(log, { since, until })) {
      for (const event of page.events.filter(({ camera }) => cameras.has(camera))) {
        opts.onEvent?.(event);
        if (opts.matters(event)) waiting.add(toldOf(event, rule));
      }
      const last = page.to === until;
      for (const { at, event, next } of waiting.until(last ? Number.POSITIVE_INFINITY : page.to)) {
        if (waits) await time.until(Math.min(at - LAG, next, page.to));
        await matcher.tell(event, at);
      }
      if (waits) await time.until(last ? until : Math.min(page.to - LAG, waiting.earliest()));
      opts.onPage?.(page.to);
      await matcher.rest();
    }
  } finally {
    matcher.close();
  }
}

/** The operator, with a clock that goes by what it is told. Scores are known, so that it answers at once. */
class Matcher {
  readonly #opts: ReplayOptions;
  readonly #source = new Subject<Event | Watched>();
  #now: number;
  #ids = 0;
  #told = 0;

  constructor(opts: ReplayOptions) {
    this.#opts = opts;
    this.#now = opts.since;
    const { rules, score, onDecision, onVerdict } = opts;
    this.#source.pipe(matchRules({ rules: () => rules, score, now: () => this.#now, newId: () => `backtest-${++this.#ids}`, onDecision })).subscribe(onVerdict);
  }

  async tell(value: Event | Watched, at: number): Promise<void> {
    this.#now = Math.max(this.#now, at);
    this.#source.next(value);
    if (++this.#told % MOST_AT_ONCE === 0) await this.rest();
  }

  /** @throws the signal's reason */
  async rest(): Promise<void> {
    await turn();
    this.#opts.signal?.throwIfAborted();
  }

  close(): void {
    this.#source.complete();
  }
}

/** Rules that a moment without any event can make true. */
function waitsForTime(rule: Rule): boolean {
  return rule.for !== undefined || rule.absent !== undefined || rule.count !== undefined || rule.then !== undefined || rule.without !== undefined;
}

/** Passes on the time that was watched, camera by camera, as it goes by. */
class WatchedFeed {
  readonly #cameras: readonly WatchedCamera[];
  readonly #pass: (watched: Watched) => Promise<void>;
  #at: number;

  constructor(cameras: readonly WatchedCamera[], since: number, pass: (watched: Watched) => Promise<void>) {
    this.#cameras = cameras;
    this.#at = since;
    this.#pass = pass;
  }

  async until(to: number): Promise<void> {
    while (this.#at < to) {
      const end = Math.min(to, this.#at + STRETCH);
      for (const one of this.#cameras) {
        for (const stretch of between(one, this.#at, end)) await this.#pass({ camera: one.camera, ...stretch });
      }
      this.#at = end;
    }
  }
}
