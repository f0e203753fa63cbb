import { BehaviorSubject, NEVER, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Backend } from '../../src/infer/backend.ts';
import { inferWindows } from '../../src/infer/schedule.ts';
import { playTurns } from './turns.ts';
import { emptyAnswer, windowAt } from './windows.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a growing window', () => {
  test('is prepared while the model is free, and never instead of a window', async () => {
    const run = await playTurns({ cameras: { door: '---a---b', hall: '-----c' }, growing: { yard: '-t--u', door: '------v' }, infer: 4, prepare: 2, until: 40 });
    expect(run.prepared).toBe('t@1 u@15');
    expect(run.started).toBe('a@3 c@7 b@11');
    expect(run.overloaded).toBe('');
  });

  test('gives way to the newer one of its camera, and cameras take turns', async () => {
    const growing = { flood: 'tuvwxyz', yard: '--m' };
    const run = await playTurns({ cameras: {}, growing, infer: 4, prepare: 3, until: 30 });
    // flood waits again from u on; yard comes after it, and z after that
    expect(run.prepared).toBe('t@0 w@3 m@6 z@9');
    expect(run.overloaded).toBe('');
  });

  test('is forgotten when a window shows all of it', async () => {
    const run = await playTurns({ cameras: { door: '-----a', hall: 'b', yard: '------c' }, growing: { door: '--t', yard: '-u------v' }, infer: 8, prepare: 2, until: 60 });
    expect(run.started).toBe('b@0 a@8 c@16');
    // v is later than c
    expect(run.prepared).toBe('v@24');
  });

  test('is not prepared when its window is already in the line or in the model', async () => {
    const run = await playTurns({ cameras: { door: 'a', hall: '-b' }, growing: { door: 't', hall: '-u' }, infer: 5, prepare: 2, until: 40 });
    expect(run.started).toBe('a@0 b@5');
    expect(run.prepared).toBe('');
  });

  test('makes a window that comes meanwhile wait', async () => {
    const run = await playTurns({ cameras: { door: '--a' }, growing: { yard: '-t' }, infer: 4, prepare: 3, until: 20 });
    expect(run.prepared).toBe('t@1');
    expect(run.started).toBe('a@4');
    expect(run.answered).toBe('a@8');
  });

  test('leaves one of two places to a window, but not to one of its own camera', async () => {
    const run = await playTurns({ cameras: { door: '--a', yard: '--b' }, growing: { yard: '-t' }, infer: 4, prepare: 3, until: 20, options: { concurrency: 2 } });
    expect(run.prepared).toBe('t@1');
    expect(run.started).toBe('a@2 b@4');
  });

  test('that cannot be prepared is told of and is no dropped window', async () => {
    const run = await playTurns({ cameras: { yard: '-------a' }, growing: { yard: '-tu--v' }, infer: 2, prepare: 1, failing: 'tv', until: 20 });
    expect(run.prepareFailed).toBe('t@2 v@6');
    expect(run.prepared).toBe('t@1 u@2 v@5');
    expect(run.failed + run.overloaded).toBe('');
    expect(run.answered).toBe('a@9');
  });

  test('is left alone by a model that cannot prepare', async () => {
    const run = await playTurns({ cameras: { yard: '----a' }, growing: { yard: 'tuv' }, infer: 2, maxAge: 8, until: 20 });
    expect(run).toMatchObject({ prepared: '', prepareFailed: '', answered: 'a@6', timersLeft: 0 });
  });

  test('that grew too old is forgotten without a word', async () => {
    const run = await playTurns({ cameras: { door: 'a' }, growing: { yard: '-t' }, infer: 12, prepare: 1, maxAge: 8, until: 30 });
    expect(run).toMatchObject({ prepared: '', overloaded: '', prepareFailed: '', timersLeft: 0 });
  });

  test('is of no use when no windows come any more', async () => {
    const run = await playTurns({ cameras: { door: 'a---|' }, growing: { yard: '-t----u' }, infer: 8, prepare: 1, until: 30 });
    expect(run).toMatchObject({ prepared: '', answered: 'a@8 |@8', timersLeft: 0 });
  });
});

test('the end of growing windows by an error is told of, and the windows go on', async () => {
  const failures: unknown[] = [];
  const gone = new Error('gone');
  const run = await playTurns({
    cameras: { door: '-a' }, infer: 2, prepare: 1, until: 10,
    options: { growing$: throwError(() => gone), onPrepareFailed: (error, window) => failures.push([error, window]) },
  });
  expect(failures).toEqual([[gone, undefined]]);
  expect(run.answered).toBe('a@3');
});

test('preparing is broken off when nobody listens, and hears the rules of the camera', async () => {
  const heard: string[] = [];
  const failures: unknown[] = [];
  const backend: Backend = {
    name: 'm',
    events: (window) => Promise.resolve(emptyAnswer(window)),
    score: () => Promise.resolve(0),
    ask: () => Promise.resolve(''),
    prepare: (_window, lookFor, signal) =>
      new Promise((_resolve, reject) => {
        heard.push(...lookFor);
        signal?.addEventListener('abort', () => {
          heard.push('aborted');
          reject(signal.reason);
        });
      }),
  };
  const growing$ = new BehaviorSubject(windowAt('yard', [0]));
  const subscription = NEVER.pipe(
    inferWindows({
      backend: () => backend, lookFor: (camera) => [`rule of ${camera}`], now: Date.now, onDropped: () => undefined,
      maxAge: 100, growing$, onPrepareFailed: (error) => failures.push(error),
    }),
  ).subscribe();
  subscription.unsubscribe();
  await vi.advanceTimersByTimeAsync(1000);
  expect(heard).toEqual(['rule of yard', 'aborted']);
  expect(failures).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
