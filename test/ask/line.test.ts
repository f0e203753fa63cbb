import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createQuestionLine } from '../../src/ask/line.ts';
import { SpareLine } from '../../src/infer/spareLine.ts';
import { playTurns } from '../infer/turns.ts';

const STEP = 10;
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the model, with cameras and questions', () => {
  test('a question begins when no window waits, and takes one turn at a time', async () => {
    const spare = new SpareLine({ now: Date.now });
    const line = createQuestionLine({ spare, now: Date.now });
    const began: number[] = [];
    const call = (): Promise<void> => {
      began.push(Date.now() / STEP);
      return new Promise((resolve) => setTimeout(resolve, 4 * STEP));
    };
    setTimeout(() => void Promise.all([line.turn(call, never), line.turn(call, never)]), 5);
    const { started, overloaded } = await playTurns({ cameras: { door: 'a---b-----c', yard: '-d' }, infer: 3, until: 60, options: { spare } });
    // a, d and b go first; c comes while the first call is in the model, and the second waits for it
    expect(started).toBe('a@0 d@3 b@6 c@13');
    expect(began).toEqual([9, 16]);
    expect(overloaded).toBe('');
  });

  test('however busy the cameras are, it waits two seconds for each call and no longer', async () => {
    const spare = new SpareLine({ now: Date.now });
    const line = createQuestionLine({ spare, now: Date.now });
    const began: number[] = [];
    const question = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await line.turn(async () => {
          began.push(Date.now());
          await new Promise((resolve) => setTimeout(resolve, 100));
        }, never);
      }
    };
    const asked = new Promise<void>((resolve) => setTimeout(() => void question().then(resolve), 5));
    // two cameras that always have a window waiting
    await playTurns({ cameras: { door: 'abcdefghij'.repeat(90), yard: 'klmnopqrst'.repeat(90) }, infer: 3, until: 900, options: { spare } });
    await asked;
    expect(began).toEqual([2005, 4105, 6205]);
  });

  test('one that gives up while it waits is not asked', async () => {
    const spare = new SpareLine({ now: Date.now });
    spare.attach(() => undefined);
    const line = createQuestionLine({ spare, now: Date.now });
    const stop = new AbortController();
    let asked = false;
    const turn = line.turn(() => Promise.resolve((asked = true)), stop.signal);
    stop.abort(new Error('gone'));
    await expect(turn).rejects.toThrow('gone');
    await spare.take()?.run();
    expect(asked).toBe(false);
    await expect(line.turn(() => Promise.resolve(1), stop.signal)).rejects.toThrow('gone');
  });

  test('how long questions take says nothing of second looks', () => {
    let now = 0;
    const spare = new SpareLine({ now: () => now });
    spare.attach(() => undefined);
    spare.took(50, false);
    spare.took(2000, false);
    now = 30_000;
    const look = { camera: 'door', urgent: false, deadline: 60_000, run: () => Promise.resolve(), skip: () => undefined };
    spare.took(100, true);
    spare.add(look);
    expect(spare.take()).toBe(look);
  });
});

describe('questions at a time', () => {
  const busy = (): { work: () => Promise<string>; done: () => void } => {
    let done = (): void => undefined;
    const over = new Promise<string>((resolve) => (done = () => resolve('answer')));
    return { work: () => over, done: () => done() };
  };

  test('two are answered, some wait in order, further ones are refused', async () => {
    const line = createQuestionLine({ now: Date.now, atOnce: 2, waiting: 2 });
    const [a, b, c, d] = [busy(), busy(), busy(), busy()];
    const order: string[] = [];
    const place = (name: string, work: () => Promise<string>): Promise<unknown> => line.place(() => (order.push(name), work()), never);
    const all = [place('a', a.work), place('b', b.work), place('c', c.work), place('d', d.work)];
    await vi.advanceTimersByTimeAsync(0);
    await expect(line.enter(never)).rejects.toMatchObject({ code: 'MODEL_BUSY' });
    expect(order).toEqual(['a', 'b']);
    b.done();
    await vi.advanceTimersByTimeAsync(0);
    expect(order).toEqual(['a', 'b', 'c']);
    for (const { done } of [a, c, d]) done();
    await Promise.all(all);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    await expect(line.place(() => Promise.resolve('free'), never)).resolves.toBe('free');
  });

  test('a failure frees the place, and who leaves the line gives up his', async () => {
    const line = createQuestionLine({ now: Date.now, atOnce: 1, waiting: 1 });
    const first = busy();
    const one = line.place(first.work, never);
    const stop = new AbortController();
    const two = line.enter(stop.signal);
    two.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
    stop.abort(new Error('gone'));
    await expect(two).rejects.toThrow('gone');
    const three = line.place(() => Promise.reject(new Error('failed')), never);
    three.catch(() => undefined);
    first.done();
    await one;
    await expect(three).rejects.toThrow('failed');
    const leave = await line.enter(never);
    leave();
    leave();
    const [x, y] = [await line.enter(never), line.enter(never)];
    x();
    (await y)();
  });
});
