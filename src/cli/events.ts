import type { Command } from 'commander';
import type { Event } from '../values.ts';
import { addLogOptions, askLog, limitReached } from './log.ts';
import type { LogOptions } from './log.ts';
import { localTime, print, printJson, printTable, progress, seconds } from './print.ts';

export function register(program: Command): void {
  addLogOptions(program.command('events'))
    .summary('search what happened')
    .description('Searches the log for events that overlap a time range. Works beside a running daemon.')
    .action(async (opts: LogOptions) => {
      const events = await askLog(opts, (store, query) => store.events(query));
      if (opts.json) {
        const { eventPayload } = await import('../alerts/payload.ts');
        return printJson(events.map(eventPayload));
      }
      if (events.length === 0) return print('No events.');
      printTable(['START', 'LASTED', 'CAMERA', 'SURE', 'EVENT'], events.map(toRow));
      limitReached(events.length, opts.limit).forEach(progress);
    });
}

function toRow(event: Event): string[] {
  return [`${localTime(event.start)} ±${seconds(event.startUncertainty)}`, seconds(event.end - event.start), event.camera, `${Math.round(event.confidence * 100)} %`, event.text];
}
