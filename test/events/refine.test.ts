import { of, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { refine } from '../../src/events/refine.ts';
import type { Event, EventPhase } from '../../src/values.ts';

function event(id: string, phase: EventPhase, start: number, end: number, more: Partial<Event> = {}): Event {
  return {
    id, phase, start, end, camera: 'hall', text: 'a person falls', startUncertainty: 250, endUncertainty: 250, timeSource: 'rtcp', windowId: 'w', model: 'm',
    confidence: 0.9, sightings: 1, detectedAt: 0, latency: { capture: 0, queue: 0, infer: 0 }, ...more,
  };
}

const brief = (e: Event): string => `${e.phase} ${e.id} ${e.start}-${e.end} ±${e.startUncertainty}`;

/** Plays events in virtual time, which is the wall clock; what the looks were at, and what was told when. */
function play(marbles: string, events: Record<string, Event>, look: (e: Event) => Event | undefined): { told: string[]; looked: string[] } {
  const told: string[] = [];
  const looked: string[] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ cold, flush }) => {
    const operator = refine({
      now: () => scheduler.now(),
      scheduler,
      look: (e) => {
        looked.push(`${e.id}@${scheduler.now()}`);
        return of(look(e));
      },
    });
    cold(marbles, events).pipe(operator).subscribe({ next: (e) => told.push(`${scheduler.now()} ${brief(e)}`), complete: () => told.push(`${scheduler.now()} |`) });
    flush();
  });
  return { told, looked };
}

const better = (e: Event): Event => ({ ...e, start: e.start + 200, end: e.end - 200, startUncertainty: 120, endUncertainty: 120 });

describe('refinement', () => {
  it('lets an event pass at once, looks when the frames after it are there, and tells what it saw under the same id', () => {
    const { told, looked } = play('1s a 999ms b 9s -', { a: event('e', 'new', 500, 900), b: event('e', 'end', 500, 900) }, better);
    expect(looked).toEqual(['e@2900']);
    expect(told).toEqual(['1000 new e 500-900 ±250', '2000 end e 500-900 ±250', '2900 end e 700-700 ±120']);
  });

  it('looks at an event that nobody ends once it is left alone', () => {
    const { told, looked } = play('1s a 499ms b 9s -', { a: event('e', 'new', 500, 900), b: event('e', 'update', 500, 1400) }, better);
    expect(looked).toEqual(['e@4000']);
    expect(told.at(-1)).toBe('4000 update e 700-1200 ±120');
  });

  it('tells nothing where the look says much the same, knows nothing, or fails', () => {
    const events = { a: event('e', 'end', 500, 900) };
    expect(play('1s a 9s -', events, (e) => ({ ...e, start: 560, startUncertainty: 220 })).told).toHaveLength(1);
    expect(play('1s a 9s -', events, () => undefined).told).toHaveLength(1);
  });

  it('keeps what it knows in later phases, but for a boundary that has moved since', () => {
    const events = { a: event('e', 'new', 500, 900), b: event('e', 'update', 540, 3000), c: event('e', 'end', 540, 3000) };
    const { told, looked } = play('1s a 3s b 3s c 9s -', events, (e) => (e.end < 2000 ? better(e) : undefined));
    expect(told).toEqual([
      '1000 new e 500-900 ±250', '3500 update e 700-700 ±120', '4001 update e 700-3000 ±120', '7002 end e 700-3000 ±120',
    ]);
    // what has changed is looked at again, and once
    expect(looked).toEqual(['e@3500', 'e@6501']);
  });

  it('takes back what a look denies, and says nothing of it ever after', () => {
    const events = { a: event('e', 'new', 500, 900), b: event('e', 'update', 500, 1200), c: event('e', 'end', 500, 1200), d: event('f', 'new', 9000, 9100) };
    const { told } = play('1s a 4s b 1s c 1s d', events, (e) => ({ ...e, phase: 'retracted' }));
    expect(told.filter((line) => line.includes(' e ')).map((line) => line.split(' ')[1])).toEqual(['new', 'retracted']);
    expect(told.some((line) => line.includes('new f'))).toBe(true);
  });

  it('does not look at what the windows took back; looks again when they bring it back', () => {
    const taken = { a: event('e', 'new', 500, 900), b: event('e', 'retracted', 500, 900) };
    expect(play('1s a 99ms b 9s -', taken, better).looked).toEqual([]);
    expect(play('1s a 99ms b 99ms c 9s -', { ...taken, c: event('e', 'update', 500, 900) }, better).looked).toEqual(['e@3700']);
  });

  it('keeps the order of every event’s phases, looks at all of them at the end, and completes', () => {
    const { told, looked } = play('1s a b (c|)', { a: event('e', 'new', 500, 900), b: event('f', 'new', 500, 1000), c: event('f', 'end', 500, 1000) }, better);
    expect(looked).toEqual(['e@1002', 'f@1002']);
    expect(told.slice(3)).toEqual(['1002 update e 700-700 ±120', '1002 end f 700-800 ±120', '1002 |']);
  });
});

describe('looks that take their time', () => {
  /** Events by hand, looks answered by hand. */
  function byHand(): { source: Subject<Event>; told: string[]; answer(value: Event | undefined | Error): Promise<void>; asked: Event[] } {
    const source = new Subject<Event>();
    const told: string[] = [];
    const asked: Event[] = [];
    const waiting: { resolve(v: Event | undefined): void; reject(e: Error): void }[] = [];
    const look = (e: Event): Promise<Event | undefined> => {
      asked.push(e);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    };
    const failures: unknown[] = [];
    source.pipe(refine({ look, now: () => 10_000, onFailed: (error) => failures.push(error) })).subscribe({
      next: (e) => told.push(brief(e)), complete: () => told.push(`| ${failures.length} failed`),
    });
    return {
      source, told, asked,
      async answer(value) {
        const next = waiting.shift();
        if (value instanceof Error) next?.reject(value);
        else next?.resolve(value);
        await new Promise(setImmediate);
      },
    };
  }
  const due = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('are forgotten when the event was taken back or reads otherwise by then', async () => {
    for (const after of [event('e', 'retracted', 500, 900), event('e', 'end', 500, 900, { text: 'a person sits down' })]) {
      const { source, told, answer, asked } = byHand();
      source.next(event('e', 'end', 500, 900));
      await due();
      source.next(after);
      await answer(better(asked[0] ?? after));
      expect(told).toHaveLength(2);
    }
  });

  it('do not deny what windows saw again meanwhile', async () => {
    const { source, told, answer } = byHand();
    source.next(event('e', 'end', 500, 900));
    await due();
    source.next(event('e', 'end', 500, 900, { sightings: 2 }));
    await answer(event('e', 'retracted', 500, 900));
    expect(told.some((line) => line.startsWith('retracted'))).toBe(false);
  });

  it('hold the end back until they are done, also where they fail', async () => {
    const { source, told, answer } = byHand();
    source.next(event('e', 'end', 500, 900));
    source.next(event('f', 'end', 500, 900));
    source.complete();
    expect(told).toHaveLength(2);
    await answer(new Error('model down'));
    await answer(better(event('f', 'end', 500, 900)));
    expect(told.slice(2)).toEqual(['end f 700-700 ±120', '| 1 failed']);
  });

  it('are bounded, whatever happens', async () => {
    const { source, told, asked } = byHand();
    for (let i = 0; i < 2000; i++) source.next(event(`e${i}`, 'end', 500, 900));
    await due();
    expect(told).toHaveLength(2000);
    expect(asked.length).toBeLessThanOrEqual(32);
  });
});
