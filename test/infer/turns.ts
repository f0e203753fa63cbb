import { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { vi } from 'vitest';
import { LookoutError } from '../../src/errors.ts';
import type { Backend } from '../../src/infer/backend.ts';
import { inferWindows } from '../../src/infer/schedule.ts';
import type { InferOptions } from '../../src/infer/schedule.ts';
import type { Window } from '../../src/values.ts';
import { emptyAnswer, windowAt } from './windows.ts';

/** Ten milliseconds of the virtual clock are one character of a marble diagram. */
const STEP = 10;

export interface Play {
  /** a diagram for each camera; every letter is the id of a window whose last frame is taken at that moment */
  readonly cameras: Readonly<Record<string, string>>;
  /** ids of the windows that are heartbeats */
  readonly heartbeats?: string;
  /** diagrams of windows that are not closed yet */
  readonly growing?: Readonly<Record<string, string>>;
  /** steps that the model takes for a window, for ever where Infinity */
  readonly infer: number;
  /** steps that it takes to prepare one; without it the model cannot */
  readonly prepare?: number;
  /** ids that the model fails on */
  readonly failing?: string;
  /** steps */
  readonly maxAge?: number;
  readonly until: number;
  readonly options?: Partial<InferOptions>;
}

/** What happened, in order, each as `id@step`. */
export interface Played {
  readonly started: string;
  readonly answered: string;
  readonly overloaded: string;
  readonly failed: string;
  readonly prepared: string;
  readonly prepareFailed: string;
  /** steps that any waiting window was old, at the most, looked at every step */
  readonly oldest: number;
  readonly timersLeft: number;
}

/** Plays diagrams on the fake timers' clock, which has to stand at 0. */
export async function playTurns(play: Play): Promise<Played> {
  const told = { started: [] as string[], answered: [] as string[], overloaded: [] as string[], failed: [] as string[], prepared: [] as string[], prepareFailed: [] as string[] };
  const waiting = new Map<string, number>();
  const tell = (list: keyof typeof told, id: string): void => {
    told[list].push(`${id}@${Math.round(Date.now() / STEP)}`);
  };
  const source = diagrams(play.cameras, (window) => waiting.set(window.id, Date.now()), play.heartbeats);
  let oldest = 0;
  const watch = setInterval(() => (oldest = Math.max(oldest, ...[...waiting.values()].map((at) => Date.now() - at))), STEP);
  const backend = model(play, (list, id) => {
    tell(list, id);
    if (list === 'started') waiting.delete(id);
  });
  const subscription = source
    .pipe(
      inferWindows({
        backend: () => backend,
        lookFor: () => [],
        now: Date.now,
        onDropped: (window, reason) => {
          waiting.delete(window.id);
          tell(reason === 'model' ? 'failed' : 'overloaded', window.id);
        },
        onPrepareFailed: (_error, window) => tell('prepareFailed', window?.id ?? 'source'),
        maxAge: play.maxAge === undefined ? undefined : play.maxAge * STEP,
        growing$: play.growing && diagrams(play.growing),
        ...play.options,
      }),
    )
    .subscribe({ next: (answer) => tell('answered', answer.windowId), complete: () => tell('answered', '|') });
  await vi.advanceTimersByTimeAsync(play.until * STEP);
  subscription.unsubscribe();
  clearInterval(watch);
  const lists = Object.fromEntries(Object.entries(told).map(([list, ids]) => [list, ids.join(' ')])) as Record<keyof typeof told, string>;
  return { ...lists, oldest: oldest / STEP, timersLeft: vi.getTimerCount() };
}

function diagrams(cameras: Readonly<Record<string, string>>, cut?: (window: Window) => void, heartbeats = ''): Observable<Window> {
  return new Observable((subscriber) => {
    const timers = Object.entries(cameras).flatMap(([camera, marbles]) =>
      TestScheduler.parseMarbles(marbles).map(({ frame, notification }) =>
        setTimeout(() => {
          if (notification.kind === 'C') subscriber.complete();
          if (notification.kind === 'E') subscriber.error(new LookoutError('MODEL_RUNTIME', 'gone.'));
          if (notification.kind !== 'N') return;
          const id = String(notification.value);
          const window: Window = { ...windowAt(camera, [Date.now()], id), reason: heartbeats.includes(id) ? 'heartbeat' : 'hop' };
          cut?.(window);
          subscriber.next(window);
        }, frame),
      ),
    );
    return () => timers.forEach(clearTimeout);
  });
}

function model(play: Play, tell: (list: 'started' | 'prepared', id: string) => void): Backend {
  const work = <T>(window: Window, steps: number, result: T): Promise<T> =>
    new Promise((resolve, reject) => {
      if (steps === Infinity) return;
      setTimeout(() => (play.failing?.includes(window.id) ? reject(new LookoutError('MODEL_RUNTIME', 'gone.')) : resolve(result)), steps * STEP);
    });
  const { prepare } = play;
  return {
    name: 'slow',
    events: (window) => {
      tell('started', window.id);
      return work(window, play.infer, emptyAnswer(window));
    },
    score: () => Promise.resolve(0),
    ask: () => Promise.resolve(''),
    ...(prepare !== undefined && {
      prepare: (window: Window) => {
        tell('prepared', window.id);
        return work(window, prepare, undefined);
      },
    }),
  };
}
