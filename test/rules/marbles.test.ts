import { map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { matchRules } from '../../src/rules/match.ts';
import type { Event, Watched } from '../../src/values.ts';
import { byWord, event, later, rule, T0, watched } from './script.ts';

// A frame of a diagram is a second of the scene, and of the clock. a, b, c: someone takes a phone (A, B: over at once); x: someone
// drops a bag; +: a goes on; o: a is over; ~: a is taken back; w: watched until now; |: the end.
// What comes out: N new, U update, E end, R retracted.

const PHONE = 'a person takes a phone';
const BAG = 'a person drops a bag';

function play(yaml: string, told: string, said: string): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(({ cold, expectObservable }) => {
    const now = (): number => scheduler.now() / 1000;
    let mark = 0;
    const a = (): Event => event('a', PHONE, told.indexOf('a'));
    const made: Record<string, (s: number) => Event | Watched> = {
      a: (s) => event('a', PHONE, s, s), b: (s) => event('b', PHONE, s, s), c: (s) => event('c', PHONE, s, s), x: (s) => event('x', BAG, s, s), y: (s) => event('y', BAG, s, s),
      A: (s) => event('a', PHONE, s, s, { phase: 'end' }), B: (s) => event('b', PHONE, s, s, { phase: 'end' }), X: (s) => event('x', BAG, s, s, { phase: 'end' }),
      '+': (s) => later(a(), 'update', { end: s }), o: (s) => later(a(), 'end', { end: s }), '~': () => later(a(), 'retracted'),
      w: (s) => watched(mark, (mark = s)), s: (s) => ((mark = s), watched(s - 0.001, s)),
    };
    // in seconds: what rxjs counts as a millisecond is 1000 here
    const source = cold([...told].map((mark_) => (mark_ === '-' || mark_ === '|' ? mark_ : `${mark_} 999ms`)).join(' ').replaceAll('-', '1s'));
    const out = source.pipe(
      map((mark_) => (made[mark_] as (s: number) => Event | Watched)(now())),
      matchRules({ rules: () => [rule(yaml)], score: byWord, now: () => T0 + scheduler.now(), newId: () => 'v' }),
      map((v) => ({ new: 'N', update: 'U', end: 'E', retracted: 'R' })[v.phase]),
    );
    const groups = said.match(/\([^)]*\)|./g) ?? [];
    expectObservable(out).toBe(groups.map((group) => (group === '-' ? '1s' : group === '|' ? '|' : group.startsWith('(') ? `${group} ${1000 - group.length}ms` : `${group} 999ms`)).join(' '));
  });
}

test.each([
  ['someone takes a phone', '-a--+--o-x-|', '-N--U--E---|'],
  ['someone takes a phone', '-a--~--+--o|', '-N--R--U--E|'],
  ['someone takes a phone\ncooldown: 5s', '-a--b---c--|', '-N------N--|'],
  ['someone takes a phone\nfor: 5s', '-a--++++o--|', '------NUE--|'],
  ['someone takes a phone\nfor: 5s', '-a--+o-----|', '-----------|'],
  ['someone takes a phone\nfor: 5s', '-a-w---w-w-|', '---------N-|'],
  ['someone takes a phone\nabsent: 5s', '----w-w----w|', '------N-----|'],
  ['someone takes a phone\nabsent: 5s', '--Aw--w-w--wA-|', '--------N---E-|'],
  ['someone takes a phone\nabsent: 5s', '--w---s-w--w--|', '-----------N--|'],
  ['someone takes a phone\ncount: 2 in 4s', '-a-----b--c-|', '----------N-|'],
  ['someone takes a phone\nthen: someone drops a bag\nwithin: 4s', '-a---x-----y-|', '-----N-------|'],
  ['someone takes a phone\nthen: someone drops a bag\nwithin: 4s', '-a-----x-----|', '-------------|'],
  ['someone takes a phone\nthen: someone drops a bag\nwithin: 4s', '-x-a-----b--y|', '------------N|'],
  ['someone takes a phone\nwithout: someone drops a bag\nwithin: 4s', 'wA---wwww----|', '------(NE)------|'],
  ['someone takes a phone\nwithout: someone drops a bag\nwithin: 4s', 'wA--xwwww----|', '-------------|'],
  ['someone takes a phone\nwithout: someone drops a bag\nwithin: 4s', 'wA-w-s-www---|', '-------------|'],
])('%s: %s → %s', (yaml, told, said) => {
  play(yaml, told, said);
});
