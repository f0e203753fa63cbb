import { expect, test } from 'vitest';
import type { Publisher } from '../../src/alerts/publisher.ts';
import { CameraStates } from '../../src/daemon/cameraStates.ts';
import { statusSink } from '../../src/daemon/status.ts';
import { recordAbsence } from '../../src/daemon/upkeep.ts';
import { WatchedTime } from '../../src/daemon/watched.ts';
import { WatchNews } from '../../src/daemon/watchNews.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { windowAt } from '../infer/windows.ts';

const log = createLogger({ level: 'silent' });
const T = 1_700_000_000_000;
const S = 1000;

const memory = (): Store => openStore({ path: ':memory:', retentionDays: 0 }, log);

/** What the store holds of gaps, seconds from T. */
const gaps = (store: Store): string[] => store.coverage({ order: 'asc' }).map(({ camera, reason, start, end, detail }) => `${camera} ${reason} ${(start - T) / S}-${end === null ? '' : (end - T) / S} ${detail}`);

function sink(store: Store, absent: Map<string, number>) {
  const told: string[] = [];
  const nothing = (): void => undefined;
  const publisher = {
    publishStatus: nothing, clearStatus: nothing,
    publishWatched: (camera: string, why: { readonly reason: string } | undefined, since: number) => told.push(`${camera} ${why?.reason ?? 'watched'} ${(since - T) / S}`),
  } as unknown as Publisher;
  const news = new WatchNews(publisher);
  return { told, news, ...statusSink({ store, publisher, news, watched: new WatchedTime(nothing), states: new CameraStates(nothing), frames: { forget: nothing }, absent, log }) };
}

test('the time in which Lookout did not run is one gap, from the last sign of life to the first picture', () => {
  const store = memory();
  expect(recordAbsence(store, ['hall'], T).size).toBe(0);
  expect(gaps(store)).toEqual([]);
  store.markAlive(T);
  const { told, status } = sink(store, recordAbsence(store, ['hall'], T + 20 * S));
  status('hall', { state: 'connecting', since: T + 21 * S });
  status('hall', { state: 'online', since: T + 24 * S });
  expect(gaps(store)).toEqual(['hall offline 0-24 Lookout was not running.']);
  expect(told).toEqual(['hall offline 0', 'hall watched 24']);
  status('hall', { state: 'offline', since: T + 30 * S, reason: 'no answer' });
  expect(gaps(store)[1]).toBe('hall offline 30- no answer');
  store.close();
});

test('what else keeps a camera away is told as such', () => {
  const store = memory();
  store.openGap('old', 'offline', 'no answer', T - 90 * S);
  store.openGap('off', 'disabled', 'Switched off in the configuration.', T - 90 * S);
  store.openGap('gone', 'offline', 'no answer', T - 90 * S);
  store.markAlive(T);
  const { status } = sink(store, recordAbsence(store, ['hall', 'old', 'off'], T + 20 * S));
  status('hall', { state: 'connecting', since: T + 21 * S });
  status('hall', { state: 'offline', since: T + 21 * S, reason: 'refused' });
  status('old', { state: 'connecting', since: T + 21 * S });
  status('off', { state: 'disabled', since: T + 21 * S });
  status('hall', { state: 'online', since: T + 40 * S });
  expect(gaps(store).sort()).toEqual([
    'gone offline -90-0 no answer', 'hall offline 0-21 Lookout was not running.', 'hall offline 21-40 refused', 'off disabled -90- Switched off in the configuration.', 'old offline -90- no answer',
  ]);
  store.close();
});

test('a clock that was set back makes no gap of the future', () => {
  const store = memory();
  store.markAlive(T + 3600 * S);
  const { status } = sink(store, recordAbsence(store, ['hall'], T));
  status('hall', { state: 'online', since: T + 2 * S });
  expect(gaps(store)).toEqual(['hall offline 0-2 Lookout was not running.']);
  store.close();
});

test('a camera that sends is not watched while nobody looks at its windows for long, and that is told once', () => {
  const store = memory();
  const { told, news, status } = sink(store, new Map());
  const why = { reason: 'model', detail: 'The model is away.' } as const;
  const answer = (from: number, to: number) => ({ camera: 'hall', windowId: 'w', from: T + from * S, to: T + to * S });
  news.dropped(windowAt('hall', [T, T + 60 * S]), why);
  status('hall', { state: 'online', since: T });
  news.answered(answer(0, 8));
  for (let at = 9; at < 40; at++) news.dropped(windowAt('hall', [T + (at - 8) * S, T + at * S]), why);
  news.answered(answer(32, 40));
  news.dropped(windowAt('hall', [T + 33 * S, T + 41 * S]), why);
  expect(told).toEqual(['hall watched 0', 'hall model 8', 'hall watched 32']);
  status('hall', { state: 'disabled', since: T + 50 * S });
  news.answered(answer(42, 50));
  expect(told.at(-1)).toBe('hall disabled 50');
  store.close();
});
