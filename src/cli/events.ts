import type { Command } from 'commander';
import type { Event } from '../values.ts';
import { unwatchedCells, unwatchedJson, unwatchedLines } from './coverage.ts';
import { printCsv } from './csv.ts';
import { addLogOptions, askLog, limitReached } from './log.ts';
import type { LogAnswer, LogOptions } from './log.ts';
import { localTime, print, printJson, printTable, progress, seconds, visible } from './print.ts';

export function register(program: Command): void {
  addLogOptions(program.command('events'))
    .summary('search what happened')
    .description('Searches the log for events that overlap a time range, and says when the cameras were not watched. Works beside a running daemon.')
    .action(async (when: string[], opts: LogOptions) => {
      const answer = await askLog(when, opts, (store, query) => store.events(query));
      if (opts.json) return tellJson(answer);
      if (opts.csv) return tellCsv(answer);
      if (answer.rows.length === 0) print('No events.');
      else printTable(['START', 'LASTED', 'CAMERA', 'SURE', 'EVENT'], answer.rows.map(toRow));
      print(...unwatchedLines(answer.gaps).map(visible));
      limitReached(answer.more, opts.limit).forEach(progress);
    });
}

function toRow(event: Event): string[] {
  return [`${localTime(event.start)} ±${seconds(event.startUncertainty)}`, seconds(event.end - event.start), event.camera, `${Math.round(event.confidence * 100)} %`, event.text];
}

async function tellJson({ rows, gaps }: LogAnswer<Event>): Promise<void> {
  const { eventPayload } = await import('../alerts/payload.ts');
  const told = rows.map((event) => {
    const { site: _site, ...payload } = eventPayload(event);
    return payload;
  });
  printJson([...told, ...gaps.map(unwatchedJson)]);
}

function tellCsv({ rows, gaps }: LogAnswer<Event>): void {
  const iso = (at: number): string => new Date(at).toISOString();
  printCsv(
    ['kind', 'start', 'end', 'camera', 'text', 'phase', 'confidence', 'start_uncertainty_ms', 'end_uncertainty_ms', 'id'],
    [
      ...rows.map((e) => ['event', iso(e.start), iso(e.end), e.camera, e.text, e.phase, e.confidence, e.startUncertainty, e.endUncertainty, e.id]),
      ...gaps.map(unwatchedCells).map((gap) => ['not watched', gap.start, gap.end, gap.camera, gap.text, '', null, null, null, '']),
    ],
  );
}
