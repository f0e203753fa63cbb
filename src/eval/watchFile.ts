import { lastValueFrom, pipe, Subject, tap, toArray } from 'rxjs';
import { pulled } from '../daemon/pulled.ts';
import { stitch, STITCH_DEFAULTS } from '../events/stitch.ts';
import type { StitchOptions } from '../events/stitch.ts';
import type { Backend } from '../infer/backend.ts';
import { equivalent } from '../infer/equivalent.ts';
import { matchRules } from '../rules/match.ts';
import type { Rule } from '../rules/rule.ts';
import { sample } from '../sample/sample.ts';
import type { SampleOptions } from '../sample/sample.ts';
import type { Answer, Event, Frame, Verdict, Window } from '../values.ts';
import { windows } from '../window/window.ts';
import type { WindowOptions } from '../window/window.ts';

/** The stages' settings, as the daemon would run them. */
export interface Stages {
  readonly sample: SampleOptions;
  readonly window: WindowOptions;
  readonly stitch: Pick<StitchOptions, 'tolerance' | 'minConfidence' | 'confirmations'>;
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
  readonly verdicts: readonly Verdict[];
  readonly windows: number;
  readonly visualTokens: number;
}

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
  const lookFor = rules.map((r) => r.alert);
  const answers = new Subject<Answer>();
  const last = new Map<string, Event>();
  let clock = 0;
  let ids = 0;
  let unscored: unknown;
  const verdicts = lastValueFrom(
    answers.pipe(
      stitch({
        ...stages.stitch,
        equivalent: (a, b) => equivalent(backend, a, b),
        now: () => clock,
        newId: () => `event-${++ids}`,
      }),
      tap((event) => last.set(event.id, event)),
      matchRules({
        rules: () => rules,
        score: (event, rule) => backend.score(event, rule),
        now: () => clock,
        newId: () => `alert-${++ids}`,
        onError: (error) => (unscored ??= error),
      }),
      toArray(),
    ),
  );
  let failed = false;
  // the stages' failure is thrown below; here it only ends the reading
  verdicts.catch(() => (failed = true));
  let count = 0;
  let visualTokens = 0;
  try {
    for await (const window of windowsOf(frames, stages)) {
      signal?.throwIfAborted();
      if (failed) break;
      clock = window.cutAt;
      const answer = await backend.events(window, lookFor, signal);
      count += 1;
      visualTokens += answer.visualTokens;
      answers.next(answer);
    }
    answers.complete();
  } catch (error) {
    answers.error(error);
  }
  const given = await verdicts;
  // figures that lack a score would not be the model's
  if (unscored !== undefined) throw unscored;
  return { events: [...last.values()].filter((e) => e.phase !== 'retracted'), verdicts: given, windows: count, visualTokens };
}

/** The windows that the stages cut from frames, pulled one by one. */
export function windowsOf(frames: Iterable<Frame> | AsyncIterable<Frame>, stages: Pick<Stages, 'sample' | 'window'>): AsyncGenerator<Window, void, void> {
  return pulled(frames, pipe(sample(stages.sample), windows(stages.window)));
}
