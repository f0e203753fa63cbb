import { map, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { StitchOptions } from '../../src/events/stitch.ts';
import { stitch, STITCH_DEFAULTS } from '../../src/events/stitch.ts';
import type { Answer, Event } from '../../src/values.ts';
import { answer, see } from './answers.ts';

const PHONE = 'a person in red picks up the phone';
const BLUE = 'a person in blue picks up the phone';

function options(more: Partial<StitchOptions> = {}): StitchOptions {
  let count = 0;
  return { ...STITCH_DEFAULTS, minConfidence: 0.8, equivalent: () => false, now: () => 0, newId: () => `e${++count}`, ...more };
}

/** What is told of these answers; the stream stays open, so that nothing ends because of its end. */
function told(answers: readonly Answer[], more: Partial<StitchOptions> = {}): Event[] {
  const out: Event[] = [];
  const source = new Subject<Answer>();
  source.pipe(stitch(options(more))).subscribe((e) => out.push(e));
  for (const a of answers) source.next(a);
  return out;
}

const brief = (events: readonly Event[]): string[] => events.map((e) => `${e.phase} ${e.id} ${e.text.replace('a person in ', '')}`);

describe('one happening is one event', () => {
  it('is told at once when sure, settles by the median, and ends once', () => {
    const events = told([
      answer(6, 10.5, [see(PHONE, 9.9, 10.5, { openEnd: true })]),
      answer(7, 11.5, [see(PHONE, 10.4, 11.3)]),
      answer(8, 12.5, [see(PHONE, 10.0, 11.2)]),
      answer(9, 13.5, [see(PHONE, 10.1, 11.1)]),
      answer(10.5, 14.5, [see(PHONE, 10.5, 11.2, { openStart: true })]),
      answer(11.5, 15.5, []),
    ]);
    expect(events.map((e) => e.phase)[0]).toBe('new');
    expect(events.filter((e) => e.phase === 'end')).toHaveLength(1);
    expect(new Set(events.map((e) => e.id)).size).toBe(1);
    const last = events.at(-1);
    expect(last?.phase).toBe('end');
    expect(last?.start).toBe(10_050);
    expect(last?.end).toBe(11_200);
    expect(last?.detectedAt).toBe(events[0]?.detectedAt);
  });

  it('stays one where a window reads its time quite otherwise and another stutters', () => {
    const events = told([
      answer(6, 10.5, [see(PHONE, 9.2, 10.5, { openEnd: true })]),
      answer(6.5, 11, [see(PHONE, 10.6, 11, { openEnd: true })]),
      answer(7, 11.5, [see(PHONE, 9.2, 10.6), see(PHONE, 10.6, 11.5, { openEnd: true })]),
      answer(7.5, 12, [see(PHONE, 9.3, 10.6)]),
    ]);
    expect(new Set(events.map((e) => e.id)).size).toBe(1);
  });

  it('stays one where a window tells it twice in a row, and the next one between', () => {
    const events = told([
      answer(0, 3.5, []),
      answer(0, 4.5, [see(PHONE, 2, 3.3), see(PHONE, 3.9, 4.4, { openEnd: true, confidence: 0.6 })]),
      answer(0, 5.1, [see(PHONE, 3.3, 3.9)]),
      answer(0, 6.1, [see(PHONE, 3.3, 3.9)]),
    ]);
    expect(new Set(events.map((e) => e.id)).size).toBe(1);
    expect(events.at(-1)?.start).toBe(3300);
  });

  it('is two where it was undone in between', () => {
    const [on, off] = ['the light goes on', 'the light goes off'];
    const events = told([
      answer(5, 8.5, [see(on, 7.5, 7.6)]),
      answer(5, 9.5, [see(on, 7.5, 7.6), see(off, 8.5, 8.6)]),
      answer(5, 10.5, [see(on, 7.5, 7.6), see(off, 8.5, 8.6), see(on, 9.6, 9.7)]),
      answer(5, 11.5, [see(on, 7.5, 7.6), see(off, 8.5, 8.6), see(on, 9.6, 9.7)]),
    ]);
    expect(brief(events.filter((e) => e.phase === 'new')).map((line) => line.slice(4))).toEqual(['e1 the light goes on', 'e2 the light goes off', 'e3 the light goes on']);
    expect(events.some((e) => e.phase === 'retracted')).toBe(false);
  });

  it('takes back what turns out to be another event that was told', () => {
    const events = told([
      answer(0, 5.1, [see('a person in white leaves the room', 3.2, 4.3, { confidence: 0.85 }), see(PHONE, 4.9, 4.9, { openEnd: true })]),
      answer(0, 6.1, [see(PHONE, 3.3, 3.9)]),
      answer(0, 6.6, [see(PHONE, 3.3, 3.9)]),
    ]);
    const last = new Map(events.map((e) => [e.id, e]));
    expect([...last.values()].filter((e) => e.phase !== 'retracted').map((e) => e.text)).toEqual([PHONE]);
  });

  it('is told although the window before took its beginning for something else', () => {
    const events = told([
      answer(8, 10, [see('a person in red puts down the phone', 9.5, 10, { openEnd: true, confidence: 0.6 })]),
      answer(8, 11, [see(PHONE, 9.5, 10.6, { confidence: 0.99 })]),
    ]);
    expect(brief(events)).toEqual(['new e1 red picks up the phone']);
  });

  it('never lets a clamped start override a true one', () => {
    const events = told([
      answer(7, 11.5, [see(PHONE, 10, 11.2)]),
      answer(10.4, 14.5, [see(PHONE, 10.4, 11.2, { openStart: true })]),
      answer(10.9, 15.5, [see(PHONE, 10.9, 11.2, { openStart: true })]),
    ]);
    for (const e of events) expect(e.start).toBe(10_000);
    expect(new Set(events.map((e) => e.id)).size).toBe(1);
  });

  it('tells an event in time lapse: new when it begins, update as it goes on, end when it slid out', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const answers = {
        a: answer(6, 10, [see(PHONE, 9.5, 10, { openEnd: true })]),
        b: answer(7, 11, [see(PHONE, 9.5, 11, { openEnd: true })]),
        c: answer(8, 12, [see(PHONE, 9.5, 11.3)]),
        d: answer(13, 17, []),
      };
      const source = cold('a 999ms b 999ms c 999ms d|', answers);
      const phases = source.pipe(stitch(options()), map((e) => `${e.phase} ${e.id} ${e.end}`));
      expectObservable(phases).toBe('a 999ms b 999ms c 999ms d|', { a: 'new e1 10000', b: 'update e1 11000', c: 'update e1 11300', d: 'end e1 11300' });
    });
  });

  it('takes a person who repeats an act for two events, even when a window shows both', () => {
    const events = told([
      answer(6, 10, [see(PHONE, 8, 9)]),
      answer(7, 11, [see(PHONE, 8.1, 9)]),
      answer(8, 14.5, [see(PHONE, 8.0, 9, { openStart: true }), see('a person in red puts down the phone', 10.5, 11.4), see(PHONE, 13, 14)]),
      answer(9, 15.5, [see('a person in red puts down the phone', 10.4, 11.5), see(PHONE, 13.2, 14.1)]),
    ]);
    expect(brief(events.filter((e) => e.phase === 'new'))).toEqual([
      'new e1 red picks up the phone',
      'new e2 red puts down the phone',
      'new e3 red picks up the phone',
    ]);
  });

  it('keeps two people apart', () => {
    const events = told([
      answer(6, 10, [see(PHONE, 8, 9), see('a person in blue sits down', 8.3, 9)]),
      answer(7, 11, [see(PHONE, 8.1, 9), see('a person in blue sits down', 8.2, 9)]),
    ]);
    expect(brief(events)).toEqual(['new e1 red picks up the phone', 'new e2 blue sits down']);
  });

  it('hears one thing said twice by one window once', () => {
    expect(brief(told([answer(6, 10, [see(PHONE, 8, 9), see(PHONE, 8.4, 9.2, { confidence: 0.99 })])]))).toEqual(['new e1 red picks up the phone']);
  });

  it('keeps cameras apart', () => {
    const events = told([answer(6, 10, [see(PHONE, 8, 9)]), answer(6, 10, [see(PHONE, 8, 9)], { camera: 'yard' })]);
    expect(events.map((e) => `${e.id} ${e.camera}`)).toEqual(['e1 hall', 'e2 yard']);
  });

  it('takes no notice of an answer given twice', () => {
    const a = answer(6, 10, [see(PHONE, 8, 9, { confidence: 0.5 })]);
    expect(told([a, a])).toEqual([]);
  });
});

describe('what is not sure', () => {
  const doubtful = { confidence: 0.6 };

  it('waits for another window', () => {
    const second = told([answer(6, 10, [see(PHONE, 8, 9, { confidence: 0.7 })]), answer(7, 11, [see(PHONE, 8.1, 9, { confidence: 0.7 })])]);
    expect(brief(second)).toEqual(['new e1 red picks up the phone']);
    expect(told([answer(6, 10, [see(PHONE, 8, 9, doubtful)])])).toEqual([]);
  });

  it('is never told when the windows that cover it fully do not show it', () => {
    const events = told([
      answer(6, 10, [see(PHONE, 8, 9, doubtful)]),
      answer(7, 11, []),
      answer(7.3, 12, [see(PHONE, 8, 9, doubtful)]),
      answer(8.5, 13, []),
    ]);
    expect(events).toEqual([]);
  });

  it('is taken back when told and then denied by the windows that show its whole time', () => {
    const events = told([answer(5, 10, [see(PHONE, 8, 9, { confidence: 0.85 })]), answer(6, 11, []), answer(7, 12, []), answer(8, 13, [])]);
    expect(brief(events)).toEqual(['new e1 red picks up the phone', 'retracted e1 red picks up the phone']);
    expect(events[1]?.windowId).toBe('w5-10');
  });

  it('comes back under its id when windows change their mind', () => {
    const events = told([
      answer(5, 10, [see(PHONE, 8, 9, { confidence: 0.85 })]), answer(6, 11, []), answer(6.5, 11.5, []),
      answer(7, 12, [see(PHONE, 8, 9)]), answer(7.2, 12.2, [see(PHONE, 8, 9)]),
    ]);
    expect(brief(events)).toEqual(['new e1 red picks up the phone', 'retracted e1 red picks up the phone', 'update e1 red picks up the phone']);
  });

  it('is not denied by windows that cut through it', () => {
    const events = told([answer(6, 9.2, [see(PHONE, 8, 9)]), answer(8.4, 12.4, []), answer(8.6, 12.6, []), answer(9.5, 13, [])]);
    expect(brief(events)).toEqual(['new e1 red picks up the phone', 'end e1 red picks up the phone']);
  });

  it('needs more when earlier windows showed its whole time and not it', () => {
    expect(told([answer(5, 10.5, []), answer(6, 11.5, [see(PHONE, 8, 9)])])).toEqual([]);
    const events = told([answer(5, 10.5, []), answer(6, 11.5, [see(PHONE, 8, 9)]), answer(7, 12.5, [see(PHONE, 8, 9)])]);
    expect(brief(events)).toEqual(['new e1 red picks up the phone']);
  });

  it('does not take a state at the window’s first frame for an event', () => {
    expect(told([answer(8, 12, [see('a person in red sits down', 8, 9, { openStart: true })])])).toEqual([]);
  });
});

describe('several readings of one happening', () => {
  it('become one event with the better supported text', () => {
    const events = told([
      answer(6, 10, [see(BLUE, 8.2, 9, { confidence: 0.82 })]),
      answer(7, 11, [see(PHONE, 8, 9, { confidence: 0.95 })]),
      answer(7.3, 12, [see(PHONE, 8.1, 9, { confidence: 0.95 })]),
    ]);
    expect(new Set(events.map((e) => e.id))).toEqual(new Set(['e1']));
    expect(events[0]?.text).toBe(BLUE);
    expect(events.at(-1)?.text).toBe(PHONE);
  });

  it('are not told twice when one window gives both', () => {
    const events = told([
      answer(6, 10, [see(PHONE, 8, 9), see(BLUE, 8.1, 9, { confidence: 0.9 })]),
      answer(7, 11, [see(PHONE, 8, 9)]),
      answer(7.3, 12, [see(PHONE, 8, 9)]),
    ]);
    expect(brief(events.filter((e) => e.phase === 'new'))).toEqual(['new e1 red picks up the phone']);
  });

  it('stay one happening when the window after shows the weaker one alone', () => {
    const events = told([
      answer(5, 9.5, [see(PHONE, 8, 9), see(BLUE, 8.1, 9, { confidence: 0.75 })]),
      answer(6, 10.5, [see(BLUE, 8.2, 9, { confidence: 0.7 })]),
      answer(6.5, 11.5, [see(BLUE, 8.2, 9, { confidence: 0.7 })]),
      answer(7, 12.5, [see(PHONE, 8, 9)]),
    ]);
    expect(brief(events.filter((e) => e.phase === 'new'))).toEqual(['new e1 red picks up the phone']);
    expect(events.every((e) => e.id === 'e1' && e.text === PHONE)).toBe(true);
  });

  it('are two people after all when windows go on to show both', () => {
    const events = told([
      answer(5, 9.5, [see(PHONE, 8, 9)]),
      answer(6, 10.5, [see(BLUE, 8.2, 9)]),
      answer(6.5, 11.5, [see(PHONE, 8, 9), see(BLUE, 8.2, 9)]),
      answer(7, 12.5, [see(PHONE, 8, 9), see(BLUE, 8.2, 9)]),
    ]);
    expect(brief(events.filter((e) => e.phase === 'new'))).toEqual(['new e1 red picks up the phone', 'new e2 blue picks up the phone']);
    expect(events.filter((e) => e.id === 'e1').at(-1)?.text).toBe(PHONE);
  });
});

describe('texts that say the same in other words', () => {
  const OTHER = 'somebody wearing red grabs the telephone';
  const answers = [answer(6, 10, [see(PHONE, 8, 9)]), answer(7, 11, [see(OTHER, 8.2, 9)]), answer(7.3, 12, [see(OTHER, 8.1, 9)])];

  it('are one event when the model says so, and it is asked once', async () => {
    const asked: string[] = [];
    const out: Event[] = [];
    const source = new Subject<Answer>();
    const equivalent = (a: string, b: string): Promise<boolean> => {
      asked.push(`${a} / ${b}`);
      return Promise.resolve(true);
    };
    const done = new Promise<void>((resolve) => {
      source.pipe(stitch(options({ equivalent }))).subscribe({ next: (e) => out.push(e), complete: resolve });
    });
    for (const a of answers) source.next(a);
    source.complete();
    await done;
    expect(asked).toEqual([`${PHONE} / ${OTHER}`]);
    expect(new Set(out.map((e) => e.id)).size).toBe(1);
  });

  it('are told apart when it says no, fails, or does not answer in time', () => {
    const refuse = (): Promise<boolean> => Promise.reject(new Error('model down'));
    const scheduler = new TestScheduler(() => undefined);
    for (const equivalent of [refuse, () => new Promise<boolean>(() => undefined)]) {
      const out: Event[] = [];
      scheduler.run(({ cold, flush }) => {
        const [a, b, c] = answers;
        cold('a 999ms b 2s c 9s |', { a, b, c } as Record<string, Answer>).pipe(stitch(options({ equivalent }))).subscribe((e) => out.push(e));
        flush();
      });
      expect(brief(out.filter((e) => e.phase === 'new'))).toEqual(['new e1 red picks up the phone', 'new e2 somebody wearing red grabs the telephone']);
    }
  });

  it('are not asked about where times are far apart or words are alike', () => {
    const asked: string[] = [];
    const equivalent = (a: string, b: string): boolean => asked.push(`${a} / ${b}`) < 0;
    told([answer(6, 10, [see(PHONE, 8, 9)]), answer(7, 11, [see('A person in red picks up the phone.', 8, 9)]), answer(14, 18, [see(OTHER, 16, 17)])], { equivalent });
    expect(asked).toEqual([]);
  });
});

describe('bounds', () => {
  it('survives a model that babbles', () => {
    const babble = (k: number): Answer =>
      answer(k, k + 4, Array.from({ length: 100 }, (_, i) => see(`thing ${k} ${i} happens`, k + (i % 40) / 10, k + 4)));
    const events = told(Array.from({ length: 8 }, (_, k) => babble(k)));
    expect(events.length).toBeLessThan(8 * 32 * 3);
  });

  it('copes with times that are no numbers, run backwards or have no words', () => {
    const events = told([answer(6, 10, [see('', 8, 9), see(PHONE, Number.NaN, 9), see('a person in blue falls down', 9, 8.5)])]);
    expect(events.map((e) => [e.text, e.start, e.end])).toEqual([['a person in blue falls down', 9000, 9000]]);
  });

  it('ends what is open when the stream ends', () => {
    const out: Event[] = [];
    const source = new Subject<Answer>();
    source.pipe(stitch(options())).subscribe((e) => out.push(e));
    source.next(answer(6, 10, [see(PHONE, 9, 10, { openEnd: true })]));
    source.complete();
    expect(brief(out)).toEqual(['new e1 red picks up the phone', 'end e1 red picks up the phone']);
  });
});
