import type { Command } from 'commander';
import type { Store, StoredAlert } from '../store/store.ts';
import { unwatchedCells, unwatchedJson, unwatchedLines } from './coverage.ts';
import { printCsv } from './csv.ts';
import { addLogOptions, askLog, limitReached } from './log.ts';
import type { LogAnswer, LogOptions } from './log.ts';
import { parseId } from './options.ts';
import { localTime, print, printJson, printTable, progress, seconds, visible } from './print.ts';

export function register(program: Command): void {
  addLogOptions(program.command('alerts'))
    .summary('search the alerts that were given')
    .description('Searches the log for alerts, those that still wait for the broker included, and says when the cameras were not watched.')
    .option('--rule <id>', 'of one rule', parseId)
    .option('--phases', 'every phase of an alert, and not only its newest state; --json gives them all in any case')
    .action(async (when: string[], opts: LogOptions & { rule?: string; phases?: boolean }) => {
      const newest = !opts.phases && !opts.phase && !opts.json;
      const answer = await askLog(when, opts, (store, query) => store.alerts({ ...query, newest, ...(opts.rule ? { rule: opts.rule } : {}) }).map((alert) => told(store, alert, newest)));
      if (opts.json) return tellJson(answer);
      if (opts.csv) return tellCsv(answer);
      if (answer.rows.length === 0) print('No alerts.');
      else printTable(['HAPPENED', 'AFTER', 'CAMERA', 'RULE', 'SEVERITY', 'PHASE', 'SENT', 'EVENT'], answer.rows.map(toRow));
      print(...unwatchedLines(answer.gaps).map(visible));
      limitReached(answer.more, opts.limit).forEach(progress);
    });
}

/** `firstAt`: when the first of its phases was handed over, ms. */
type Told = StoredAlert & { readonly firstAt: number };

function told(store: Store, alert: StoredAlert, newest: boolean): Told {
  return { ...alert, firstAt: (newest ? store.alert(alert.id)[0] : undefined)?.publishedAt ?? alert.publishedAt };
}

function toRow(alert: Told): string[] {
  return [
    localTime(alert.happenedAt), seconds(alert.firstAt - alert.happenedAt), alert.camera, alert.ruleId, alert.severity, alert.phase,
    alert.delivered ? 'yes' : 'waits', alert.text,
  ];
}

async function tellJson({ rows, gaps }: LogAnswer<StoredAlert>): Promise<void> {
  printJson([...(await Promise.all(rows.map(toJson))), ...gaps.map(unwatchedJson)]);
}

/** The message as it went over MQTT, but for the site, and whether it did. */
async function toJson(alert: StoredAlert): Promise<Record<string, unknown>> {
  const { alertPayload } = await import('../alerts/payload.ts');
  const { site: _site, ...payload } = alertPayload(alert, alert.publishedAt);
  return { ...payload, latency_ms: { ...payload.latency_ms, publish: alert.latency.publish }, delivered: alert.delivered };
}

function tellCsv({ rows, gaps }: LogAnswer<StoredAlert>): void {
  const iso = (at: number): string => new Date(at).toISOString();
  printCsv(
    ['kind', 'happened', 'start', 'end', 'camera', 'rule', 'severity', 'phase', 'text', 'score', 'delivered', 'id', 'event_id'],
    [
      ...rows.map((a) => ['alert', iso(a.happenedAt), iso(a.start), iso(a.end), a.camera, a.ruleId, a.severity, a.phase, a.text, a.score, a.delivered ? 'yes' : 'waits', a.id, a.eventId]),
      ...gaps.map(unwatchedCells).map((gap) => ['not watched', gap.start, gap.start, gap.end, gap.camera, '', '', '', gap.text, null, '', '', '']),
    ],
  );
}
