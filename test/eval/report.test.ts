import { expect, test } from 'vitest';
import { barText } from '../../src/eval/progress.ts';
import { makeReport, reportJson, reportLines } from '../../src/eval/report.ts';
import { shareOut } from '../../src/eval/shareOut.ts';

const scores = [
  {
    name: 'one',
    events: { labelled: 2, predicted: 2, matched: 1, onsetErrors: [0.25], endErrors: [-0.5], ious: [0.6, 0] },
    rules: { expected: 1, given: 3, right: 1, duplicate: 1, spurious: 1, takenBack: 1, rightTakenBack: 0, delays: [1.25] },
    kinds: new Map([['falls', { labelled: 2, matched: 1 }]]),
    mistakes: { missed: [{ text: 'falls', start: 1, end: 2 }], spurious: [] },
    windows: 5,
    visualTokens: 480,
  },
  {
    name: 'two',
    events: { labelled: 0, predicted: 0, matched: 0, onsetErrors: [], endErrors: [], ious: [] },
    rules: null,
    kinds: new Map(),
    mistakes: { missed: [], spurious: [] },
    windows: 1,
    visualTokens: 96,
  },
];
const report = makeReport(scores, { model: 'demo', perWindow: false, rulesTruth: 'labels', seconds: 1.5 });

test('the JSON has snake_case keys all through', () => {
  const json: unknown = JSON.parse(reportJson(report));
  expect(json).toMatchObject({
    model: 'demo',
    scored: 'events',
    videos: 2,
    windows: 6,
    visual_tokens: 576,
    events: { recall: 0.5, precision: 0.5, onset_error: { mean: 0.25 }, recall_at: { iou50: 0.5 }, mean_iou: 0.3 },
    rules: { recall: 1, precision: 0.3333, duplicates_per_happening: 1, spurious: 1, taken_back: 1, standing: { precision: 0.5 }, delay: { p95: 1.25 }, truth: 'labels' },
    kinds: { falls: { labelled: 2, matched: 1 } },
    mistakes: [{ video: 'one', missed: [{ text: 'falls' }], spurious: [] }],
  });
  expect(reportJson(report)).not.toMatch(/"[a-z]+[A-Z]/);
});

test('the lines show the figures, and a dash where there are none', () => {
  const lines = reportLines(report).join('\n');
  expect(lines).toContain('recall 0.500  precision 0.500');
  expect(lines).toContain('falls 1/2');
  expect(lines).toContain('1 twice, 1 spurious; 1 taken back, then F1 0.667; onset to alert median 1.25 s');
  const empty = reportLines(makeReport([], { model: 'demo', perWindow: true, rulesTruth: 'model', seconds: 0 })).join('\n');
  expect(empty).toContain('recall –');
  expect(empty).not.toContain('Rules');
});

test('the bar tells how far it is and how long it will take', () => {
  expect(barText(0, 200, 'scenes', 0)).toMatch(/^░{30} 0\/200 scenes$/);
  expect(barText(50, 200, 'scenes', 10)).toMatch(/^█{8}░{22} 50\/200 scenes, 30 s left$/);
  expect(barText(200, 200, 'scenes', 40)).toMatch(/^█{30} 200\/200 scenes$/);
});

test('work is shared out, results keep their order, and the first error ends it', async () => {
  const seen: string[] = [];
  const out = await shareOut([30, 1, 1, 1], ['a', 'b'], async (ms, worker) => {
    seen.push(worker);
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ms * 2;
  });
  expect(out).toEqual([60, 2, 2, 2]);
  expect(seen).toEqual(['a', 'b', 'b', 'b']);
  const begun: number[] = [];
  const failing = shareOut([1, 2, 3, 4], ['a'], (n) => {
    begun.push(n);
    return n === 2 ? Promise.reject(new Error('two')) : Promise.resolve(n);
  });
  await expect(failing).rejects.toThrow('two');
  expect(begun).toEqual([1, 2]);
});
