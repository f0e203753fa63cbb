import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { folded } from '../../src/store/words.ts';
import { openStore } from '../../src/store/store.ts';
import type { EventQuery, Store } from '../../src/store/store.ts';
import type { Event } from '../../src/values.ts';
import { event, NOON } from './values.ts';

let store: Store;
beforeEach(() => {
  store = openStore({ path: ':memory:', retentionDays: 0 }, createLogger({ level: 'silent' }));
});
afterEach(() => store.close());

/** Numbers below `n`, the same in every run. */
function sequence(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** What a question means, read from all events one by one. */
function plainly(all: readonly Event[], q: EventQuery): Event[] {
  const words = folded(q.text ?? '').split(/\s+/).filter(Boolean);
  const sign = q.order === 'asc' ? 1 : -1;
  return all
    .filter((e) => (q.camera === undefined || e.camera === q.camera) && e.start <= (q.until ?? Infinity) && e.end >= (q.since ?? -Infinity))
    .filter((e) => (q.retracted === true || e.phase !== 'retracted') && words.every((word) => folded(e.text).includes(word)))
    .sort((a, b) => sign * (a.start - b.start))
    .slice(0, q.limit ?? 1000);
}

const WORDS = ['person', 'red', 'phone', 'picks', 'K12-X7', 'Wörth', '红衣', '电话', '一个人拿起', 'a', 'tv', '狗', 'ﬁre', 'x'.repeat(150), '50%', "O'Neil", '№5'];

it('gives exactly the events that a question means, whatever their length, order of arrival and later phases', () => {
  const next = sequence(5);
  const events = new Map<string, Event>();
  const length = (): number => [next(2000), next(90_000), next(3_600_000), next(40 * 86_400_000)][next(4)] ?? 0;
  for (let i = 0; i < 3000; i++) {
    // Now and then an earlier event again: with other words, at another time.
    const id = `e${next(8) === 0 ? next(i + 1) : i}`;
    const start = NOON + (next(3) === 0 ? next(5) : next(60 * 86_400_000)) + next(4) / 4;
    const text = Array.from({ length: 1 + next(4) }, () => WORDS[next(WORDS.length)]).join(next(3) === 0 ? '' : ' ');
    const put = event({ id, text, start, end: start + length(), camera: `c${next(4)}`, phase: next(12) === 0 ? 'retracted' : 'end' });
    store.putEvent(put);
    events.set(id, put);
  }
  const all = [...events.values()];
  const questions = Array.from({ length: 400 }, (): EventQuery => {
    const since = NOON + next(60 * 86_400_000);
    return {
      ...(next(3) ? { since } : {}), ...(next(3) ? { until: since + length() } : {}), ...(next(2) ? { camera: `c${next(5)}` } : {}),
      ...(next(2) ? { text: [WORDS[next(WORDS.length)], WORDS[next(WORDS.length)]].slice(next(2)).join(' ').slice(0, 1 + next(80)) } : {}),
      order: next(2) ? 'asc' : 'desc', limit: [1, 7, 100, 5000][next(4)] ?? 1, retracted: next(4) === 0,
    };
  });
  for (const q of questions) {
    const [found, meant] = [store.events(q), plainly(all, q)];
    // Events that begin at the same moment may come in any order.
    expect({ q, starts: found.map((e) => e.start) }).toEqual({ q, starts: meant.map((e) => e.start) });
    for (const e of found) expect(e).toEqual(events.get(e.id));
  }
});

it('has room for very many events that begin in the same millisecond', () => {
  for (let i = 0; i < 30_000; i++) store.putEvent(event({ id: `e${i}`, start: NOON, end: NOON + 1 }));
  store.putEvent(event({ id: 'after', start: NOON + 0.5, end: NOON + 1 }));
  expect(store.events({ limit: 1 }).map((e) => e.id)).toEqual(['after']);
  expect(new Set(store.events({ since: NOON, until: NOON, limit: 100_000 }).map((e) => e.id)).size).toBe(30_000);
});

describe('text that attacks stays text', () => {
  const HOSTILE = [
    "'; DROP TABLE events; --", '") OR 1=1 --', 'text:phone* NEAR(a b) AND "', 'rowid:1 OR *', '\u0000\u0001NUL', '\u001b[2J\u001b]0;owned\u0007', '{"id":"x"}', '<script>alert(1)</script>',
    '%_\\%', 'AND OR NOT', '"a" "b"', '^phone', '-phone', '\u202Eenohp', '\uD800 alone', '🦊🦊', '+++', "''''", '(((', 'x'.repeat(5000), '人'.repeat(2000), 'lookout/hall/alert', '=HYPERLINK("http://evil")', 'camera:hall',
  ];
  it.each(HOSTILE.map((text) => [text.slice(0, 30), text] as const))('%j', (_shown, text) => {
    store.putEvent(event({ id: 'plain' }));
    store.putEvent(event({ id: 'hostile', text }));
    store.flush();
    // Half a character of two cannot be written in UTF-8.
    expect(store.event('hostile')?.text).toBe(text.replace(/\p{Surrogate}/gu, '\ufffd'));
    expect(store.events({ text }).map((e) => e.id)).toEqual(['hostile']);
    expect(store.events({ camera: text })).toEqual([]);
    expect(store.event(text)).toBeUndefined();
    expect(store.alert(text)).toEqual([]);
    expect(store.events({ text: 'phone person' }).map((e) => e.id)).toEqual(['plain']);
    expect(store.alerts({ text, rule: text, event: text })).toEqual([]);
    expect(store.decisions({ rule: text })).toEqual([]);
  });
});
