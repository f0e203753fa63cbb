import { expect, test } from 'vitest';
import { figuresOf, median } from './figures.ts';
import type { Findings } from './figures.ts';
import { tables } from './table.ts';
import { findPython } from './torch.ts';

const speed = (vision: number[], prefill: number[], step: number[]) => ({
  result: { promptTokens: 100, visualTokens: 50, vision, prefill, step, answers: [], open: 0 },
  peakMb: 200,
  anonymousMb: 100,
});
const torch = { same_ids: true, answers: [], prefill: [200], step: [30], attention: 'sdpa', peak_mb: 400, torch: '2', transformers: '5' };

test('a median is the middle value, or the mean of the two in the middle', () => {
  expect(median([5, 1, 9])).toBe(5);
  expect(median([4, 1, 9, 2])).toBe(3);
  expect(median([])).toBeNaN();
});

test('ratios of speed are ours over theirs, of cost the first over the second', () => {
  const hop = { cold: [100], warm: [30], closing: [20], coldVideo: [60], warmVideo: [20], identical: 1, windows: 1, tokens: 9, coldRuns: 8, warmRuns: 2, texts: [] };
  const found: Findings = {
    fp32: speed([40, 60, 50], [60, 40, 50], [10, 11, 9]),
    torch,
    hop: { result: hop, peakMb: 1, anonymousMb: 1 },
    rules: { result: { count: 50, one: [4], many: [6] }, peakMb: 1, anonymousMb: 1 },
  };
  expect(figuresOf(found)).toMatchObject({ prefill_vs_pytorch: 2, decode_vs_pytorch: 3, warm_hop_vs_cold: 0.3, rules50_vs_rules1: 1.5 });
  expect(tables(found).join('\n')).toContain('| prefill, tokens/s | 1000 | – | 500 | – |');
});

test('what was not measured is null', () => {
  expect(new Set(Object.values(figuresOf({})))).toEqual(new Set([null]));
  expect(figuresOf({ fp32: speed([1], [1], [1]) }).decode_vs_pytorch).toBeNull();
});

test('a Python that is not there is not found', () => {
  expect(findPython('/nowhere/python')).toBeUndefined();
});
