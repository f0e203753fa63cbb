import { type Observable, type OperatorFunction, pipe, tap } from 'rxjs';
import type { LoadedConfig } from '../config/load.ts';
import type { Logger } from '../health/log.ts';
import type { Backend } from '../infer/backend.ts';
import { inferWindows } from '../infer/schedule.ts';
import type { Rule } from '../rules/rule.ts';
import type { Store } from '../store/store.ts';
import type { Answer, Window } from '../values.ts';
import { DroppedWindows } from './gaps.ts';
import { guard } from './guard.ts';

export interface LookOptions {
  current(): LoadedConfig;
  readonly backend: Backend;
  readonly growing: Observable<Window>;
  readonly store: Store;
  readonly log: Logger;
}

/** The model's looks at the cameras: windows → answers, and what no answer showed into the log. */
export interface Looks {
  readonly answers: OperatorFunction<Window, Answer>;
  counters(): { windows: number; visualTokens: number };
  /** at the end: writes down what is left of dropped windows */
  close(): void;
}

export function looks({ current, backend, growing, store, log }: LookOptions): Looks {
  const active = (camera: string): Rule[] => current().rules.filter((rule) => rule.enabled && (rule.cameras.length === 0 || rule.cameras.includes(camera)));
  const dropped = new DroppedWindows();
  const counts = { windows: 0, visualTokens: 0 };
  const answers = pipe(
    inferWindows({
      backend: () => backend,
      lookFor: (camera) => active(camera).map((rule) => rule.alert),
      now: Date.now,
      growing$: growing,
      onPrepareFailed: (error) => log.debug({ err: error }, 'a growing window could not be taken in'),
      maxAge: () => current().config.window.length * 1000,
      onDropped: (window, reason, error) => {
        const detail = error instanceof Error ? error.message : 'The model was not free in time.';
        // under load this is the plan, and a gap only where no later window shows the same time
        log[reason === 'model' ? 'warn' : 'debug']({ camera: window.camera, reason }, `a window was dropped: ${detail}`);
        guard(log, () => dropped.drop(window, reason, detail).forEach((gap) => store.putCoverage(gap)));
      },
    }),
    tap((answer) => {
      counts.windows++;
      counts.visualTokens += answer.visualTokens;
      log.debug({ camera: answer.camera, reason: answer.reason, sightings: answer.sightings, latency: answer.latency }, 'answer');
      guard(log, () => dropped.answered(answer).forEach((gap) => store.putCoverage(gap)));
    }),
  );
  return { answers, counters: () => ({ ...counts }), close: () => guard(log, () => dropped.rest().forEach((gap) => store.putCoverage(gap))) };
}
