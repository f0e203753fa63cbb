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
  const told = Array.from({ length: 70 }, (_, i) => dropped.drop(window(i * 10_000, i * 10_000 + 1000), 'overloaded', 'late')).flat();
  expect(told).toHaveLength(6);
  expect(told[0]).toMatchObject({ start: T, end: T + 1000 });
});
