import { expect, test } from 'vitest';
import { WatchedTime } from '../../src/daemon/watched.ts';
import { windowAt } from '../infer/windows.ts';

const T = 1_700_000_000_000;

function follow(): { time: WatchedTime; told: string[] } {
  const told: string[] = [];
  const time = new WatchedTime(({ camera, from, to }) => told.push(`${camera} ${from - T}-${to - T}`));
  return { time, told };
}

test('a camera’s time goes on with its packets, a little behind them', () => {
  const { time, told } = follow();
  for (const at of [0, 1000, 4000, 6000]) time.newest('hall', T + at);
  expect(told).toEqual(['hall 0-1000', 'hall 1000-3000']);
});

test('it waits for the model’s answer, and no longer than that', () => {
  const { time, told } = follow();
  time.newest('hall', T);
  const window = windowAt('hall', [T + 500, T + 2500]);
  time.cut(window);
  time.newest('hall', T + 10_000);
  time.newest('hall', T + 12_000);
  expect(told).toEqual(['hall 0-500']);
  time.answered({ camera: 'hall', windowId: window.id, from: T + 500, to: T + 2500 });
  expect(told).toEqual(['hall 0-500', 'hall 500-9000']);
});

test('under constant activity one window always waits, and time goes on with the answers', () => {
  const { time, told } = follow();
  time.newest('hall', T);
  const windows = [4000, 5000, 6000].map((to) => windowAt('hall', [T + 1000, T + to]));
  for (const window of windows) time.cut(window);
  time.newest('hall', T + 9000);
  for (const [i, window] of windows.slice(0, 2).entries()) time.answered({ camera: 'hall', windowId: window.id, from: T + 1000, to: T + 4000 + 1000 * i });
  expect(told).toEqual(['hall 0-1000', 'hall 1000-4000', 'hall 4000-5000']);
});

test('a window that was dropped is passed when a later one has been answered, and what none shows is left out', () => {
  const { time, told } = follow();
  time.newest('hall', T);
  const [dropped, later] = [windowAt('hall', [T + 1000, T + 4000]), windowAt('hall', [T + 3000, T + 6000])];
  time.cut(dropped);
  time.cut(later);
  time.newest('hall', T + 9000);
  expect(told).toEqual(['hall 0-1000']);
  time.gap({ camera: 'hall', start: T + 1000, end: T + 3000, reason: 'overloaded', detail: 'late' });
  time.answered({ camera: 'hall', windowId: later.id, from: T + 3000, to: T + 6000 });
  expect(told).toEqual(['hall 0-1000', 'hall 3000-6000']);
});

test('an outage, a jump and a clock set back are not watched time, and cameras are apart', () => {
  const { time, told } = follow();
  time.newest('hall', T);
  time.newest('hall', T + 5000);
  time.offline('hall');
  time.newest('hall', T + 50_000);
  time.newest('hall', T + 55_000);
  time.newest('hall', T + 500_000);
  time.newest('hall', T + 505_000);
  time.newest('hall', T + 100_000);
  time.newest('hall', T + 104_000);
  time.newest('yard', T + 1000);
  time.newest('yard', T + 5000);
  expect(told).toEqual(['hall 0-2000', 'hall 50000-52000', 'hall 500000-502000', 'hall 100000-101000', 'yard 1000-2000']);
});
