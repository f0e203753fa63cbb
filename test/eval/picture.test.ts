import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { scoreClip } from '../../src/eval/clipScore.ts';
import { escaped, html } from '../../src/eval/markup.ts';
import { pictureOf } from '../../src/eval/picture.ts';
import { clock, fit, intoRows, ticks, trackWidth, unitsOf } from '../../src/eval/pictureRows.ts';
import { makeReport, reportJson } from '../../src/eval/report.ts';
import type { EvalReport } from '../../src/eval/report.ts';
import { heldOutScenes } from '../../src/eval/scenes.ts';
import { showAlerts, showClip } from '../../src/eval/shown.ts';
import type { ShownClip } from '../../src/eval/shown.ts';
import { scoreWindows } from '../../src/eval/windowScore.ts';
import { DEFAULT_STAGES } from '../../src/eval/watchFile.ts';
import { lookout } from '../cli/lookout.ts';
import { oracle } from './oracle.ts';

const folder = mkdtempSync(join(tmpdir(), 'lookout-picture-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [picks, waves, falls] = [{ text: 'picks up <phone>', start: 2, end: 4 }, { text: 'waves', start: 10, end: 11 }, { text: 'falls', start: 30, end: 31 }];
const [said, wrong] = [{ text: 'lifts "phone"', start: 2.5, end: 4 }, { text: '<script>alert(1)</script>', start: 20, end: 22 }];
const lane = { from: 0, to: 60, truth: [picks, waves, falls], said: [said, wrong], pairs: [{ truth: picks, said }] };
const expected = [{ ruleId: 'phone', happening: picks }, { ruleId: 'falls', happening: falls }];
const given = [{ ruleId: 'phone', happening: said, at: 4.5, tells: picks }, { ruleId: 'phone', happening: { ...said, start: 3 }, at: 6, tells: picks }, { ruleId: 'falls', happening: wrong, at: 23, takenBack: true }];
const alerts = showAlerts(given, expected, 1, (id) => `alert of ${id}`);

function reportOf(clips: readonly ShownClip[]): EvalReport {
  const scores = clips.map((shown) => ({
    name: shown.name, events: { labelled: 3, predicted: 2, matched: 1, onsetErrors: [0.5], endErrors: [0], ious: [0.75, 0, 0] }, rules: null,
    kinds: new Map([['falls', { labelled: 1, matched: 0 }]]), mistakes: { missed: [], spurious: [] }, windows: 4, visualTokens: 1, shown,
  }));
  return makeReport(scores, { model: '/models/<b>it</b>', perWindow: false, rulesTruth: 'labels', seconds: 3 });
}

const drawn = (clips: readonly ShownClip[]): string => pictureOf(reportOf(clips), { at: Date.UTC(2026, 0, 31, 14, 5), tolerance: 1 });
const count = (text: string, what: RegExp): number => [...text.matchAll(what)].length;

describe('the picture of an evaluation', () => {
  const text = drawn([showClip('hall & door', null, [lane], alerts)]);

  test('has what is true above what was said, pairs joined, and what was missed or spurious marked', () => {
    expect(count(text, /class="unit pair /g)).toBe(1);
    expect(count(text, /class="unit missed"/g)).toBe(2);
    expect(count(text, /class="unit spurious"/g)).toBe(1);
    expect(count(text, /<polygon /g)).toBe(1);
    expect(text).toContain('onset +0.50 s, end +0.00 s, IoU 0.75');
    expect(text).toContain('lifts &quot;phone&quot; · +0.50 s');
    expect(text).toContain('1 found · 2 missed · 1 spurious');
    // of 60 s
    expect(text).toContain('left:3.333%;width:3.333%');
  });

  test('has the alerts, each as what it was', () => {
    expect(alerts.map(({ is, at, takenBack }) => [is, at, takenBack])).toEqual([['right', 4.5, false], ['again', 6, false], ['spurious', 23, true], ['missed', undefined, false]]);
    for (const is of ['right', 'again', 'spurious', 'missed']) expect(text).toMatch(new RegExp(`class="alert ${is} `));
    expect(text).toContain('+2.50 s after it began');
    expect(text).toContain('taken back afterwards');
  });

  test('has the figures at the top', () => {
    expect(text).toContain('<h3>Recall</h3><p>0.33</p><small>2 missed</small>');
    expect(text).toContain('<h3>Onset error</h3><p>0.50 s</p>');
    expect(text).toContain('2026-01-31 14:05 UTC');
  });

  test('is one file that runs nothing and asks for nothing; words stay words', () => {
    expect(text).not.toMatch(/<script|<link|<img|<iframe|https?:|url\(|@import|\son\w+=/i);
    expect(text).toContain("default-src &#39;none&#39;");
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('<h1>b&gt;</h1>');
    expect(escaped('a\u0000<b>\u202e"\'&')).toBe('a&lt;b&gt;&quot;&#39;&amp;');
    expect(html`<a title="${'"><b>'}">${[1, html`<i></i>`, null, false]}</a>`.text).toBe('<a title="&quot;&gt;&lt;b&gt;">1<i></i></a>');
  });

  test('can be empty', () => {
    expect(drawn([])).toContain('only the 0 with mistakes');
    expect(drawn([showClip('nothing', 5, [{ from: 0, to: 5, truth: [], said: [], pairs: [] }])])).toContain('0 found');
  });

  test('is drawn for events and for single windows; the JSON stays as it was', async () => {
    const [clip] = heldOutScenes(1, 3, 20);
    if (!clip) throw new Error('no scene');
    for (const score of [scoreClip, scoreWindows]) {
      const scored = await score(clip, oracle(clip.labels, { blind: (label) => label === clip.labels[0] }), { stages: DEFAULT_STAGES, tolerance: 1, meaning: 'exact' });
      const report = makeReport([scored], { model: 'oracle', perWindow: score === scoreWindows, rulesTruth: 'labels', seconds: 0 });
      const page = pictureOf(report, { at: 0, tolerance: 1 });
      expect(count(page, /class="unit (pair|missed)/g)).toBe(report.events.labelled);
      expect(count(page, /class="unit (pair|spurious)/g)).toBe(report.events.predicted);
      expect(count(page, /class="window"/g)).toBe(score === scoreWindows ? scored.windows : 0);
      expect(reportJson(report)).not.toContain('"clips"');
    }
  });
});

describe('its rows', () => {
  test('put nothing over anything else', () => {
    const all = Array.from({ length: 60 }, (_, i) => ({ from: (i * 37) % 100, to: ((i * 37) % 100) + (i % 9), words: 5 + (i % 30) })).toSorted((a, b) => a.from - b.from);
    const rows = intoRows(all, 110, 1000, (one) => one);
    expect(rows.flat()).toHaveLength(60);
    for (const row of rows) {
      const spans = row.map(({ one: { from, to, words }, flip }) => {
        const beside = fit(words, to - from, 1000 / 110) ? 0 : words * 6.6;
        return [(from * 1000) / 110 - (flip ? beside : 0), (to * 1000) / 110 + (flip ? 0 : beside)];
      }).toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
      spans.slice(1).forEach((span, i) => expect(span[0]).toBeGreaterThanOrEqual(spans[i]?.[1] ?? 0));
    }
    // near the end words go to the left
    expect(intoRows([{ from: 9.8, to: 10, words: 40 }], 10, 1000, (one) => one)[0]?.[0]?.flip).toBe(true);
  });

  test('units come in order of time', () => {
    expect(unitsOf(lane).map(({ truth, said: other }) => [truth?.text, other?.text])).toEqual([['picks up <phone>', 'lifts "phone"'], ['waves', undefined], [undefined, '<script>alert(1)</script>'], ['falls', undefined]]);
  });

  test('axes have round times', () => {
    expect(ticks(20, 1000)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    expect(ticks(3600, trackWidth(3600)).length).toBeLessThan(400);
    expect([clock(3.2), clock(65), clock(3723)]).toEqual(['3.2 s', '1:05', '1:02:03']);
  });
});

describe('lookout eval --html', () => {
  test('draws what it scored', async () => {
    const file = join(folder, 'eval.html');
    const { code, stdout, stderr } = await lookout(folder, ['eval', '--scenes', '1', '--duration', '10', '--seed', '5', '--html', file, '--json']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('Drawn in')]);
    expect(JSON.parse(stdout)).toMatchObject({ videos: 1 });
    expect(readFileSync(file, 'utf8')).toContain('<section class="clip ');
    expect(readdirSync(folder)).not.toContain('eval.html.part');
  }, 120_000);

  test('says before the work that it cannot', async () => {
    expect((await lookout(folder, ['eval', '--scenes', '1', '--html', join(folder, 'nowhere', 'eval.html')])).stderr).toContain('FILE_WRITE');
    expect((await lookout(folder, ['eval', '--feedback', '--html', 'a.html'])).stderr).toContain('USAGE');
    expect((await lookout(folder, ['eval', '--scenes', '1', '--save', 'x', '--html', 'a.html'])).stderr).toContain('USAGE');
    expect(existsSync(join(folder, 'x'))).toBe(false);
  }, 60_000);
});
