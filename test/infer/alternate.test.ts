import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { alternate } from '../../src/infer/alternate.ts';
import { otherPairing } from '../../src/infer/closeUp.ts';
import type { Answer } from '../../src/values.ts';
import { emptyAnswer, windowAt } from './windows.ts';

const answer = (camera: string, id: string, more: Partial<Answer> = {}): Answer => ({ ...emptyAnswer(windowAt(camera, [0, 250], id)), ...more });

/** Answers by hand, looks answered by hand. */
function byHand(): { source: Subject<Answer>; told: string[]; asked: string[]; reply(id: string, fails?: boolean): Promise<void> } {
  const source = new Subject<Answer>();
  const told: string[] = [];
  const asked: string[] = [];
  const waiting = new Map<string, { resolve(v: Answer | undefined): void; reject(e: Error): void; answer: Answer }>();
  const look = (a: Answer): Promise<Answer | undefined> => {
    asked.push(a.windowId);
    return new Promise((resolve, reject) => waiting.set(a.windowId, { resolve, reject, answer: a }));
  };
  source.pipe(alternate(look)).subscribe({ next: (a) => told.push(a.windowId), complete: () => told.push('|') });
  return {
    source, told, asked,
    async reply(id, fails = false) {
      const pending = waiting.get(id);
      if (fails) pending?.reject(new Error('model down'));
      else pending?.resolve(pending && { ...pending.answer, windowId: `${id}'` });
      await new Promise(setImmediate);
    },
  };
}

describe('looks in the other pairing', () => {
  it('are made of every other window of an activity, camera by camera', () => {
    const { source, told, asked } = byHand();
    for (const id of ['a1', 'b1', 'a2', 'a3', 'b2', 'a4']) source.next(answer(id.charAt(0), id));
    expect(told).toEqual(['a1', 'b1', 'a2', 'a3', 'b2', 'a4']);
    expect(asked).toEqual(['a2', 'b2', 'a4']);
  });

  it('are not made of heartbeats', () => {
    const { source, asked } = byHand();
    for (const id of ['h1', 'h2', 'h3', 'h4']) source.next(answer('attic', id, { reason: 'heartbeat' }));
    expect(asked).toEqual([]);
  });

  it('follow their window, unless the next one was faster', async () => {
    const { source, told, reply } = byHand();
    for (const id of ['a1', 'a2']) source.next(answer('a', id));
    await reply('a2');
    for (const id of ['a3', 'a4', 'a5']) source.next(answer('a', id));
    await reply('a4');
    expect(told).toEqual(['a1', 'a2', "a2'", 'a3', 'a4', 'a5']);
  });

  it('are waited for at the end, and may fail', async () => {
    const { source, told, reply } = byHand();
    for (const id of ['a1', 'a2']) source.next(answer('a', id));
    for (const id of ['b1', 'b2']) source.next(answer('b', id));
    source.complete();
    await reply('a2', true);
    expect(told).toEqual(['a1', 'a2', 'b1', 'b2']);
    await reply('b2');
    expect(told.slice(4)).toEqual(["b2'", '|']);
  });
});

describe('the other pairing', () => {
  const frames = windowAt('hall', [0, 2000, 2250, 2500, 2750, 3000, 3250]).frames;
  const times = (from: number, kept = frames): number[] | undefined => otherPairing(kept, { windowId: 'w', from, reason: 'hop' })?.frames.map((f) => f.at);

  it('begins a frame before the window, and ends a frame before its end', () => {
    expect(times(2500)).toEqual([2250, 2500, 2750, 3000]);
    expect(times(2000)).toEqual([0, 2000, 2250, 2500, 2750, 3000]);
  });

  it('begins a frame after it where the one before is gone or far off', () => {
    expect(times(0)).toEqual([2250, 2500, 2750, 3000]);
    expect(times(2000, windowAt('hall', [-9000, 2000, 2250, 2500, 2750, 3000, 3250]).frames)).toEqual([2250, 2500, 2750, 3000]);
  });

  it('is none where frames are gone or too few', () => {
    expect(times(9000)).toBeUndefined();
    expect(times(2500, windowAt('hall', [2500, 2750, 3000]).frames)).toBeUndefined();
    expect(times(0, [])).toBeUndefined();
  });
});
