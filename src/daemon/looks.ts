import { type Observable, type OperatorFunction, pipe, tap } from 'rxjs';
import type { LoadedConfig } from '../config/load.ts';
import type { Logger } from '../health/log.ts';
import type { Backend } from '../infer/backend.ts';
import { inferWindows } from '../infer/schedule.ts';
import type { SpareLine } from '../infer/spareLine.ts';
import type { Look } from '../record.ts';
import type { Store } from '../store/store.ts';
import type { Answer, Window } from '../values.ts';
import { DroppedWindows } from './gaps.ts';
import { guard } from './guard.ts';
import type { WatchedTime } from './watched.ts';
import type { WatchNews } from './watchNews.ts';

export interface LookOptions {
  current(): LoadedConfig;
  readonly backend: Backend;
  /** windows that the model works on at a time, asked for each anew */
  atOnce(): number;
  /** sentences that a camera's windows are searched for */
  lookFor(camera: string): string[];
  readonly growing: Observable<Window>;
  /** looks that wait until no window does */
  readonly spare: SpareLine;
  readonly store: Store;
  readonly watched: WatchedTime;
  readonly news: Pick<WatchNews, 'answered' | 'dropped'>;
  /** the model took so long for a window, ms */
  inferred(ms: number): void;
  readonly log: Logger;
}

/** Since the start; `dropped`: windows that nobody looked at, by why. */
export interface LookCounts {
  readonly windows: number;
  readonly visualTokens: number;
  readonly dropped: Readonly<Record<string, number>>;
}

/** The model's looks at the cameras: windows → answers, and what no answer showed into the log. */
export interface Looks {
  readonly answers: OperatorFunction<Window, Answer>;
  counters(): LookCounts;
  /** a second look was taken, beside the windows */
  again(answer: Pick<Answer, 'visualTokens'>): void;
  /** at the end: writes down what is left of dropped windows */
  close(): void;
}

export function looks({ current, backend, atOnce, lookFor, growing, spare, store, watched, news, inferred, log }: LookOptions): Looks {
  const dropped = new DroppedWindows();
  const counts = { windows: 0, visualTokens: 0 };
  const drops: Record<string, number> = {};
  /** windows that are neither answered nor dropped: how many frames each has, and when it begins (wall clock, ms) */
  const open = new Map<string, { readonly camera: string; readonly frames: number; readonly from: number }>();
  const oldest = (of: string): number => Math.min(...[...open.values()].map(({ camera, from }) => (camera === of ? from : Infinity)));
  const answers = pipe(
    tap((window: Window) => {
      watched.cut(window);
      open.set(window.id, { camera: window.camera, frames: window.frames.length, from: window.frames[0]?.at ?? Infinity });
    }),
    inferWindows({
      backend: () => backend,
      lookFor,
      now: Date.now,
      concurrency: atOnce,
      growing$: growing,
      spare,
      onPrepareFailed: (error) => log.debug({ err: error }, 'a growing window could not be taken in'),
      maxAge: () => current().config.window.length * 1000,
      onDropped: (window, reason, error) => {
        open.delete(window.id);
        drops[reason] = (drops[reason] ?? 0) + 1;
        const detail = error instanceof Error ? error.message : 'The model was not free in time.';
        // under load this is the plan, and a gap only where no later window shows the same time
        log[reason === 'model' ? 'warn' : 'debug']({ camera: window.camera, reason }, `a window was dropped: ${detail}`);
        const gaps = dropped.drop(window, reason, detail, oldest(window.camera));
        news.dropped(window, { reason, detail });
        gaps.forEach((gap) => watched.gap(gap));
        guard(log, () => gaps.forEach((gap) => store.putCoverage(gap)));
      },
    }),
    tap((answer) => {
      counts.windows++;
      inferred(answer.latency.infer);
      counts.visualTokens += answer.visualTokens;
      log.debug({ camera: answer.camera, reason: answer.reason, sightings: answer.sightings, latency: answer.latency }, 'answer');
      const gaps = dropped.answered(answer);
      guard(log, () => {
        store.putLook(lookOf(answer, open.get(answer.windowId)?.frames ?? 0));
        gaps.forEach((gap) => store.putCoverage(gap));
      });
      open.delete(answer.windowId);
      gaps.forEach((gap) => watched.gap(gap));
      watched.answered(answer);
      news.answered(answer);
    }),
  );
  const again = ({ visualTokens }: Pick<Answer, 'visualTokens'>): void => void (counts.visualTokens += visualTokens);
  return { answers, again, counters: () => ({ ...counts, dropped: drops }), close: () => guard(log, () => dropped.rest().forEach((gap) => store.putCoverage(gap))) };
}

function lookOf({ windowId, camera, reason, from, to, sightings }: Answer, frames: number): Look {
  const told = sightings.map(({ text, start, end, confidence }) => ({ text, start, end, confidence }));
  return { windowId, camera, reason, from, to, frames, answeredAt: Date.now(), sightings: told };
}
