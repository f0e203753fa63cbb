import { describe, expect, it } from 'vitest';
import { faultAt, parseSource } from '../../src/config/document.ts';
import { bareFault, keyParts, problemOf } from '../../src/web/api/problem.ts';
import { eventOf, readEvents } from '../../src/web/api/serverEvents.ts';
import { placeOf } from '../../src/web/place.ts';
import { everyDay, scoresOverTime } from '../../src/web/rules/plotData.ts';
import { merged } from '../../src/web/store/merge.ts';

function body(...chunks: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const one of readEvents(stream)) events.push(one);
  return events;
}

describe('answers', () => {
  it('a problem knows the key that is wrong, also where only its words say so', () => {
    const told = (message: string, param: string | null = null) => problemOf(422, { error: { code: 'CONFIG_INVALID', message, remedy: 'Mend it.', param } });
    const source = parseSource('cameras:\n  - id: x\n', '/x/lookout.yaml');
    const fault = told(faultAt(source, ['cameras', 0, 'url'], 'is missing').detail);
    expect(keyParts(fault?.param ?? null)).toEqual(['cameras', '0', 'url']);
    expect(fault && bareFault(fault)).toBe('is missing.');
    expect(told('no place at all')?.param).toBeNull();
    expect(told('the body: no', 'window.hop')?.param).toBe('window.hop');
    expect(problemOf(500, '<html>')).toBeUndefined();
    expect(problemOf(500, { error: null })).toBeUndefined();
  });

  it('server-sent events come out whole however they were cut', async () => {
    const text = 'event: progress\ndata: {"done":1}\n\n: keep\n\nevent: report\r\ndata: {"a":\r\ndata: "é"}\r\n\r\ndata: plain\n\n';
    const expected = [{ event: 'progress', data: { done: 1 } }, { event: 'report', data: { a: 'é' } }, { event: 'message', data: 'plain' }];
    expect(await all(body(text))).toEqual(expected);
    const bytes = new TextEncoder().encode(text);
    const cut = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    expect(await all(cut)).toEqual(expected);
    expect(eventOf(': nothing')).toBeUndefined();
    expect(await all(body('data: never ended'))).toEqual([]);
  });
});

describe('the page', () => {
  it('knows where it is', () => {
    expect(placeOf('/')).toMatchObject({ view: 'live', rest: [] });
    expect(placeOf('/rules/%E9%97%A8?alert=a1')).toMatchObject({ view: 'rules', rest: ['门'] });
    expect(placeOf('/rules/%zz').rest).toEqual(['%zz']);
    expect(placeOf('/live?event=e').query.get('event')).toBe('e');
  });

  it('keeps the newest phase of each happening, newest first, so many', () => {
    const one = (id: string, start: number, phase = 'new') => ({ id, phase, start_ms: start });
    let list = [one('b', 20), one('a', 10)] as readonly ReturnType<typeof one>[];
    list = merged(list, one('c', 15), 3);
    expect(list.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    list = merged(list, one('a', 10, 'end'), 3);
    expect(list.at(-1)).toEqual(one('a', 10, 'end'));
    list = merged(list, one('d', 30), 3);
    expect(list.map(({ id }) => id)).toEqual(['d', 'b', 'c']);
    expect(merged(list, one('b', 20, 'retracted'), 3).map(({ id }) => id)).toEqual(['d', 'c']);
  });

  it('plots a test of a rule: every time in order, every day there is', () => {
    const last = (start: number) => ({ id: 'e', camera: 'c', start: '', start_ms: start });
    const alert = (at: number, score: number, back: boolean) => ({ camera: 'c', happened_at: '', happened_at_ms: at, event: '', event_id: null, score, why: '', evidence: [], taken_back: back });
    const data = scoresOverTime({ since_ms: 0, until_ms: 10_000, list: [alert(5000, 0.9, false), alert(3000, 0.8, true)], near_misses: [{ event: '', why: '', score: 0.4, short: 0.1, events: 1, last: last(4000) }] }, 0.5);
    expect(data).toEqual([[0, 3, 4, 5, 10], [null, null, null, 0.9, null], [null, 0.8, null, null, null], [null, null, 0.4, null, null], [0.5, 0.5, 0.5, 0.5, 0.5]]);
    expect(everyDay([{ day: '2026-02-27', alerts: 2 }, { day: '2026-03-02', alerts: 1 }])).toEqual([{ day: '2026-02-27', alerts: 2 }, { day: '2026-02-28', alerts: 0 }, { day: '2026-03-01', alerts: 0 }, { day: '2026-03-02', alerts: 1 }]);
    expect(everyDay([])).toEqual([]);
  });
});
