import { describe, expect, test } from 'vitest';
import { confidenceOf, qwenBackend } from '../../src/infer/qwen.ts';
import type { VideoModel } from '../../src/infer/qwen.ts';
import { eventsPrompt, matchPrompt } from '../../src/infer/prompts.ts';
import { videoTime } from '../../src/infer/videoTime.ts';
import type { GenerateRequest } from '../../src/qwen3vl/model.ts';
import { windowAt } from './windows.ts';

/** Says the same thing whatever it is shown, and notes what it was asked. */
function saying(text: string, requests: GenerateRequest[] = [], prompts: string[] = []): VideoModel {
  const pieces = text.match(/\s?[^\s]+/g) ?? [];
  return {
    name: 'recorded',
    generate: (request) => {
      requests.push(request);
      const probabilities = pieces.map((p) => (p.includes('red') ? 0.5 : 1));
      return Promise.resolve({
        text, pieces, probabilities, tokens: pieces.map((_, i) => i), finish: 'stop',
        visualTokens: 96, promptTokens: 120, reusedTokens: 0, runs: 1, ms: { vision: 1, prefill: 1, decode: 1 },
      });
    },
    prefill: () => Promise.resolve(),
    scoreMany: (asked, yes, no) => {
      prompts.push(asked.map((prompt) => `${prompt} [${yes}|${no}]`).join('\n---\n'));
      return Promise.resolve(asked.map((_, i) => 0.75 - i / 100));
    },
  };
}

const T0 = 1_700_000_000_000;
const IRREGULAR = [0, 500, 700, 900, 2000, 4000].map((t) => T0 + t);

describe('qwenBackend', () => {
  test('tells the model its own times and maps its seconds back to the wall clock', async () => {
    const requests: GenerateRequest[] = [];
    const backend = qwenBackend(saying('[{"event": "a person in red falls", "start": 0.8, "end": 1.4}]', requests));
    const answer = await backend.events(windowAt('hall', IRREGULAR, 'w1'), ['someone falls']);
    expect(requests[0]?.video?.times).toEqual([0, 0.5, 0.7, 0.9, 2, 4]);
    expect(requests[0]?.prompt).toBe(eventsPrompt(['someone falls']));
    expect(answer).toMatchObject({ windowId: 'w1', camera: 'hall', from: T0, to: T0 + 4000, timeSource: 'rtcp', visualTokens: 96, model: 'recorded' });
    // 0.8 is how the stamp of the frames at 0.7 and 0.9 reads; the stamps are 0.25, 0.8 and 3.0, the clock ± 5 ms
    expect(answer.sightings).toEqual([
      { text: 'a person in red falls', start: T0 + 800, end: T0 + 1400, uncertainty: 1105, openStart: false, openEnd: false, confidence: 0.5 },
    ]);
  });

  test('marks events that reach over the edges of the window, and holds times within it', async () => {
    const backend = qwenBackend(saying('[{"event": "a", "start": 0.3, "end": 2.9}, {"event": "b", "start": 0.4, "end": 3}, {"event": "c", "start": 9, "end": 12}]'));
    const { sightings } = await backend.events(windowAt('hall', IRREGULAR), []);
    // the stamps of the first and last pair are 0.25 and 3.0
    expect(sightings.map((s) => [s.openStart, s.openEnd])).toEqual([[true, false], [false, true], [false, true]]);
    expect(sightings[2]).toMatchObject({ start: T0 + 4000, end: T0 + 4000 });
  });

  test('hundreds of rules do not push the video out of the context', async () => {
    const requests: GenerateRequest[] = [];
    const rules = ['someone falls', 'someone falls', 'x'.repeat(790), ...Array.from({ length: 300 }, (_, i) => `rule ${i}`)];
    await qwenBackend(saying('[]', requests)).events(windowAt('hall', IRREGULAR), rules);
    expect(requests[0]?.prompt).toBe(eventsPrompt(['someone falls', ...Array.from({ length: 14 }, (_, i) => `rule ${i}`)]));
  });

  test('leaves out the last event of an answer whose tokens ran out', async () => {
    const model = saying('[{"event": "a", "start": 0.3, "end": 1}, {"event": "b", "start": 0.4, "end": 3}]');
    const cut: VideoModel = { ...model, generate: async (request) => ({ ...(await model.generate(request)), finish: 'length' }) };
    const { sightings } = await qwenBackend(cut).events(windowAt('hall', IRREGULAR), []);
    expect(sightings.map((s) => s.text)).toEqual(['a']);
  });

  test('scores by the probability of yes', async () => {
    const prompts: string[] = [];
    const backend = qwenBackend(saying('', [], prompts));
    expect(await backend.score('a person falls', 'alert when someone falls')).toBe(0.75);
    expect(prompts).toEqual([`${matchPrompt('a person falls', 'alert when someone falls')} [yes|no]`]);
  });

  test('answers a question as plain text', async () => {
    const requests: GenerateRequest[] = [];
    const backend = qwenBackend(saying('A person\nfell.', requests));
    expect(await backend.ask(windowAt('hall', IRREGULAR), 'What happened?', 1, 2.5)).toBe('A person fell.');
    expect(requests[0]?.prompt).toBe('Between 1.0 and 2.5 seconds: What happened? Answer in one sentence.');
    expect(requests[0]?.schema).toBeUndefined();
  });

  test('does not start for a listener that has gone', async () => {
    const requests: GenerateRequest[] = [];
    const backend = qwenBackend(saying('[]', requests));
    await expect(backend.events(windowAt('hall', IRREGULAR), [], AbortSignal.abort())).rejects.toThrow();
    expect(requests).toEqual([]);
  });
});

describe('confidenceOf', () => {
  const pieces = ['[{"', 'event', '": "', 'a', ' b', '"', '},', ' {"', 'event', '": "', 'c', '"}]', '<end>'];
  const text = pieces.slice(0, -1).join('');

  test('is the least over the tokens that open the event and say it', () => {
    const probabilities = [0.9, 1, 1, 0.5, 0.7, 0.1, 0.8, 1, 1, 1, 0.95, 0.3, 0.2];
    expect(confidenceOf({ text, pieces, probabilities }, text.indexOf('a b'), text.indexOf('a b') + 3)).toBeCloseTo(0.5);
    expect(confidenceOf({ text, pieces, probabilities }, text.indexOf('c"}'), text.indexOf('c"}') + 1)).toBeCloseTo(0.8);
  });

  test('counts the doubt whether there is an event at all', () => {
    const probabilities = [0.4, 1, 1, 0.9, 0.9, 1, 1, 1, 1, 1, 1, 1, 1];
    expect(confidenceOf({ text, pieces, probabilities }, text.indexOf('a b'), text.indexOf('a b') + 3)).toBeCloseTo(0.4);
  });

  test('falls back to the whole answer where tokens split characters', () => {
    const result = { text: '猫', pieces: ['\ufffd', '\ufffd'], probabilities: [0.4, 0.8] };
    expect(confidenceOf(result, 0, 1)).toBeCloseTo(0.4);
    expect(confidenceOf({ text: '', pieces: [], probabilities: [] }, 0, 0)).toBe(0);
  });
});

describe('videoTime', () => {
  test('an odd last frame is a pair with itself', () => {
    const time = videoTime(windowAt('hall', [0, 100, 1000]));
    expect(time.atEnd(0.9)).toBe(false);
    expect(time.atEnd(0.96)).toBe(true);
    expect(time.atStart(0.1)).toBe(true);
  });
});

test('a second that is a stamp, rounded, means that stamp', () => {
  const time = videoTime(windowAt('hall', [0, 130, 260, 390, 520, 650]));
  // the stamps 0.065, 0.325, 0.585 read 0.1, 0.3, 0.6
  expect([0.1, 0.3, 0.6, 0.45].map((s) => Math.round(time.wallClock(s)))).toEqual([65, 325, 585, 450]);
  expect([0.1, 0.3, 0.6].map((s) => time.uncertainty(s))).toEqual([135, 135, 135].map((ms) => expect.closeTo(ms)));
  expect([0.1, 0.3].map((s) => time.atStart(s))).toEqual([true, false]);
});

test('evenly spaced times are mapped back through the frames', () => {
  const time = videoTime(windowAt('hall', [0, 100, 200, 3000]), false);
  expect(time.times).toEqual([0, 1, 2, 3]);
  expect([0, 0.5, 1.5, 2.5, 3, 9].map((s) => time.wallClock(s))).toEqual([0, 50, 150, 1600, 3000, 3000]);
});
