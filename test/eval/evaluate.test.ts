import { describe, expect, test } from 'vitest';
import type { Clip } from '../../src/eval/clip.ts';
import { scoreClip } from '../../src/eval/clipScore.ts';
import type { ClipScoring } from '../../src/eval/clipScore.ts';
import { evaluateClips } from '../../src/eval/evaluateClips.ts';
import { makeReport } from '../../src/eval/report.ts';
import type { EvalReport } from '../../src/eval/report.ts';
import { heldOutScenes } from '../../src/eval/scenes.ts';
import { scoreWindow, scoreWindows } from '../../src/eval/windowScore.ts';
import { DEFAULT_STAGES, watchFile } from '../../src/eval/watchFile.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { wordingsOf } from '../../src/rules/wordings.ts';
import type { Answer, Frame } from '../../src/values.ts';
import { oracle } from './oracle.ts';
import type { Flaws } from './oracle.ts';

const SCORING: ClipScoring = { stages: DEFAULT_STAGES, tolerance: 1, meaning: 'exact' };
// rendered once, shown to every back end
const scenes = heldOutScenes(6, 3, 20).map((clip): Clip => {
  const frames = [...(clip.frames() as Iterable<Frame>)];
  return { ...clip, frames: () => frames };
});

/** Reads off the clip whether an event satisfies a rule. */
function truthOf(clip: Clip): (event: string, rule: string) => number {
  return (event, rule) => {
    const id = clip.rules.find((r) => [r.alert, ...wordingsOf(r.alert)].includes(rule))?.id ?? '';
    return clip.labels.some((l, i) => l.text === event && (clip.satisfied?.[i] ?? []).includes(id)) ? 1 : 0;
  };
}

async function evaluate(flaws: Flaws, score = scoreClip): Promise<EvalReport> {
  const scores = [];
  for (const clip of scenes) scores.push(await score(clip, oracle(clip.labels, { score: truthOf(clip), ...flaws }), SCORING));
  return makeReport(scores, { model: 'oracle', perWindow: score !== scoreClip, rulesTruth: 'labels', seconds: 0 });
}

describe('a back end that knows the truth', () => {
  test('scores full marks through all the stages', async () => {
    const report = await evaluate({});
    expect(report.mistakes).toEqual([]);
    expect(report.events).toMatchObject({ recall: 1, precision: 1 });
    expect(report.events.labelled).toBeGreaterThan(12);
    expect(report.events.onsetError.mean).toBeLessThan(0.05);
    expect(report.rules).toMatchObject({ recall: 1, precision: 1, duplicate: 0 });
    expect(report.windows).toBeGreaterThan(30);
  });

  test('scores full marks window by window', async () => {
    const report = await evaluate({}, scoreWindows);
    expect(report.mistakes).toEqual([]);
    expect(report.events).toMatchObject({ recall: 1, precision: 1 });
    expect(report.events.onsetError.p95).toBeCloseTo(0);
  });

  test('what it does not see is missed, and so are the alerts for it', async () => {
    const blind = scenes.flatMap((s) => s.labels).filter((l) => l.kind === 'falls').length;
    const report = await evaluate({ blind: (l) => l.kind === 'falls' });
    expect(blind).toBeGreaterThan(0);
    expect(report.events).toMatchObject({ matched: report.events.labelled - blind, precision: 1 });
    expect(report.kinds['falls']).toEqual({ labelled: blind, matched: 0 });
    expect(report.rules?.precision).toBe(1);
  });

  test('what it places late is late by as much', async () => {
    const { onsetError, endError } = (await evaluate({ late: 0.3 })).events;
    expect(onsetError.median).toBeCloseTo(0.3, 1);
    expect(endError.bias).toBeCloseTo(0.3, 1);
  });

  test('other words are other events: missed and spurious', async () => {
    const report = await evaluate({ words: (l) => `${l.text} slowly`, score: () => 0 });
    expect(report.events).toMatchObject({ recall: 0, precision: 0 });
    expect(report.rules?.given).toBe(0);
  });
});

describe('scoreWindow', () => {
  const clip: Clip = {
    name: 'hand',
    duration: 20,
    frames: () => [],
    labels: [
      { text: 'inside', start: 3, end: 4, decisive: 3.5 },
      { text: 'reaches in', start: 0.5, end: 2.4, decisive: 1 },
      { text: 'at the edge', start: 9.8, end: 11, decisive: 9.9 },
      { text: 'elsewhere', start: 15, end: 16, decisive: 15.5 },
    ],
    rules: [],
    satisfied: [],
  };
  const answer = (texts: readonly [string, number, number][]): Answer => ({
    windowId: 'w', camera: 'c', reason: 'hop', from: 2000, to: 10_000, timeSource: 'file', model: 'hand', visualTokens: 1,
    sightings: texts.map(([text, start, end]) => ({ text, start, end, uncertainty: 1, openStart: false, openEnd: false, confidence: 1 })),
    latency: { capture: 0, queue: 0, infer: 0 },
  });
  const run = (texts: readonly [string, number, number][]) => scoreWindow(clip, answer(texts), oracle([]), SCORING);

  test('wants what is decided inside', async () => {
    expect((await run([])).events).toMatchObject({ labelled: 1, predicted: 0, matched: 0 });
    expect((await run([['inside', 3100, 4000]])).events).toMatchObject({ labelled: 1, predicted: 1, matched: 1, endErrors: [0] });
  });

  test('excuses what reaches in or lies at the edge', async () => {
    const { events } = await run([['reaches in', 2000, 2400], ['inside', 3000, 4000], ['at the edge', 9800, 10_000]]);
    expect(events).toMatchObject({ labelled: 1, predicted: 1, matched: 1 });
  });

  test('blames what is not there', async () => {
    const { events, mistakes } = await run([['inside', 3000, 4000], ['inside', 7000, 8000], ['elsewhere', 5000, 6000]]);
    expect(events).toMatchObject({ labelled: 1, predicted: 3, matched: 1 });
    expect(mistakes.spurious.map((s) => s.start)).toEqual([7, 5]);
  });
});

test('evaluateClips reports progress and shares the clips out', async () => {
  const progress: string[] = [];
  const [clip] = heldOutScenes(1, 0, 8);
  if (!clip) throw new Error('no scene');
  const report = await evaluateClips([clip, clip, clip], [oracle(clip.labels), oracle(clip.labels)], {
    meaning: 'exact',
    onProgress: (done, total) => progress.push(`${done}/${total}`),
  });
  expect(progress).toEqual(['0/3', '1/3', '2/3', '3/3']);
  expect(report).toMatchObject({ videos: 3, scored: 'events', model: 'oracle' });
});

describe('rules that ask for more', () => {
  const [clip] = scenes.filter((s) => s.labels.length > 1);
  const [label] = clip?.labels ?? [];
  const rule = (more: Partial<Rule>): Rule => ({ id: 'r', alert: label?.text ?? '', cameras: [], cooldown: 0, severity: 'info', threshold: 0.5, enabled: true, ...more });
  const watch = (asked: Rule, flaws: Flaws = {}) => {
    if (!clip) throw new Error('no scene with happenings');
    return watchFile(clip.frames(), oracle(clip.labels, { score: (event, sentence) => (sentence.includes(event) ? 1 : 0), ...flaws }), [asked], DEFAULT_STAGES);
  };

  test('a second look is had before an alert, where a rule wants one', async () => {
    const { verdicts } = await watch(rule({ verify: true }));
    expect(verdicts.length).toBeGreaterThan(0);
    for (const { verified, at, start } of verdicts) {
      expect(verified).toBe(1);
      expect(at).toBeGreaterThanOrEqual(start);
    }
  });

  test('what has not happened in the time that was watched is told', async () => {
    const { verdicts } = await watch(rule({ alert: 'somebody dances', absent: 5 }));
    expect(verdicts.length).toBeGreaterThan(0);
    expect(verdicts[0]?.eventId).toBeNull();
  });
});
