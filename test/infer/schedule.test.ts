import { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LookoutError } from '../../src/errors.ts';
import type { Backend } from '../../src/infer/backend.ts';
import { inferWindows } from '../../src/infer/schedule.ts';
import type { Answer, Window } from '../../src/values.ts';
import { emptyAnswer, windowAt } from './windows.ts';

/** Ten milliseconds of the virtual clock are one character of a marble diagram. */
const STEP = 10;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Letters of a diagram become windows: a, b, c … of camera "lower", A, B, C … of camera "upper", digits of camera "digit". */
function windowsOf(marbles: string): Observable<Window> {
  return new Observable((subscriber) => {
    const timers = TestScheduler.parseMarbles(marbles).map(({ frame, notification }) =>
      setTimeout(() => {
        if (notification.kind === 'N') subscriber.next(windowAt(cameraOf(String(notification.value)), [Date.now()], String(notification.value)));
        if (notification.kind === 'E') subscriber.error(notification.error);
        if (notification.kind === 'C') subscriber.complete();
      }, frame),
    );
    return () => timers.forEach(clearTimeout);
  });
}

function cameraOf(letter: string): string {
  if (/\d/.test(letter)) return 'digit';
  return letter === letter.toLowerCase() ? 'lower' : 'upper';
}

/** A model that takes some steps for every window; `x` fails. */
function slow(steps: number): Backend {
  return {
    name: 'slow',
    events: (window) =>
      new Promise((resolve, reject) => {
        setTimeout(() => (window.id === 'x' ? reject(new LookoutError('MODEL_RUNTIME', 'gone.')) : resolve(emptyAnswer(window))), steps * STEP);
      }),
    score: () => Promise.resolve(0),
    ask: () => Promise.resolve(''),
  };
}

interface Run {
  readonly answers: string;
  readonly overloaded: string;
  readonly failed: string;
  readonly values: readonly Answer[];
}

/** Plays a diagram and gives back diagrams of the same length: when answers and drops came. */
async function play(marbles: string, backend: Backend, concurrency?: number, until = marbles.length + 20): Promise<Run> {
  const lanes = { answers: '-'.repeat(until).split(''), overloaded: '-'.repeat(until).split(''), failed: '-'.repeat(until).split('') };
  const mark = (lane: keyof typeof lanes, letter: string): void => {
    lanes[lane][Math.round(Date.now() / STEP)] = letter;
  };
  const values: Answer[] = [];
  const subscription = windowsOf(marbles)
    .pipe(
      inferWindows({
        backend: () => backend,
        lookFor: () => [],
        now: () => Date.now(),
        onDropped: (window, reason) => mark(reason === 'model' ? 'failed' : 'overloaded', window.id),
        concurrency,
      }),
    )
    .subscribe({
      next: (answer) => {
        values.push(answer);
        mark('answers', answer.windowId);
      },
      error: () => mark('answers', '#'),
      complete: () => mark('answers', '|'),
    });
  await vi.advanceTimersByTimeAsync(until * STEP);
  subscription.unsubscribe();
  const text = (lane: keyof typeof lanes): string => lanes[lane].join('').replace(/-+$/, '');
  return { answers: text('answers'), overloaded: text('overloaded'), failed: text('failed'), values };
}

describe('inferWindows', () => {
  test('answers a window when the model is free', async () => {
    const run = await play('a-----b----|', slow(3));
    expect(run.answers).toBe('---a-----b-|');
  });

  test('of one camera only the newest waits', async () => {
    const run = await play('abcd---------|', slow(4));
    expect(run.answers).toBe('----a---d----|');
    expect(run.overloaded).toBe('--bc');
  });

  test('cameras take turns, however often one of them calls', async () => {
    const run = await play('abAcdefB--------------|', slow(4));
    // "lower" waits again from e on, behind "upper", whose A keeps its place when B overtakes it
    expect(run.answers).toBe('----a---d---B---f-----|');
    expect(run.overloaded).toBe('---bc-eA');
  });

  test('one camera never has two windows in the model, others may', async () => {
    const run = await play('abA1----------|', slow(4), 2);
    expect(run.answers).toBe('----a-A-b-1---|');
  });

  test('answers what waits before it completes', async () => {
    const run = await play('aA|', slow(3));
    expect(run.values.map((v) => v.windowId)).toEqual(['a', 'A']);
    expect(run.answers).toBe('---a--|');
  });

  test('a failing window is reported and the stream goes on', async () => {
    const run = await play('x--b------|', slow(2));
    expect(run.answers).toBe('-----b----|');
    expect(run.failed).toBe('--x');
  });

  test('passes an error of the source on', async () => {
    const run = await play('a----#', slow(2));
    expect(run.answers).toBe('--a--#');
  });

  test('tells how long a window waited and how long the model took', async () => {
    const run = await play('aA----------|', slow(6));
    const latency = run.values.map((v) => v.latency);
    // windows are cut 40 ms after their last frame here
    expect(latency).toEqual([
      { capture: 40, queue: 0, infer: 60 },
      { capture: 40, queue: 10, infer: 60 },
    ]);
  });

  test('lets go of the model when nobody listens any more, and reports nothing', async () => {
    let aborted = false;
    const drops: string[] = [];
    const waiting: Backend = {
      ...slow(1),
      events: (_window, _lookFor, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    };
    const subscription = windowsOf('a-b')
      .pipe(inferWindows({ backend: () => waiting, lookFor: () => [], now: Date.now, onDropped: (w) => drops.push(w.id) }))
      .subscribe();
    await vi.advanceTimersByTimeAsync(100);
    subscription.unsubscribe();
    await vi.advanceTimersByTimeAsync(100);
    expect(aborted).toBe(true);
    expect(drops).toEqual([]);
  });

  test('hands over the rules of the camera', async () => {
    const asked: string[] = [];
    const backend: Backend = {
      ...slow(1),
      events: (window, lookFor) => {
        asked.push(`${window.camera}: ${lookFor.join()}`);
        return Promise.resolve(emptyAnswer(window));
      },
    };
    const subscription = windowsOf('aA')
      .pipe(inferWindows({ backend: () => backend, lookFor: (c) => [`rule of ${c}`], now: Date.now, onDropped: () => undefined }))
      .subscribe();
    await vi.advanceTimersByTimeAsync(100);
    subscription.unsubscribe();
    expect(asked).toEqual(['lower: rule of lower', 'upper: rule of upper']);
  });
});
