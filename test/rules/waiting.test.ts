import { describe, expect, test } from 'vitest';
import { event, later, Play, watched } from './script.ts';

const PHONE = 'a person takes a phone';
const BAG = 'a person drops a bag';

describe('for: it has to go on', () => {
  const FOR = 'someone takes a phone\nfor: 30s';

  test('is told when the event is told to have lasted so long, while it still goes on', () => {
    const e = event('e', PHONE, 0, 5);
    const p = new Play(FOR).tell(e, later(e, 'update', { end: 29 }));
    expect(p.told).toEqual([]);
    p.tell(later(e, 'update', { end: 30.2 }));
    expect(p.told).toEqual(['new e @30']);
    expect(p.decided).toEqual(['waiting e: until 12:00:30', 'alerted e']);
    p.tell(later(e, 'update', { end: 40 }), later(e, 'end', { end: 41 }));
    expect(p.told).toEqual(['new e @30', 'update e @30', 'end e @30']);
  });

  test('is told of an event that nobody says has ended, once it was watched so long and a little longer', () => {
    const p = new Play(FOR).tell(event('e', PHONE, 0, 5), watched(0, 6), watched(6, 32.9));
    expect(p.told).toEqual([]);
    expect(p.tell(watched(32.9, 33.1)).told).toEqual(['new e @30']);
  });

  test('does not count time that nobody watched', () => {
    const e = event('e', PHONE, 0, 5);
    const p = new Play(FOR).tell(e, watched(0, 6), watched(20, 60));
    expect(p.told).toEqual([]);
    // seen on both sides of the gap, and said to be one event
    expect(p.tell(later(e, 'update', { end: 60 })).told).toEqual(['new e @30']);
  });

  test('is not told of what was over before', () => {
    const e = event('e', PHONE, 0, 5);
    const p = new Play(FOR).tell(e, later(e, 'end', { end: 29.5 }), watched(0, 100));
    expect(p.told).toEqual([]);
    expect(p.decided).toEqual(['waiting e: until 12:00:30', 'averted e: was over after 29.5 s of 30 s']);
  });

  test('is told when a closer look finds that it lasted longer', () => {
    const e = event('e', PHONE, 0, 29);
    expect(new Play(FOR).tell(e, later(e, 'end'), later(e, 'update', { end: 31 })).news).toEqual(['e @30']);
  });

  test('is told of one that is over when it is first told of', () => {
    expect(new Play(FOR).tell(event('e', PHONE, 0, 45, { phase: 'end' })).told).toEqual(['new e @30', 'end e @30']);
  });

  test('is taken back with its event, and when its words turn out to be others', () => {
    const e = event('e', PHONE, 0, 31);
    expect(new Play(FOR).tell(e, later(e, 'retracted')).told).toEqual(['new e @30', 'retracted e @30']);
    expect(new Play(FOR).tell(e, later(e, 'update', { text: BAG })).told).toEqual(['new e @30', 'retracted e @30']);
  });

  test('counts within the schedule only', () => {
    const rule = 'someone takes a phone\nfor: 30s\nschedule: { hours: "12:01-13:00", timezone: UTC }';
    const e = event('e', PHONE, 0, 45);
    const p = new Play(rule).tell(e, later(e, 'update', { end: 89 }));
    expect(p.decided[0]).toBe('out_of_schedule e');
    expect(p.told).toEqual([]);
    expect(p.tell(later(e, 'update', { end: 90 })).told).toEqual(['new e @90']);
  });
});

describe('absent: it has not happened', () => {
  const ABSENT = 'someone takes a phone\nabsent: 10m';

  test('counts from when watching began, and is told once', () => {
    const p = new Play(ABSENT).tell(watched(0, 300), watched(300, 599));
    expect(p.told).toEqual([]);
    p.tell(watched(599, 601), watched(601, 3000));
    expect(p.told).toEqual(['new none @600']);
    expect(p.said[0]).toMatchObject({ eventId: null, text: 'someone takes a phone', evidence: [], start: p.said[0]?.happenedAt as number - 600_000 });
    expect(p.decided).toEqual(['alerted none: not since 12:00:00']);
  });

  test('counts from the end of the last time', () => {
    const e = event('e', PHONE, 100, 110);
    const p = new Play(ABSENT).tell(watched(0, 100), e, watched(100, 120), later(e, 'end', { end: 115 }), watched(120, 714));
    expect(p.told).toEqual([]);
    expect(p.tell(watched(714, 716)).told).toEqual(['new none @715']);
  });

  test('does not count while it goes on, however long', () => {
    const e = event('e', PHONE, 100, 110);
    const p = new Play(ABSENT).tell(watched(0, 110), e, watched(110, 720));
    expect(p.told).toEqual([]);
    expect(p.tell(later(e, 'end', { end: 700 }), watched(720, 1299)).told).toEqual([]);
    expect(p.tell(watched(1299, 1301)).told).toEqual(['new none @1300']);
  });

  test('pauses while nobody watches', () => {
    const p = new Play(ABSENT).tell(watched(0, 300), watched(900, 1199));
    expect(p.told).toEqual([]);
    expect(p.tell(watched(1199, 1200)).told).toEqual(['new none @1200']);
  });

  test('is over when it happens, and then told anew', () => {
    const e = event('e', PHONE, 700, 705, { phase: 'end' });
    const p = new Play(ABSENT).tell(watched(0, 700), e, watched(700, 1304), watched(1304, 1306));
    expect(p.told).toEqual(['new none @600', 'end none @600', 'new none @1305']);
    expect(p.said[1]?.end).toBe(e.start);
  });

  test('is taken back by an event that is told late', () => {
    const p = new Play(ABSENT).tell(watched(0, 601), event('e', PHONE, 598, 599, { phase: 'end' }));
    expect(p.told).toEqual(['new none @600', 'retracted none @600']);
    expect(p.tell(watched(601, 1198), watched(1198, 1200)).news).toEqual(['none @600', 'none @1199']);
  });

  test('goes on where what ended it is taken back', () => {
    const e = event('e', PHONE, 700, 705);
    const p = new Play(ABSENT).tell(watched(0, 700), e, watched(700, 710), later(e, 'retracted'), watched(710, 2000));
    expect(p.told).toEqual(['new none @600', 'end none @600', 'update none @600']);
  });

  test('counts from the earlier time where the later one is taken back before anything was told', () => {
    const e = event('e', PHONE, 300, 305);
    expect(new Play(ABSENT).tell(watched(0, 310), e, later(e, 'retracted'), watched(310, 601)).told).toEqual(['new none @600']);
  });

  test('begins anew with every opening of the schedule', () => {
    const rule = 'someone takes a phone\nabsent: 10m\nschedule: { hours: "12:00-12:30", timezone: UTC }';
    const day = 86_400;
    const p = new Play(rule).tell(watched(-3600, 599));
    expect(p.told).toEqual([]);
    p.tell(watched(599, 1700), watched(1700, day + 1000));
    expect(p.told).toEqual(['new none @600', 'end none @600', `new none @${day + 600}`]);
  });

  test('is not told when the last minutes fall beyond the schedule', () => {
    const rule = 'someone takes a phone\nabsent: 10m\nschedule: { hours: "11:55-12:09", timezone: UTC }';
    const e = event('e', PHONE, -100, -30, { phase: 'end' });
    expect(new Play(rule).tell(watched(-1000, -90), e, watched(-90, 3000)).told).toEqual([]);
  });

  test('other events are nothing to it', () => {
    const p = new Play(ABSENT).tell(watched(0, 300), event('e', BAG, 300, 301), watched(300, 601));
    expect(p.told).toEqual(['new none @600']);
    expect(p.decided).toEqual(['below_threshold e', 'alerted none: not since 12:00:00']);
  });
});

describe('count: so many times', () => {
  const COUNT = 'someone takes a phone\ncount: 3 in 5m';
  const at = (...seconds: number[]) => seconds.map((s) => event(`e${s}`, PHONE, s, s + 1, { phase: 'end' }));

  test('is told at the third, resting on all three', () => {
    const p = new Play(COUNT).tell(...at(0, 100));
    expect(p.decided).toEqual(['waiting e0: 1 of 3', 'waiting e100: 2 of 3']);
    p.tell(...at(299));
    expect(p.news).toEqual(['e299 @299']);
    expect(p.said[0]?.evidence.map((one) => one.eventId)).toEqual(['e0', 'e100', 'e299']);
  });

  test('is not told where the three are further apart', () => {
    expect(new Play(COUNT).tell(...at(0, 100, 301)).news).toEqual([]);
    expect(new Play(COUNT).tell(...at(0, 100, 301, 350)).news).toEqual(['e350 @350']);
  });

  test('is told again with three fresh ones only', () => {
    expect(new Play(COUNT).tell(...at(0, 10, 20, 30, 40)).news).toEqual(['e20 @20']);
    expect(new Play(COUNT).tell(...at(0, 10, 20, 30, 40, 50)).news).toEqual(['e20 @20', 'e50 @50']);
  });

  test('counts an event once, whatever its phases', () => {
    const e = event('e', PHONE, 0, 1);
    expect(new Play(COUNT).tell(e, later(e, 'update', { end: 5 }), later(e, 'update', { end: 9 }), later(e, 'end', { end: 12 })).news).toEqual([]);
  });

  test('counts events that are told out of order', () => {
    expect(new Play(COUNT).tell(...at(0, 290, 150)).news).toEqual(['e290 @290']);
  });

  test('is taken back when one of the three is, and told again with another', () => {
    const [a, b, c, d] = at(0, 10, 20, 30);
    if (!a || !b || !c || !d) throw new Error('four events');
    const p = new Play(COUNT).tell(a, b, c, later(b, 'retracted'));
    expect(p.told).toEqual(['new e20 @20', 'end e20 @20', 'retracted e20 @20']);
    expect(p.tell(d).news).toEqual(['e20 @20', 'e30 @30']);
  });

  test('is brought back with the one that was taken back', () => {
    const [a, b, c, d] = at(0, 10, 20, 30);
    if (!a || !b || !c || !d) throw new Error('four events');
    const p = new Play(COUNT).tell(a, b, c, later(b, 'retracted'), later(b, 'update'), d);
    expect(p.told).toEqual(['new e20 @20', 'end e20 @20', 'retracted e20 @20', 'update e20 @20']);
  });

  test('one whose words turn out to be others is not counted', () => {
    const [a, b, c] = at(0, 10, 20);
    if (!a || !b || !c) throw new Error('three events');
    expect(new Play(COUNT).tell(a, b, later(b, 'update', { text: BAG }), c).news).toEqual([]);
  });

  test('what it was silent about in the cooldown still counts', () => {
    const p = new Play(`${COUNT}\ncooldown: 60`);
    expect(p.tell(...at(0, 10, 20, 30, 40, 50)).news).toEqual(['e20 @20']);
    expect(p.decided.at(-1)).toBe('cooldown e50: until 12:01:21');
    expect(p.tell(...at(100)).news).toEqual(['e20 @20', 'e100 @100']);
  });

  test('counts each camera by itself', () => {
    const [a, b, c] = at(0, 10, 20);
    if (!a || !b || !c) throw new Error('three events');
    expect(new Play(COUNT).tell(a, b, { ...c, camera: 'yard' }).news).toEqual([]);
  });
});
