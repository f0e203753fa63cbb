import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { closingLines } from '../../src/demo/closing.ts';
import { columnsOf, cut, pad, uncoloured } from '../../src/demo/columns.ts';
import { halfBlocks } from '../../src/demo/halfBlocks.ts';
import { createPlainLines } from '../../src/demo/plainLines.ts';
import { createRoom } from '../../src/demo/room.ts';
import { timeline } from '../../src/demo/rows.ts';
import { screenLines } from '../../src/demo/screen.ts';
import { demoSentences } from '../../src/demo/sentences.ts';
import { clock, signed, type View } from '../../src/demo/view.ts';

const EPOCH = 1_000_000;
const STORY = [
  { text: 'a person in red picks up the phone', start: EPOCH + 5000, end: EPOCH + 6000, rules: ['phone'] },
  { text: 'the light goes off', start: EPOCH + 9000, end: EPOCH + 9200, rules: ['dark'] },
  { text: 'the light goes on', start: EPOCH + 24_000, end: EPOCH + 24_200, rules: [] },
];
const LOGGED = [
  { id: 'a', text: 'a person in red picks up the phone', start: EPOCH + 5120, end: EPOCH + 6100 },
  { id: 'b', text: 'a person in blue falls down', start: EPOCH + 12_000, end: EPOCH + 13_000 },
];
const ALERTS = [
  { id: '1', rule: 'phone', eventId: 'a', at: EPOCH + 7400 },
  { id: '2', rule: 'fall', eventId: 'b', at: EPOCH + 14_000 },
];

const KNOWN = { story: STORY, logged: LOGGED, alerts: ALERTS, rules: new Set(['phone', 'dark', 'fall']) };

function view(given: Partial<View> = {}): View {
  const data = new Uint8Array(96 * 64 * 3).fill(120);
  return {
    seed: 7, stage: { kind: 'playing' }, epoch: EPOCH, duration: 90, elapsed: 20, rules: demoSentences(createRoom(7)),
    rows: timeline(KNOWN, EPOCH + 20_000), picture: { at: EPOCH, width: 96, height: 64, data },
    camera: null, windows: 12, visualTokens: 1152, page: null, config: '.lookout/demo/lookout.yaml', ...given,
  };
}

describe('the timeline', () => {
  it('shows what has happened by now, found or missed, and what was made up', () => {
    expect(timeline(KNOWN, EPOCH + 20_000)).toEqual([
      { key: 'happening 0', at: EPOCH + 5000, text: STORY[0]?.text, state: 'found', error: 120, expects: ['phone'], alerts: [{ rule: 'phone', verdict: 'right', delay: 2400 }] },
      { key: 'happening 1', at: EPOCH + 9000, text: 'the light goes off', state: 'missed', error: null, expects: ['dark'], alerts: [] },
      { key: 'event b', at: EPOCH + 12_000, text: 'a person in blue falls down', state: 'spurious', error: null, expects: [], alerts: [{ rule: 'fall', verdict: 'wrong', delay: 2000 }] },
    ]);
    expect(timeline({ ...KNOWN, logged: [], alerts: [] }, EPOCH + 10_000).map((row) => row.state)).toEqual(['waiting', 'waiting']);
  });
});

describe('the screen', () => {
  it.each([[80, 22], [130, 44], [200, 60]])('fits a terminal of %i × %i', (columns, rows) => {
    const lines = screenLines(view(), { columns, rows }, uncoloured, 24);
    expect(lines.length).toBeLessThan(rows);
    expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns);
    const text = lines.map((line) => stripVTControlCharacters(line)).join('\n');
    expect(text).toContain('0:20 / 1:30');
    expect(text).toContain('当有人坐下时提醒我');
    expect(text).toContain('? made up');
  });

  it('shows the link of the page as a whole, or else where it is', () => {
    const page = { link: `http://127.0.0.1:45678/#token=lookout_${'x'.repeat(43)}`, file: '.lookout/demo/page.url' };
    const shown = (columns: number): string => screenLines(view({ page }), { columns, rows: 44 }, uncoloured, 24).join('\n');
    expect(shown(130)).toContain(page.link);
    expect(shown(80)).not.toContain('#token=');
    expect(shown(80)).toContain(page.file);
  });

  it('can be drawn before there is a picture or a story', () => {
    const early = view({ stage: { kind: 'starting', doing: 'loading the model', seconds: 3.2 }, epoch: null, picture: null, rows: [] });
    expect(screenLines(early, { columns: 80, rows: 24 }, uncoloured, 8).join('\n')).toContain('loading the model … 3 s');
    expect(screenLines(view({ elapsed: -0.4 }), { columns: 80, rows: 24 }, uncoloured, 8).join('\n')).toContain('0:00 / 1:30');
  });

  it('draws two pixels in a character', () => {
    const data = Uint8Array.from([200, 0, 0, 0, 200, 0, 0, 0, 200, 96, 96, 96]);
    const picture = { at: 0, width: 2, height: 2, data };
    expect(halfBlocks(picture, 2, 24)).toEqual(['\u001b[38;2;200;0;0;48;2;0;0;200m▀\u001b[38;2;0;200;0;48;2;96;96;96m▀\u001b[0m']);
    expect(halfBlocks(picture, 2, 8)).toEqual(['\u001b[38;5;160;48;5;20m▀\u001b[38;5;40;48;5;241m▀\u001b[0m']);
  });
});

describe('plain lines', () => {
  it('tells everything once', () => {
    const lines: string[] = [];
    const display = createPlainLines((line) => lines.push(line));
    display.show(view({ stage: { kind: 'starting', doing: 'loading the model', seconds: 3.2 }, rows: [] }));
    display.show(view());
    display.show(view());
    expect(lines[0]).toBe('loading the model …');
    expect(lines[1]).toContain('The story begins: 1:30 minutes, seed 7.');
    expect(lines.slice(2)).toEqual([
      ' 0:05.0  happens   a person in red picks up the phone',
      ' 0:05.0  logged    a person in red picks up the phone, start +0.12 s',
      ' 0:05.0  ALERT     phone: a person in red picks up the phone, after 2.4 s',
      ' 0:09.0  happens   the light goes off',
      ' 0:09.0  not seen  the light goes off',
      ' 0:12.0  made up   a person in blue falls down',
      ' 0:12.0  ALERT     fall: a person in blue falls down, after 2.0 s (wrong)',
    ]);
  });
});

describe('the closing', () => {
  it('says the figures in words and what to try next', () => {
    const board = {
      happened: 10, logged: 10, matched: 9, spurious: 1, alerts_expected: 4, alerts_sent: 4, alerts_duplicate: 0,
      onset_error_p50_s: 0.081, onset_error_p95_s: null, onset_to_alert_p95_s: 2.4, windows: 40, visual_tokens: 3840,
    };
    const text = closingLines(board, { config: 'x/lookout.yaml', seed: 7, paint: uncoloured }).join('\n');
    expect(text).toContain('10 things happened, 10 were logged: 9 right, 1 missed, 1 made up');
    expect(text).toContain('recall 90 %   precision 90 %');
    expect(text).toContain('off by 0.08 s (median), – (95 %)');
    expect(text).toContain('npx lookout events -c x/lookout.yaml --since "5 minutes ago"');
  });
});

it('counts columns as terminals do', () => {
  expect(columnsOf('\u001b[31mred\u001b[0m 灯灭了')).toBe(10);
  expect(pad('灯', 4)).toBe('灯  ');
  expect(cut('当有人坐下时提醒我', 9)).toBe('当有人坐…');
  expect(cut('short', 5)).toBe('short');
  expect([clock(65), clock(65.34, true), clock(59.99, true), signed(-90)]).toEqual(['1:05', '1:05.3', '1:00.0', '−0.09 s']);
});
