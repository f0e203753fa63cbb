import { describe, expect, it } from 'vitest';
import { questionOf } from '../../src/ask/question.ts';
import { answerText, retimed } from '../../src/ask/text.ts';
import type { AskEvent } from '../../src/ask/steps.ts';

const asksFor = (prompt: string): string | undefined => {
  const question = questionOf(prompt);
  return question.kind === 'match' ? question.statement : undefined;
};

describe('what a question asks for, as a sentence that an event satisfies or not', () => {
  it.each([
    ['when did someone pick up the phone?', 'someone picks up the phone'], ['When did the courier come?', 'the courier comes'],
    ['When exactly did the man with the box leave?', 'the man with the box leaves'], ['did anyone fall?', 'someone falls'], ['Did the light go off?', 'the light goes off'],
    ['who picked up the phone?', 'someone picks up the phone'], ['was the light switched off?', 'someone switches off the light'], ['When was the phone picked up?', 'someone picks up the phone'], ['Was the bag taken by a man in red?', 'a man in red takes the bag'], ['was the light on?', 'the light is on'], ['Has the courier arrived?', 'the courier arrives'],
    ['Please show me when a person in red sat down.', 'a person in red sits down'], ['find every time somebody leaves a bag', 'somebody leaves a bag'],
    ['the moment someone carried it away', 'someone carries it away'], ['is someone lying on the floor?', 'someone is lying on the floor'],
    ['Did it happen that someone falls?', 'someone falls'], ['How often did someone sit down?', 'someone sits down'], ['someone picks up phone', 'someone picks up phone'],
    ['alert when someone falls', 'someone falls'], ['Tell me when the light goes off', 'the light goes off'], ['the phone is picked up', 'the phone is picked up'],
    ['什么时候有人拿起电话？', '有人拿起电话'], ['有没有人摔倒？', '有人摔倒'], ['快递员什么时候来的', '快递员来'], ['谁拿起了电话', '有人拿起电话'], ['请告诉我什么時候有人坐下', '有人坐下'],
  ])('%s', (prompt, statement) => {
    expect(asksFor(prompt)).toBe(statement);
  });

  it.each([
    'What happened?', 'what happens', "What's going on?", 'Describe the key events in this time range and give their time stamps.', 'List the events', 'Summarize the video',
    'Localize a series of activity events in the video, output the start and end timestamp for each event', 'What did you see?', '发生了什么？', '描述视频中的关键事件并给出时间戳', '昨晚有什么动静',
  ])('all that happens: %s', (prompt) => {
    expect(questionOf(prompt)).toEqual({ kind: 'events' });
  });

  it.each(['What colour is the car?', 'How many people are in the room?', 'Who is in the room at the end?', 'Why did she leave?', 'is there somebody on the floor?', 'Describe her clothes', '有几个人', '他穿什么衣服？', '?', '¿'])(
    'something else, asked in its own words: %s',
    (prompt) => {
      expect(questionOf(prompt)).toEqual({ kind: 'open' });
    },
  );
});

const event = (text: string, start: number, end: number, relevance: number | null = null): AskEvent => ({ text, start, end, uncertainty: 100, confidence: 0.9, relevance, source: 'file' });

describe('the text of an answer', () => {
  const told = { prompt: 'what happened?', question: { kind: 'events' } as const, answers: [], zone: null, source: 'file' as const };

  it('tells what happened with its times', () => {
    expect(answerText({ ...told, events: [event('somebody comes', 17_210, 18_400), event('the light goes off', 61_000, 61_010)] })).toBe('0:17.2 – 0:18.4: somebody comes\n1:01.0: the light goes off');
    expect(answerText({ ...told, events: [] })).toBe('Nothing happens.');
    expect(answerText({ ...told, events: [], source: 'events' })).toMatch(/^There is no recording/);
  });

  it('tells of a question for something only what matches, or that it was not seen, in the tongue of the question', () => {
    const question = { kind: 'match', statement: 'somebody comes' } as const;
    const events = [event('somebody comes', 1000, 2000, 0.9), event('the light goes off', 5000, 5000, 0.01)];
    expect(answerText({ ...told, question, events })).toBe('0:01.0 – 0:02.0: somebody comes');
    expect(answerText({ ...told, question, events: events.slice(1) })).toBe('Not seen: somebody comes. 1 other event in this time.');
    expect(answerText({ ...told, prompt: '有人来吗', question: { kind: 'match', statement: '有人来' }, events: [] })).toBe('没有看到：有人来。');
  });

  it('of an open question is one window’s words, or those of several with their times, the same ones together', () => {
    const say = (text: string, start: number): { text: string; start: number; end: number } => ({ text, start, end: start + 10_000 });
    const open = { ...told, question: { kind: 'open' } as const, events: [] };
    expect(answerText({ ...open, answers: [say('A cat.', 0)] })).toBe('A cat.');
    expect(answerText({ ...open, answers: [say('A cat.', 0), say('A cat.', 8000)] })).toBe('A cat.');
    expect(answerText({ ...open, answers: [say('A cat.', 0), say('A cat.', 8000), say('A dog.', 16_000)] })).toBe('0:00.0 – 0:18.0: A cat.\n0:16.0 – 0:26.0: A dog.');
  });

  it('of a camera goes by the clock of the zone that is asked for', () => {
    const at = Date.UTC(2026, 0, 31, 13, 5, 7);
    expect(answerText({ ...told, zone: 'Europe/Berlin', events: [event('somebody comes', at, at + 2000)] })).toBe('14:05:07 – 14:05:09: somebody comes');
  });

  it.each([
    ['A person sits down at 3.2 seconds, then stands up at 5.6 seconds.', 'A person sits down at 0:18.2, then stands up at 0:20.6.'],
    ['Between 1.0 and 2.5 seconds she waves.', 'Between 0:16.0 and 0:17.5 she waves.'], ['From 1s to 2s nobody moves, for 3 seconds.', 'From 0:16.0 to 0:17.0 nobody moves, for 3 seconds.'],
    ['It stays for 12 seconds at table 4.', 'It stays for 12 seconds at table 4.'], ['他在3.2秒时坐下', '他在0:18.2坐下'],
  ])('seconds that count from a window’s first frame become the video’s: %s', (said, meant) => {
    expect(retimed(said, 15_000, null)).toBe(meant);
  });
});
