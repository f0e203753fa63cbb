import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { byWord, event, later, Play, rule, watched } from './script.ts';

const PHONE = 'a person takes a phone';
const BAG = 'a person drops a bag';
const RULE = 'someone takes a phone';

describe('an alert follows its event', () => {
  test('updates where text or times have changed by something worth telling', () => {
    const e = event('e', PHONE, 0, 1);
    const p = new Play(RULE).tell(e, later(e, 'update', { end: 1.149 }), later(e, 'update', { end: 1.15 }), later(e, 'update', { start: 0.1, end: 1.15 }), later(e, 'update', { start: -0.2, end: 1.15 }));
    expect(p.told).toEqual(['new e @0', 'update e @0', 'update e @-0.2']);
    expect(new Set(p.said.map((v) => v.id)).size).toBe(1);
  });

  test('small moves add up to one that is worth telling', () => {
    const e = event('e', PHONE, 0, 1);
    expect(new Play(RULE).tell(e, ...[1.1, 1.2, 1.3].map((end) => later(e, 'update', { end }))).told).toEqual(['new e @0', 'update e @0']);
  });

  test('a closer look after the end is an update, not another end', () => {
    const e = event('e', PHONE, 0, 1);
    expect(new Play(RULE).tell(e, later(e, 'end'), later(e, 'end', { end: 2 }), later(e, 'retracted')).told).toEqual(['new e @0', 'end e @0', 'update e @0', 'retracted e @0']);
  });

  test('other words that still satisfy the rule are an update with their score', () => {
    const e = event('e', PHONE, 0, 1);
    const p = new Play(RULE, { score: (t, s) => (t.includes('red') ? 0.7 : byWord(t, s)) }).tell(e, later(e, 'update', { text: 'a person in red takes a phone' }));
    expect(p.said.at(-1)).toMatchObject({ phase: 'update', text: 'a person in red takes a phone', score: 0.7 });
    expect(p.decided).toEqual(['alerted e', 'repeated e']);
  });

  test('a score that cannot be had does not take an alert back', async () => {
    const e = event('e', PHONE, 0, 1);
    let dropped = 0;
    const p = new Play(RULE, { concurrency: 1, score: (t, s) => (t === PHONE ? byWord(t, s) : Promise.reject(new Error('down'))), onError: () => dropped++ });
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    p.tell(e, later(e, 'update', { text: BAG }));
    await vi.advanceTimersByTimeAsync(8000);
    expect(dropped).toBe(1);
    expect(p.told).toEqual(['new e @0', 'update e @0']);
  });

  test('one of which nothing is told for eleven minutes of watching is over', () => {
    const p = new Play(RULE).tell(event('e', PHONE, 0, 1), watched(0, 600), watched(600, 661));
    expect(p.told).toEqual(['new e @0']);
    expect(p.tell(watched(661, 662)).told).toEqual(['new e @0', 'end e @0']);
  });

  test('one of a rule that is off, gone or changed still gets its end', () => {
    const e = event('e', PHONE, 0, 1);
    for (const rules of [[rule(`${RULE}\nenabled: false`)], [], [rule('someone drops a bag')], [rule(`${RULE}\ncameras: [yard]`)], [rule(`${RULE}\nuntil: 2026-01-01`)]]) {
      const p = new Play(RULE).tell(e);
      p.rules = rules;
      expect(p.tell(later(e, 'update', { end: 5 }), later(e, 'end', { end: 6 })).told).toEqual(['new e @0', 'update e @0', 'end e @0']);
    }
  });

  test('and so does one that stood when the process ended', () => {
    const e = event('e', PHONE, 0, 1);
    expect(new Play(RULE).tell(e).restart().tell(later(e, 'end')).told).toEqual(['new e @0', 'end e @0']);
  });

  test('of a rule that is gone nothing is kept in the end', () => {
    const e = event('e', PHONE, 0, 1);
    const p = new Play(RULE).tell(e);
    p.rules = [];
    p.tell(later(e, 'end'), event('f', BAG, 700), event('g', BAG, 701));
    expect(p.memory.size).toBe(0);
  });
});

describe('a rule that has become another', () => {
  test('begins anew, and says nothing twice', () => {
    const events = [0, 10, 20].map((s) => event(`e${s}`, PHONE, s, s + 1, { phase: 'end' }));
    const p = new Play(`${RULE}\ncount: 3 in 60s`).tell(...events.slice(0, 2));
    p.rules = [rule(`${RULE}\ncount: 3 in 61s`)];
    expect(p.tell(...events.slice(2)).news).toEqual([]);
    p.rules = [rule(`${RULE}\ncount: 3 in 61s\ncooldown: 5s\nseverity: critical`)];
    expect(p.tell(event('f', PHONE, 25), event('g', PHONE, 30)).news).toEqual(['g @30']);
    expect(p.said[0]?.severity).toBe('critical');
  });

  test('broken memory is as none', () => {
    for (const kept of ['', '{', 'null', '[]', '{"version":2}', '{"version":1,"heard":{}}']) {
      const p = new Play(RULE);
      p.memory.set('r hall', kept);
      expect(p.restart().tell(event('e', PHONE, 0)).news).toEqual(['e @0']);
    }
  });
});

describe('the cooldown', () => {
  const COOL = `${RULE}\ncooldown: 10s`;

  test('counts from alerts, and to the millisecond', () => {
    const p = new Play(COOL);
    const at = (clock: number, id: string): string[] => {
      p.clock = clock;
      return p.tell(event(id, PHONE, clock)).news;
    };
    expect(at(0, 'a')).toEqual(['a @0']);
    expect(at(9.999, 'b')).toHaveLength(1);
    expect(at(10, 'c')).toHaveLength(2);
    expect(at(19, 'd')).toHaveLength(2);
    expect(at(20, 'e')).toHaveLength(3);
    expect(p.decided[1]).toBe('cooldown b: until 12:00:10');
  });

  test('goes on over a restart', () => {
    const p = new Play(COOL);
    p.clock = 0;
    p.tell(event('a', PHONE, 0)).restart();
    p.clock = 5;
    expect(p.tell(event('b', PHONE, 5)).restart().tell(later(event('b', PHONE, 5), 'update', { end: 30 })).news).toEqual(['a @0']);
  });

  test('counts from the alert also where that was taken back, and from no update', () => {
    const p = new Play(COOL);
    const a = event('a', PHONE, 0);
    p.clock = 0;
    p.tell(a);
    p.clock = 9;
    p.tell(later(a, 'update', { end: 9 }), later(a, 'retracted'), event('b', PHONE, 9));
    p.clock = 10;
    expect(p.tell(event('c', PHONE, 10)).news).toEqual(['a @0', 'c @10']);
  });

  test('a clock that is set back does not prolong it', () => {
    const p = new Play(COOL);
    p.clock = 100_000;
    p.tell(event('a', PHONE, 100_000));
    p.clock = 5;
    expect(p.tell(event('b', PHONE, 5)).news).toHaveLength(2);
  });

  test('is each camera’s own, and each rule’s', () => {
    const p = new Play([rule(`id: a\nalert: ${COOL}`), rule(`id: b\nalert: ${RULE}`)]);
    p.clock = 0;
    p.tell(event('1', PHONE, 0), event('2', PHONE, 0, 1, { camera: 'yard' }), event('3', PHONE, 1));
    expect(p.said.filter((v) => v.phase === 'new').map((v) => `${v.ruleId} ${v.eventId}`)).toEqual(['a 1', 'b 1', 'a 2', 'b 2', 'b 3']);
  });

  test('of an absence is not told late', () => {
    const p = new Play(`${RULE}\nabsent: 20s\ncooldown: 1h`).tell(watched(0, 21), event('e', PHONE, 22, 23, { phase: 'end' }), watched(21, 60), watched(60, 4000));
    expect(p.news).toEqual(['none @20']);
    expect(p.decided.at(-1)).toBe('cooldown none: not since 12:00:23; until 13:00:21');
  });
});

describe('a second look', () => {
  const VERIFY = `${RULE}\nverify: true`;
  const e = event('e', PHONE, 0, 1);

  test('decides', () => {
    expect(new Play(VERIFY, { verify: () => 0.8 }).tell(e).said[0]).toMatchObject({ phase: 'new', verified: 0.8 });
    const p = new Play(VERIFY, { verify: () => 0.4 }).tell(e, later(e, 'update', { end: 9 }));
    expect(p.told).toEqual([]);
    expect(p.decided).toEqual(['denied e: a second look gave 0.40']);
    expect(p.looked).toEqual(['e / someone takes a phone']);
  });

  test('is taken again when the words change, and not after a restart', () => {
    let look = 0.4;
    const p = new Play(VERIFY, { verify: () => look }).tell(e).restart().tell(later(e, 'update', { end: 9 }));
    expect(p.looked).toHaveLength(1);
    look = 0.8;
    expect(p.tell(later(e, 'update', { text: 'a person in red takes a phone' })).news).toEqual(['e @0']);
  });

  test('that is not possible, fails or is not there alerts all the same', async () => {
    expect(new Play(VERIFY, { verify: () => undefined }).tell(e).said[0]).toMatchObject({ verified: null });
    expect(new Play(VERIFY).tell(e).said[0]).toMatchObject({ verified: null });
    const failed: unknown[] = [];
    const p = new Play(VERIFY, { verify: () => Promise.reject(new Error('gone')), onError: (error) => failed.push(error) }).tell(e);
    await new Promise((resolve) => setImmediate(resolve));
    expect(p.said[0]).toMatchObject({ verified: null });
    expect(failed).toHaveLength(1);
  });

  test('is not taken where nothing would be said', () => {
    const p = new Play(`${VERIFY}\ncooldown: 60s`, { verify: () => 0.9 }).tell(e, event('f', PHONE, 5), event('g', BAG, 7));
    expect(p.looked).toEqual(['e / someone takes a phone']);
  });

  test('asks each event for its own part', () => {
    const p = new Play(`${VERIFY}\nthen: someone drops a bag\nwithin: 30s`, { verify: (one) => (one.id === 'b' ? 0.6 : 0.7) }).tell(event('a', PHONE, 0), event('b', BAG, 5));
    expect(p.looked).toEqual(['a / someone takes a phone', 'b / someone drops a bag']);
    expect(p.said[0]).toMatchObject({ verified: 0.6 });
  });

  test('that denies an event leaves it out of a count, a sequence and what lasts', () => {
    const verify = (one: { id: string }): number => (one.id === 'b' ? 0.1 : 0.9);
    const three = ['a', 'b', 'c'].map((id, i) => event(id, PHONE, i * 10));
    expect(new Play(`${VERIFY}\ncount: 3 in 60s`, { verify }).tell(...three).news).toEqual([]);
    expect(new Play(`${VERIFY}\ncount: 3 in 60s`, { verify }).tell(...three, event('d', PHONE, 40)).news).toEqual(['d @40']);
    expect(new Play(`${VERIFY}\nthen: someone drops a bag\nwithin: 30s`, { verify }).tell(event('a', PHONE, 0), event('b', BAG, 5), event('c', BAG, 6)).news).toEqual(['c @6']);
    expect(new Play(`${VERIFY}\nfor: 10s`, { verify }).tell(event('b', PHONE, 0, 20), event('c', PHONE, 0, 20)).news).toEqual(['c @10']);
  });
});

describe('words from a scene stay words', () => {
  test.each(['{"phase":"new","ruleId":"r"} phone', '- alert: phone\n  enabled: false', '"; DROP TABLE alerts; -- phone', '<script>phone</script>', '\u001b[31mphone\u0007', '__proto__ phone', '["r","hall"] phone', 'lookout/hall/alert phone', '\u0000 phone 电话 😀'])('%j', (text) => {
    const p = new Play([rule(RULE), rule('id: s\nalert: someone takes a phone\nthen: someone drops a bag\nwithin: 30s')]).tell(event('e', text, 0)).restart();
    p.tell(event('__proto__', text, 3), later(event('e', text, 0), 'end'));
    expect(p.told).toEqual(['new e @0', 'new __proto__ @3', 'end e @0']);
    expect(p.said[0]).toMatchObject({ text, ruleText: RULE, ruleId: 'r', clause: RULE });
  });
});

test('a model that babbles fills neither the memory nor the log', () => {
  const kinds = ['', 'for: 5s', 'absent: 5s', 'count: 50 in 1d', 'then: someone drops a bag\nwithin: 1d', 'without: someone drops a bag\nwithin: 1d'];
  const p = new Play(kinds.map((kind, i) => rule(`id: r${i}\nalert: someone takes a phone\n${kind}`)));
  for (let i = 0; i < 1500; i++) p.tell(event(`e${i}`, i % 2 === 0 ? PHONE : `${PHONE} and a bag`, i / 10, i / 10 + 1), watched(i * 10, i * 10 + 5));
  for (const [id, state] of p.memory) expect(state.length, id).toBeLessThan(80_000);
});
