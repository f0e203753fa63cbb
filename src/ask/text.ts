import { shownMoment } from './clock.ts';
import type { Zone } from './clock.ts';
import type { Question } from './question.ts';
import type { AskEvent, Source, WindowAnswer } from './steps.ts';

/** From here on an event is what was asked for. */
export const MATCHES = 0.5;
/** Events that a text tells one by one; the timestamps have all of them. */
const MOST_TOLD = 40;

export interface Told {
  readonly question: Question;
  readonly prompt: string;
  readonly events: readonly AskEvent[];
  readonly answers: readonly WindowAnswer[];
  readonly zone: Zone;
  readonly source: Source;
}

/** What the windows say, in one text: what was asked for with its times, and of an open question each window's words. */
export function answerText({ question, prompt, events, answers, zone, source }: Told): string {
  const words = /\p{Script=Han}/u.test(prompt) ? CHINESE : ENGLISH;
  if (question.kind === 'open' && answers.length > 0) return windowsText(answers, zone);
  if (question.kind !== 'match') return events.length > 0 ? eventsText(events, zone, words) : source === 'events' ? words.nothingLogged : words.nothing;
  const matching = events.filter((event) => (event.relevance ?? 0) >= MATCHES);
  if (matching.length > 0) return eventsText(matching, zone, words);
  return words.noMatch(question.statement, events.length);
}

/** One window's words alone; of several with their times, where they say the same together. */
function windowsText(answers: readonly WindowAnswer[], zone: Zone): string {
  const joined: WindowAnswer[] = [];
  for (const answer of answers) {
    const before = joined.at(-1);
    if (before && before.text === answer.text) joined[joined.length - 1] = { ...before, end: Math.max(before.end, answer.end) };
    else joined.push(answer);
  }
  const [only] = joined;
  if (only && joined.length === 1) return only.text;
  return joined.map(({ text, start, end }) => `${shownMoment(start, zone)} – ${shownMoment(end, zone)}: ${text}`).join('\n');
}

function eventsText(events: readonly AskEvent[], zone: Zone, { more }: Words): string {
  const lines = events.slice(0, MOST_TOLD).map(({ text, start, end }) => `${timesOf(start, end, zone)}: ${text}`);
  return [...lines, ...(events.length > MOST_TOLD ? [more(events.length - MOST_TOLD)] : [])].join('\n');
}

function timesOf(start: number, end: number, zone: Zone): string {
  const [from, to] = [shownMoment(start, zone), shownMoment(end, zone)];
  return from === to ? from : `${from} – ${to}`;
}

interface Words {
  readonly nothing: string;
  readonly nothingLogged: string;
  noMatch(statement: string, others: number): string;
  more(count: number): string;
}

const ENGLISH: Words = {
  nothing: 'Nothing happens.',
  nothingLogged: 'There is no recording of this time, and the log tells of nothing.',
  noMatch: (statement, others) => `Not seen: ${statement}.${others > 0 ? ` ${others} other event${others === 1 ? '' : 's'} in this time.` : ''}`,
  more: (count) => `… and ${count} more.`,
};
const CHINESE: Words = {
  nothing: '没有发生什么。',
  nothingLogged: '这段时间没有录像，日志中也没有记录。',
  noMatch: (statement, others) => `没有看到：${statement}。${others > 0 ? `这段时间有 ${others} 个其他事件。` : ''}`,
  more: (count) => `……还有 ${count} 个。`,
};

/**
 * Words in which seconds count from a window's first frame, with the times that people can use: "at 3.2 seconds" → "at 0:18.2". What is
 * a length ("for 3 seconds") stays. `anchor`: ms of that frame.
 */
export function retimed(text: string, anchor: number, zone: Zone): string {
  const told = (seconds: string): string => shownMoment(anchor + Number(seconds) * 1000, zone);
  return text
    .replace(/\b(from|between|at|around|about|until|till|by|after|before|since)( about| around)? (\d+(?:\.\d+)?)(?: ?(?:seconds?|s))?( to | and | until | ?[-–] ?)(\d+(?:\.\d+)?) ?(?:seconds?|s)\b/gi, (_all, word: string, about = '', a: string, joint: string, b: string) => `${word}${String(about)} ${told(a)}${joint}${told(b)}`)
    .replace(/\b(at|around|about|until|till|by|after|before|since|from)( about| around)? (\d+(?:\.\d+)?) ?(?:seconds?|s)\b(?! (?:later|earlier|long|of))/gi, (_all, word: string, about = '', a: string) => `${word}${String(about)} ${told(a)}`)
    .replace(/(在|从|到|于|约)(?:第|大约)?(\d+(?:\.\d+)?)(?:秒|s)(?!钟?(?:后|前|内))(?:时|处)?/gu, (_all, word: string, a: string) => `${word}${told(a)}`);
}
