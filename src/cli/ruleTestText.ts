import type { BacktestReport } from '../backtest/backtest.ts';
import type { BacktestAlert } from '../backtest/tally.ts';
import { figure, lasting, plural } from '../explain/check.ts';
import { describeRule } from '../rules/describe.ts';
import { localTime, print, printTable, visible } from './print.ts';

/** Near misses and parts in vain that people get to see; programs get all. */
const MOST = 10;

/** Prints what a rule would have done, the newest `limit` alerts among it. */
export function showBacktest(report: BacktestReport, limit: number): void {
  const { rule, list, alerts, nearMisses, nearMissEvents, inVain, inVainCount } = report;
  print(...summary(report).map(visible), '');
  if (list.length > 0) {
    printTable(['HAPPENED', 'CAMERA', 'SCORE', 'EVENT'], list.slice(-limit).map((one) => [localTime(one.happenedAt), one.camera, one.evidence.length === 0 ? '–' : figure(one.score), happening(one)]));
    print(...(alerts > limit ? [`The newest ${Math.min(limit, list.length)} of ${alerts}; see --limit.`] : []), '');
  }
  if (report.days.length > 1) {
    printTable(['DAY', 'ALERTS'], report.days.map(({ day, alerts: n }) => [day, String(n)]));
    print('');
  }
  if (nearMisses.length > 0) {
    print(`${plural(nearMissEvents, 'event')} scored a little below ${figure(rule.threshold)}:`);
    printTable(['SCORE', 'TIMES', 'LAST', 'CAMERA', 'EVENT'], nearMisses.slice(0, MOST).map((one) => [figure(one.score), String(one.events), localTime(one.last.start), one.last.camera, one.text]));
    print('');
  }
  if (inVainCount > 0) print(`${plural(inVainCount, 'time')} ${rule.absent === undefined ? 'a part of it came true' : 'it nearly came true'}, and no alert followed${inVain.length > 0 ? '; the nearest:' : ', none of them nearly.'}`);
  if (inVain.length > 0) {
    printTable(['AT', 'CAMERA', 'PART', 'AND THEN'], inVain.slice(0, MOST).map((one) => [localTime(one.at), one.camera, one.clause, one.detail]));
  }
  if (inVainCount > 0) print('');
  printTable(['THRESHOLD', 'ALERTS', 'A DAY'], report.thresholds.map((one) => [`${figure(one.threshold)}${one.threshold === rule.threshold ? ' *' : ''}`, String(one.alerts), one.perDay === null ? '–' : aDay(one.perDay)]));
  print('', ...report.caveats);
}

function summary({ rule, since, until, events, texts, watched, alerts, perDay, takenBack, byCamera }: BacktestReport): string[] {
  const when = `${localTime(since)} to ${localTime(until)}`;
  const seen = watched.map(({ camera, ms }) => `${camera} ${ms === 0 ? 'not at all' : lasting(ms)}`);
  const where = byCamera.length > 1 ? ` (${byCamera.map((one) => `${one.camera} ${one.alerts}`).join(', ')})` : '';
  return [
    describeRule(rule),
    `${plural(events, 'event')} in ${plural(texts, 'wording')}, ${when}. Watched: ${seen.join(', ') || 'nothing'}.`,
    alerts === 0 ? 'It would not have alerted.' : `It would have alerted ${plural(alerts, 'time')}${perDay === null ? '' : `, ${aDay(perDay)} a day`}${where}${takenBack > 0 ? `; ${takenBack} of them taken back later` : ''}.`,
  ];
}

/** 0.14, 8.3, 1603 */
function aDay(alerts: number): string {
  return String(Number(alerts.toPrecision(alerts < 1000 ? 2 : 4)));
}

/** What the alert would have rested on, in the order in which it happened, and what did not. */
function happening({ eventId, text, evidence, takenBack }: BacktestAlert): string {
  const parts = [...evidence.map((one) => one.text), ...(eventId === null ? [`not: ${text}`] : [])];
  return `${parts.length > 0 ? parts.join(' → ') : text}${takenBack ? ' (taken back)' : ''}`;
}
