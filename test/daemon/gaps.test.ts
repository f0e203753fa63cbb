import { expect, test } from 'vitest';
import { DroppedWindows } from '../../src/daemon/gaps.ts';
import { windowAt } from '../infer/windows.ts';

const T = 1_700_000_000_000;
const window = (from: number, to: number): ReturnType<typeof windowAt> => windowAt('hall', [T + from, T + to]);
const answer = (from: number, to: number): { camera: string; from: number; to: number } => ({ camera: 'hall', from: T + from, to: T + to });

test('a dropped window that later windows show is no gap', () => {
  const dropped = new DroppedWindows();
  expect(dropped.drop(window(0, 4000), 'overloaded', 'late')).toEqual([]);
  expect(dropped.answered(answer(0, 5000))).toEqual([]);
  expect(dropped.answered(answer(9000, 12_000))).toEqual([]);
  expect(dropped.rest()).toEqual([]);
});

test('what no later window shows becomes a gap as soon as an answer lies behind it', () => {
  const dropped = new DroppedWindows();
  dropped.drop(window(0, 4000), 'overloaded', 'late');
  dropped.drop(window(2000, 6000), 'overloaded', 'late');
  expect(dropped.answered(answer(5000, 9000))).toEqual([{ camera: 'hall', start: T, end: T + 5000, reason: 'overloaded', detail: 'late' }]);
  expect(dropped.rest()).toEqual([]);
});

test('what an earlier answer has shown is no gap', () => {
  const dropped = new DroppedWindows();
  expect(dropped.answered(answer(0, 4000))).toEqual([]);
  dropped.drop(window(1000, 5000), 'overloaded', 'late');
  dropped.drop(window(2000, 6000), 'overloaded', 'late');
  dropped.drop(window(500, 3500), 'model', 'MODEL_RUNTIME');
  expect(dropped.answered(answer(9000, 13_000))).toEqual([{ camera: 'hall', start: T + 4000, end: T + 6000, reason: 'overloaded', detail: 'late' }]);
});

test('cameras and reasons stay apart, and the end of the day tells what is left', () => {
  const dropped = new DroppedWindows();
  dropped.drop(window(0, 2000), 'model', 'MODEL_RUNTIME');
  dropped.drop(window(1000, 3000), 'overloaded', 'late');
  dropped.drop(windowAt('yard', [T, T + 1000]), 'overloaded', 'late');
  expect(dropped.answered({ camera: 'yard', from: T + 5000, to: T + 6000 })).toEqual([{ camera: 'yard', start: T, end: T + 1000, reason: 'overloaded', detail: 'late' }]);
  expect(dropped.rest().map((gap) => [gap.camera, gap.start - T, gap.end === null ? null : gap.end - T, gap.reason])).toEqual([
    ['hall', 0, 2000, 'model'],
    ['hall', 1000, 3000, 'overloaded'],
  ]);
});

test('with very many dropped windows the oldest is told as it stands', () => {
  const dropped = new DroppedWindows();
  const told = Array.from({ length: 70 }, (_, i) => dropped.drop(window(i * 1000, i * 1000 + 80_000), 'overloaded', 'late')).flat();
  expect(told).toHaveLength(6);
  expect(told[0]).toMatchObject({ start: T, end: T + 80_000 });
});

test('while no answer comes at all, what nobody will see any more is told now and then, and all of it once', () => {
  const dropped = new DroppedWindows();
  const told = Array.from({ length: 60 }, (_, i) => dropped.drop(window(i * 1000, i * 1000 + 4000), 'model', 'ENGINE_UNREACHABLE'));
  const gaps = told.flat();
  expect(gaps[0]).toMatchObject({ start: T, reason: 'model' });
  // what is not told yet is no older than four windows and the one that is cut
  expect(gaps.at(-1)?.end).toBeGreaterThanOrEqual(T + 59_000 - 16_000);
  expect(told.filter((some) => some.length > 0).length).toBeLessThan(10);
  // the windows that were under way when it came back
  expect(dropped.answered(answer(58_500, 63_500))).toEqual([expect.objectContaining({ end: T + 58_500 })]);
  expect(dropped.rest()).toEqual([]);
});

test('what a window shows that is under way for long is not told as unseen', () => {
  const dropped = new DroppedWindows();
  // the one from 500 on takes a minute
  const told = Array.from({ length: 60 }, (_, i) => dropped.drop(window(i * 1000, i * 1000 + 4000), 'overloaded', 'late', T + 500)).flat();
  expect(told).toEqual([]);
  expect(dropped.answered(answer(500, 4500))).toEqual([expect.objectContaining({ start: T, end: T + 500 })]);
  expect(dropped.drop(window(60_000, 64_000), 'overloaded', 'late')[0]).toMatchObject({ start: T + 4500 });
});
