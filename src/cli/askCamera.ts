import type { AskAnswer } from '../ask/steps.ts';
import type { Config } from '../config/schema.ts';
import { createLogger } from '../health/log.ts';
import { withModelFlags } from './modelFlags.ts';
import { localTime, print, printTable, progress, seconds, visible } from './print.ts';
import { unwatchedLines } from './coverage.ts';
import { withLog } from './withLog.ts';

export interface CameraQuestion {
  readonly config?: string;
  readonly camera: string;
  readonly question: string;
  /** in words */
  readonly when: string;
  readonly windowSize?: number;
  readonly overlapRatio?: number;
  readonly frameRate?: number;
  readonly device?: Config['model']['device'];
  readonly json?: boolean;
}

/** Asks about what a camera saw, from its recordings and the log, beside a running daemon or without one. */
export async function askCamera(asked: CameraQuestion): Promise<void> {
  await withLog(asked.config, async (store, { config }) => {
    const { createAsker } = await import('../ask/ask.ts');
    const { askRequest } = await import('../ask/request.ts');
    const { createQuestionLine } = await import('../ask/line.ts');
    const { openRecordings } = await import('../recordings/recordings.ts');
    const { progressBar } = await import('../eval/progress.ts');
    const { onDemand } = await import('./onDemand.ts');
    const { camera, question: prompt, when, windowSize, overlapRatio, frameRate } = asked;
    const request = askRequest({ camera, prompt, options: { time_range: when, window_size: windowSize, overlap_ratio: overlapRatio, frame_rate: frameRate } });
    const stop = new AbortController();
    const end = (): void => stop.abort();
    process.once('SIGINT', end).once('SIGTERM', end);
    const log = createLogger({ level: 'warn', pretty: process.stderr.isTTY });
    const model = onDemand(withModelFlags(config, asked.device ? { device: asked.device } : {}), stop.signal, log);
    const line = createQuestionLine({ now: Date.now });
    const asker = createAsker({ model, current: () => ({ config }), store, line, recordings: openRecordings({ folder: config.recordings.dir }), log, now: Date.now });
    const bar = progressBar(process.stderr, 'percent');
    try {
      for await (const step of asker.ask(request, stop.signal)) {
        if (step.kind === 'progress' && step.share !== undefined) bar.update(Math.round(step.share * 100), 100);
        if (step.kind !== 'done') continue;
        bar.end();
        await tell(step.answer, asked);
      }
    } finally {
      process.off('SIGINT', end).off('SIGTERM', end);
      await model.close();
    }
  });
}

async function tell(answer: AskAnswer, { json, camera }: CameraQuestion): Promise<void> {
  if (json) {
    const { answerOut } = await import('../api/routes/multimodal.ts');
    return print(JSON.stringify(answerOut(answer, 'ms')));
  }
  const from = { file: 'a file', recording: 'the recording', live: 'the last seconds', events: 'the log' }[answer.source];
  progress(`${camera}, ${answer.range.understood}, from ${from}:`);
  if (answer.answers.length > 0) print(visible(answer.text).replace(/ (?=\d\d:\d\d:\d\d – )/g, '\n'));
  else if (answer.events.some((event) => event.relevance !== null)) tellMatches(answer);
  else if (answer.events.length === 0) print(answer.text);
  else printTable(['START', 'LASTED', 'SURE', 'EVENT'], answer.events.map((e) => rowOf(e)));
  print(...unwatchedLines(answer.notWatched).map(visible));
}

/** What was asked for first; the rest of what happened is worth a line. */
function tellMatches({ events, text }: AskAnswer): void {
  const matching = events.filter((event) => (event.relevance ?? 0) >= 0.5);
  if (matching.length === 0) return print(visible(text));
  printTable(['START', 'LASTED', 'SURE', 'EVENT'], matching.map((e) => rowOf(e)));
  if (matching.length < events.length) progress(`${events.length - matching.length} other events in this time; "what happened?" tells them.`);
}

function rowOf({ start, end, uncertainty, confidence, text }: AskAnswer['events'][number]): string[] {
  return [`${localTime(start)} ±${seconds(uncertainty)}`, seconds(end - start), `${Math.round(confidence * 100)} %`, text];
}
