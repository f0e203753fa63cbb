import { lastValueFrom, merge, pipe, Subject, tap, toArray } from 'rxjs';
import { WatchedTime } from '../daemon/watched.ts';
import { refine } from '../events/refine.ts';
import { stitch, STITCH_DEFAULTS } from '../events/stitch.ts';
import type { StitchOptions } from '../events/stitch.ts';
import type { Backend } from '../infer/backend.ts';
import { alternate } from '../infer/alternate.ts';
import { equivalent } from '../infer/equivalent.ts';
import { secondOpinion } from '../infer/secondOpinion.ts';
import { createSecondLook } from '../infer/secondLook.ts';
import { pulled } from '../ingest/pulled.ts';
import { matchRules } from '../rules/match.ts';
import type { Rule } from '../rules/rule.ts';
import { wordingsOf } from '../rules/wordings.ts';
import { sample } from '../sample/sample.ts';
import type { SampleOptions } from '../sample/sample.ts';
import type { Answer, Event, Frame, Verdict, Watched as Seen, Window } from '../values.ts';
import { createRecentFrames } from '../window/recentFrames.ts';
import { windows } from '../window/window.ts';
import type { WindowOptions } from '../window/window.ts';
import { FileClock } from './fileClock.ts';
import { TokenCount } from './tokenCount.ts';

/** The stages' settings, as the daemon would run them. */
export interface Stages {
  readonly sample: SampleOptions;
  readonly window: WindowOptions;
  readonly stitch: Pick<StitchOptions, 'tolerance' | 'minConfidence' | 'confirmations'>;
  /** closer looks at what was seen; true where not given */
  readonly refine?: boolean;
}

/** As the daemon runs them where the configuration says nothing else. */
export const DEFAULT_STAGES: Stages = {
  sample: { frameRate: 4, idleInterval: 2, adaptive: true, lookBack: 2 },
  window: { length: 8, hop: 1, maxFrames: 16, minFrames: 4, overlap: 0.5, heartbeat: 30 },
  stitch: STITCH_DEFAULTS,
};

/** What the stages made of a file. */
export interface Watched {
  /** each in its last phase; retracted ones are left out */
  readonly events: readonly Event[];
  /** one for each alert that was given, as it was when it was given */
  readonly verdicts: readonly GivenVerdict[];
  readonly windows: number;
  readonly visualTokens: number;
}

/** A verdict, when it was given (ms of the file), and whether its event was taken back afterwards. */
export interface GivenVerdict extends Verdict {
  readonly at: number;
  readonly takenBack: boolean;
}

/** Nobody waits for a file's events: what comes of it is the model's doing, and not the machine's. ms */
const PATIENCE = 300_000;

/** What is kept for second looks: seconds, and bytes. */
export const RECENT = { seconds: 25, bytes: 64 * 2 ** 20 } as const;

/**
 * Runs a file's frames through the daemon's own stages, in the file's time. Nothing is dropped: the next frame is read when
 * the windows that the last one closed have been answered.
 */
export async function watchFile(
  frames: Iterable<Frame> | AsyncIterable<Frame>,
  backend: Backend,
  rules: readonly Rule[],
  stages: Stages,
  signal?: AbortSignal,
): Promise<Watched> {
  const tokens = new TokenCount(backend);
  const chain = joinStages(tokens, rules, stages, signal);
  let count = 0;
  try {
    for await (const window of pulled(frames, pipe(sample(stages.sample), tap((frame) => chain.take(frame)), windows(stages.window)))) {
      signal?.throwIfAborted();
      if (chain.failed()) break;
      await chain.clock.advance(window.cutAt);
      chain.watched.cut(window);
      const answer = await tokens.events(window, chain.lookFor, signal);
      count += 1;
      chain.answers.next(answer);
      chain.watched.answered(answer);
    }
    chain.answers.complete();
    chain.seen.complete();
  } catch (error) {
    chain.answers.error(error);
  }
  return { ...(await chain.done), windows: count, visualTokens: tokens.count };
}

interface Chain {
  readonly answers: Subject<Answer>;
  readonly seen: Subject<Seen>;
  /** how far the file has been watched, for rules that speak of what did not happen */
  readonly watched: WatchedTime;
  /** a frame was kept */
  take(frame: Frame): void;
  readonly lookFor: readonly string[];
  readonly clock: FileClock;
  /** a stage failed; `done` says why */
  failed(): boolean;
  /** settles when the answers are complete */
  readonly done: Promise<Pick<Watched, 'events' | 'verdicts'>>;
}

/** Answers in, events and verdicts out: as the daemon joins them, but by the file's clock. */
function joinStages(backend: TokenCount, rules: readonly Rule[], stages: Stages, signal?: AbortSignal): Chain {
  const lookFor = rules.map((r) => r.alert);
  const answers = new Subject<Answer>();
  const seen = new Subject<Seen>();
  const watched = new WatchedTime((stretch) => seen.next(stretch));
  const clock = new FileClock();
  const frames = createRecentFrames(RECENT);
  const last = new Map<string, Event>();
  const given: (Verdict & { at: number })[] = [];
  let ids = 0;
  let unscored: unknown;
  const onError = (error: unknown): unknown => (unscored ??= error);
  const score = secondOpinion((event, rule) => backend.score(event, rule), wordingsOf);
  const secondLook = createSecondLook({ backend, frames, score, lookFor: () => lookFor, now: clock.now, onFailed: onError, ...(signal ? { signal } : {}) });
  const verdicts = answers.pipe(
    stages.refine === false ? tap() : alternate((answer) => clock.wait(secondLook.alternate(answer))),
    stitch({ ...stages.stitch, equivalent: (a, b) => clock.wait(equivalent(backend, a, b)), patience: PATIENCE, now: clock.now, newId: () => `event-${++ids}` }),
    stages.refine === false ? tap() : refine({ look: (event) => clock.wait(secondLook.refine(event)), now: clock.now, scheduler: clock.scheduler }),
    tap((event) => last.set(event.id, event)),
    (events) => merge(events, seen),
    matchRules({
      rules: () => rules,
      score: (event, rule) => clock.wait(score(event, rule)),
      verify: (event, _rule, sentence) => clock.wait(secondLook.verify(event, sentence)),
      now: clock.now,
      newId: () => `alert-${++ids}`,
      onError,
    }),
    tap((verdict) => verdict.phase === 'new' && given.push({ ...verdict, at: clock.now() })),
    toArray(),
  );
  let failed = false;
  const done = lastValueFrom(verdicts).then(() => {
    // figures that lack a score would not be the model's
    if (unscored !== undefined) throw unscored;
    const takenBack = (id: string | null): boolean => id !== null && last.get(id)?.phase === 'retracted';
    return { events: [...last.values()].filter((e) => e.phase !== 'retracted'), verdicts: given.map((v) => ({ ...v, takenBack: takenBack(v.eventId) })) };
  });
  // thrown to whoever waits for it; here it only ends the reading
  done.catch(() => (failed = true));
  const take = (frame: Frame): void => {
    frames.add(frame);
    watched.newest(frame.camera, frame.at);
  };
  return { answers, seen, watched, take, lookFor, clock, failed: () => failed, done };
}

/** The windows that the stages cut from frames, pulled one by one. */
export function windowsOf(frames: Iterable<Frame> | AsyncIterable<Frame>, stages: Pick<Stages, 'sample' | 'window'>): AsyncGenerator<Window, void, void> {
  return pulled(frames, pipe(sample(stages.sample), windows(stages.window)));
}
