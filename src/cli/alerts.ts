import type { Command } from 'commander';
import type { StoredAlert } from '../store/store.ts';
import { addLogOptions, askLog, limitReached } from './log.ts';
import type { LogOptions } from './log.ts';
import { parseId } from './options.ts';
import { localTime, print, printJson, printTable, progress, seconds } from './print.ts';

export function register(program: Command): void {
  addLogOptions(program.command('alerts'))
    .summary('search the alerts that were given')
    .description('Searches the log for alerts, those that still wait for the broker included.')
    .option('--rule <id>', 'of one rule', parseId)
    .action(async (opts: LogOptions & { rule?: string }) => {
      const alerts = await askLog(opts, (store, query) => store.alerts({ ...query, ...(opts.rule ? { rule: opts.rule } : {}) }));
      if (opts.json) return printJson(await Promise.all(alerts.map(toJson)));
      if (alerts.length === 0) return print('No alerts.');
      printTable(['HAPPENED', 'AFTER', 'CAMERA', 'RULE', 'SEVERITY', 'SENT', 'EVENT'], alerts.map(toRow));
      limitReached(alerts.length, opts.limit).forEach(progress);
    });
}

function toRow(alert: StoredAlert): string[] {
  return [localTime(alert.happenedAt), seconds(alert.publishedAt - alert.happenedAt), alert.camera, alert.ruleId, alert.severity, alert.delivered ? 'yes' : 'waits', alert.text];
}

/** The message as it went over MQTT, and whether it did. */
async function toJson(alert: StoredAlert): Promise<Record<string, unknown>> {
  const { alertPayload } = await import('../alerts/payload.ts');
  const payload = alertPayload(alert, alert.publishedAt);
  return { ...payload, latency_ms: { ...payload.latency_ms, publish: alert.latency.publish }, delivered: alert.delivered };
}
