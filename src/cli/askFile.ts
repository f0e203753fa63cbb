import type { AskedModel } from '../ask/model.ts';
import type { AskAnswer, AskEvent, AskStep } from '../ask/steps.ts';
import { shownMoment } from '../ask/clock.ts';
import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { createLogger } from '../health/log.ts';
import { print, printTable, progress } from './print.ts';

export interface FileQuestion {
  readonly file: string;
  readonly question: string;
  /** ms of the file */
  readonly from: number;
  readonly to: number;
  readonly windowSize?: number;
  readonly overlapRatio?: number;
  readonly frameRate?: number;
  readonly json?: boolean;
}

/** Asks about a video file with a model of its own. */
export async function askFile(asked: FileQuestion, config: Config): Promise<void> {
  const { progressBar } = await import('../eval/progress.ts');
  const { openModel } = await import('../daemon/openModel.ts');
  const stop = new AbortController();
  const end = (): void => stop.abort(new LookoutError('USAGE', 'Stopped before the end.'));
  process.once('SIGINT', end).once('SIGTERM', end);
  const model = openModel(config, stop.signal, createLogger({ level: 'warn', pretty: process.stderr.isTTY }));
  const bar = progressBar(process.stderr, 'percent');
  try {
    await model.ready;
    bar.update(0, 100);
    for await (const step of await looking(asked, model, config, stop.signal)) {
      if (step.kind === 'progress') bar.update(Math.round((step.share ?? 0) * 100), 100);
      else if (asked.json) tellLine(step);
      else if (step.kind === 'done') {
        bar.end();
        show(step.answer);
      }
    }
  } finally {
    bar.end();
    process.off('SIGINT', end).off('SIGTERM', end);
    await model.close();
  }
}

async function looking(asked: FileQuestion, model: AskedModel, config: Config, signal: AbortSignal): Promise<AsyncGenerator<AskStep, void, void>> {
  const { answering } = await import('../ask/answering.ts');
  const { fileFootage } = await import('../ask/footage.ts');
  const { askRequest } = await import('../ask/request.ts');
  const { from, file, question, windowSize, overlapRatio, frameRate } = asked;
  let { to } = asked;
  const request = askRequest({ media_url: file, prompt: question, options: { window_size: windowSize, overlap_ratio: overlapRatio, frame_rate: frameRate } });
  const footage = fileFootage(file, { from, to }, config, frameRate, (duration = Infinity) => (to = Math.min(to, duration)));
  const scope = { source: 'file', footage: [footage], logged: [], wallClock: false, range: () => ({ from, to, understood: '' }) } as const;
  return answering({ model, current: () => ({ config }), line: { turn: (call) => call() }, now: Date.now }, request, scope, signal);
}

const seconds = (ms: number): number => Math.round(ms) / 1000;
const share = (value: number): number => Math.round(value * 1000) / 1000;

function tellLine(step: Exclude<AskStep, { kind: 'progress' }>): void {
  if (step.kind === 'answer') print(JSON.stringify({ text: step.answer.text, start: seconds(step.answer.start), end: seconds(step.answer.end) }));
  if (step.kind !== 'event') return;
  const { text, start, end, uncertainty, confidence, relevance } = step.event;
  print(JSON.stringify({ event: text, start: seconds(start), end: seconds(end), uncertainty: seconds(uncertainty), confidence: share(confidence), ...(relevance === null ? {} : { relevance: share(relevance) }) }));
}

function show({ answers, events, text }: AskAnswer): void {
  if (answers.length > 0) return printTable(['FROM', 'TO', 'ANSWER'], answers.map((a) => [shownMoment(a.start, null), shownMoment(a.end, null), a.text]));
  const asked = events.some((event) => event.relevance !== null);
  const told = asked ? events.filter((event) => (event.relevance ?? 0) >= 0.5) : events;
  if (told.length === 0) return print(asked ? text : 'No events.');
  printTable(['START', 'END', 'SURE', 'EVENT'], told.map(rowOf));
  if (told.length < events.length) progress(`${events.length - told.length} other events; without a question all are listed.`);
}

function rowOf({ start, end, confidence, text }: AskEvent): string[] {
  return [shownMoment(start, null), shownMoment(end, null), `${Math.round(confidence * 100)} %`, text];
}
