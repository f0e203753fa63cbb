import { describe, expect, test } from 'vitest';
import { event, later, Play, watched } from './script.ts';

const PHONE = 'a person takes a phone';
const BAG = 'a person drops a bag';
const phone = (id: string, start: number) => event(id, PHONE, start, start + 1, { phase: 'end' });
const bag = (id: string, start: number) => event(id, BAG, start, start + 1, { phase: 'end' });

describe('then: one thing after the other', () => {
  const THEN = 'someone takes a phone\nthen: someone drops a bag\nwithin: 30s';

  test('is told when the second begins in time', () => {
    const p = new Play(THEN).tell(phone('a', 0), bag('b', 29));
    expect(p.news).toEqual(['b @29']);
    expect(p.said[0]).toMatchObject({ text: BAG, clause: 'someone drops a bag', score: 0.9 });
    expect(p.said[0]?.evidence.map((one) => `${one.eventId}: ${one.clause}`)).toEqual(['a: someone takes a phone', 'b: someone drops a bag']);
    expect(p.decided).toContain('waiting a: until 12:00:30: someone drops a bag');
  });

  test.each([
    ['too late', [phone('a', 0), bag('b', 30.3)], []],
    ['just in time, as far as is known', [phone('a', 0), bag('b', 30.15)], ['b @30.15']],
    ['before', [bag('b', 0), phone('a', 5)], []],
    ['at the same moment, as far as is known', [bag('b', 4.9), phone('a', 5)], ['b @4.9']],
    ['without the first', [bag('b', 0)], []],
    ['twice: a first counts once', [phone('a', 0), bag('b', 5), bag('c', 9)], ['b @5']],
    ['after two firsts: told once, of the last', [phone('a', 0), phone('c', 3), bag('b', 5), bag('d', 7)], ['b @5']],
    ['after each', [phone('a', 0), bag('b', 5), phone('c', 10), bag('d', 15)], ['b @5', 'd @15']],
    ['while the first goes on', [event('a', PHONE, 0, 100), bag('b', 5)], ['b @5']],
    ['on another camera', [phone('a', 0), { ...bag('b', 5), camera: 'yard' }], []],
  ])('the second %s', (_, told, news) => {
    expect(new Play(THEN).tell(...told).news).toEqual(news);
  });

  test('is told of a second that was told before its first', () => {
    const p = new Play(THEN).tell(bag('b', 5), phone('a', 0));
    expect(p.news).toEqual(['b @5']);
  });

  test('the second is asked about only where there is a first', () => {
    const p = new Play(THEN).tell(bag('b', 5), bag('c', 20), watched(0, 60));
    expect(p.asked).toEqual([`${BAG} / someone takes a phone`]);
    p.tell(phone('a', 61));
    expect(p.asked.filter((line) => line.endsWith('bag'))).toEqual([]);
    p.tell(bag('d', 70));
    expect(p.asked.filter((line) => line.endsWith('bag'))).toEqual([`${BAG} / someone drops a bag`]);
  });

  test('one event is not both', () => {
    expect(new Play(THEN).tell(event('a', 'a person takes a phone and a bag', 0)).news).toEqual([]);
  });

  test('is taken back with either, and brought back', () => {
    const [a, b] = [phone('a', 0), bag('b', 5)];
    expect(new Play(THEN).tell(a, b, later(a, 'retracted')).told).toEqual(['new b @5', 'end b @5', 'retracted b @5']);
    const p = new Play(THEN).tell(a, b, later(b, 'update', { text: PHONE }));
    expect(p.told).toEqual(['new b @5', 'end b @5', 'retracted b @5']);
    expect(p.tell(later(b, 'update', { text: BAG })).told.slice(3)).toEqual(['update b @5']);
  });

  test('a first whose second was taken back waits for another', () => {
    const b = bag('b', 5);
    expect(new Play(THEN).tell(phone('a', 0), b, later(b, 'retracted'), bag('c', 8)).news).toEqual(['b @5', 'c @8']);
  });

  test('follows the one that decided', () => {
    const b = event('b', BAG, 5, 6);
    const a = event('a', PHONE, 0, 1);
    const p = new Play(THEN).tell(a, b, later(a, 'end', { end: 4 }), later(b, 'update', { end: 8 }), later(b, 'end', { end: 9 }));
    expect(p.told).toEqual(['new b @5', 'update b @5', 'end b @5']);
  });

  test('the schedule asks when the first began', () => {
    const rule = `${THEN}\nschedule: { hours: "12:00-12:01", timezone: UTC }`;
    expect(new Play(rule).tell(phone('a', 55), bag('b', 65)).news).toEqual(['b @65']);
    expect(new Play(rule).tell(phone('a', -5), bag('b', 5)).news).toEqual([]);
  });
});

describe('without: one thing and not the other', () => {
  const WITHOUT = 'someone takes a phone\nwithout: someone drops a bag\nwithin: 30s';

  test('is told when the time is over, all of which was watched', () => {
    const p = new Play(WITHOUT).tell(watched(-5, 0), phone('a', 0), watched(0, 30.1));
    expect(p.told).toEqual([]);
    p.tell(watched(30.1, 30.3));
    expect(p.told).toEqual(['new a @30', 'end a @30']);
    expect(p.said[0]).toMatchObject({ eventId: 'a', text: PHONE });
    expect(p.decided).toEqual(['waiting a: until 12:00:30: someone drops a bag', 'alerted a']);
  });

  test.each([
    ['in time', [phone('a', 0), bag('b', 29), watched(-1, 60)], []],
    ['too late', [phone('a', 0), watched(-1, 40), bag('b', 41)], ['a @30']],
    ['before', [bag('b', -5), phone('a', 0), watched(-6, 40)], ['a @30']],
    ['told before the first is', [bag('b', 5), phone('a', 0), watched(-1, 40)], []],
    ['for each of several firsts', [phone('a', 0), phone('c', 20), bag('b', 25), phone('d', 40), watched(-1, 80)], ['d @70']],
    ['going on since before', [event('b', BAG, -20, 100), phone('a', 0), watched(-21, 100)], ['a @30']],
  ])('the second %s', (_, told, news) => {
    expect(new Play(WITHOUT).tell(...told).news).toEqual(news);
  });

  test('nothing is said where part of the time was not watched', () => {
    const p = new Play(WITHOUT).tell(watched(-5, 10), phone('a', 0), watched(15, 100));
    expect(p.told).toEqual([]);
    expect(p.decided).toEqual(['waiting a: until 12:00:30: someone drops a bag', 'averted a: not watched 12:00:10 to 12:00:15']);
  });

  test('a gap after the time is none', () => {
    expect(new Play(WITHOUT).tell(phone('a', 0), watched(-5, 31), watched(50, 60)).news).toEqual(['a @30']);
  });

  test('a seam in the watching is no gap', () => {
    expect(new Play(WITHOUT).tell(phone('a', 0), watched(-5, 10), watched(10.9, 40)).news).toEqual(['a @30']);
  });

  test('nothing is said while the watching has not caught up, and of what a stop hid', () => {
    const p = new Play(WITHOUT).tell(watched(-5, 10), phone('a', 0), phone('c', 500), bag('d', 900));
    expect(p.told).toEqual([]);
    expect(p.restart().tell(watched(20, 2000)).told).toEqual(['new c @530', 'end c @530']);
  });

  test('is said once, however long the first goes on and is told of', () => {
    const a = event('a', PHONE, 0, 5);
    const p = new Play(WITHOUT).tell(a, bag('b', 10), watched(-1, 60), later(a, 'update', { end: 60 }), watched(60, 120), later(a, 'end', { end: 119 }), watched(120, 200));
    expect(p.told).toEqual([]);
  });

  test('is taken back by a second that is told late', () => {
    const p = new Play(WITHOUT).tell(phone('a', 0), watched(-1, 31), bag('b', 28));
    expect(p.told).toEqual(['new a @30', 'end a @30', 'retracted a @30']);
    expect(p.decided.at(-1)).toBe('retracted a: someone drops a bag: 12:00:28');
  });

  test('and brought back when that is taken back', () => {
    const b = bag('b', 28);
    const p = new Play(WITHOUT).tell(phone('a', 0), watched(-1, 31), b, later(b, 'retracted'));
    expect(p.told).toEqual(['new a @30', 'end a @30', 'retracted a @30', 'update a @30']);
  });

  test('a second that is taken back, or reads otherwise, in time is none', () => {
    const b = bag('b', 10);
    expect(new Play(WITHOUT).tell(phone('a', 0), b, later(b, 'retracted'), watched(-1, 40)).news).toEqual(['a @30']);
    expect(new Play(WITHOUT).tell(phone('a', 0), b, later(b, 'update', { text: 'the light goes off' }), watched(-1, 40)).news).toEqual(['a @30']);
  });

  test('is taken back with its event', () => {
    const a = phone('a', 0);
    expect(new Play(WITHOUT).tell(a, watched(-1, 40), later(a, 'retracted')).told).toEqual(['new a @30', 'end a @30', 'retracted a @30']);
    expect(new Play(WITHOUT).tell(a, later(a, 'retracted'), watched(-1, 40)).told).toEqual([]);
  });
});
