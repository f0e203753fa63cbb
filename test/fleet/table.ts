import type { AlertsJudged } from './judgeAlerts.ts';
import { secondsOf } from './judgeAlerts.ts';
import type { Compared, CoverageJudged, Stretch } from './judgeCoverage.ts';
import type { HistoryJudged } from './judgeHistory.ts';
import type { DaemonLog } from './logs.ts';
import type { Course } from './scenario.ts';

export interface Findings {
  readonly course: Course;
  readonly alerts: AlertsJudged;
  readonly coverage: CoverageJudged;
  readonly history: HistoryJudged;
  readonly logs: ReadonlyMap<string, DaemonLog>;
  /** messages that the consumer had accepted before */
  readonly repeated: number;
}

/** What was measured and judged, for people. */
export function tableOf({ course, alerts, coverage, history, logs, repeated }: Findings): string[] {
  const { quiet, memory } = course;
  const looks = [...logs.values()].flatMap((log) => log.looks).filter(({ answeredAt }) => answeredAt >= quiet.start && answeredAt < quiet.end);
  const away = (span: { start: number; end: number }): string => `${((span.end - span.start) / 1000).toFixed(1)} s`;
  const rows: [string, string][] = [
    ['alerts in their phases, committed', `${alerts.committed}, accepted ${alerts.accepted}, lost ${alerts.lost.length}, in no log ${alerts.unknown.length}, older wording ${alerts.stale.length}, waiting ${alerts.waiting}`],
    ['repeated by the way, not accepted again', String(repeated)],
    ['happenings that rules ask for', `${alerts.due}, alerted ${alerts.alerted}, twice ${alerts.twice.length}, of nothing ${alerts.spurious}`],
    ['alert after its start, while quiet', `p50 ${secondsOf(alerts.latencies, 0.5)}, p95 ${secondsOf(alerts.latencies, 0.95)} (${alerts.latencies.length})`],
    [`${course.killed.daemon} was away`, differences(coverage.killed)],
    [`the engine was away ${away(course.engine)}`, differences(coverage.engine)],
    [`the broker was away ${away(course.broker)}`, `${coverage.broker.length} gaps`],
    ['gaps that nothing explains', `${coverage.other.length}, of the kill's bystanders ${coverage.bystanders.length}`],
    ['gaps since the machine is slow', `${coverage.slow.length}, ${(coverage.slow.reduce((sum, { start, end }) => sum + (end ?? start) - start, 0) / 1000).toFixed(1)} s of camera time`],
    ['moved, not seen and not told', stretches(coverage.untold, course)],
    ['told as a gap, though seen', stretches(coverage.overtold, course)],
    ['events and gaps in the logs', `${history.written}, told over MQTT as they are ${history.written - history.missing.length}`],
    ['windows a second, while quiet', ((looks.length * 1000) / (quiet.end - quiet.start)).toFixed(1)],
    ['memory while quiet', [...memory].map(([name, mb]) => `${name} ${mb} MB`).join(', ')],
  ];
  return rows.map(([what, value]) => `  ${what.padEnd(42)} ${value}`);
}

function differences(list: readonly Compared[]): string {
  if (list.length === 0) return 'nothing was hidden by it';
  const each = list.map(({ camera, truth, gaps, startOff, endOff }) => `${camera} ${((truth.end - truth.start) / 1000).toFixed(1)} s${gaps < 2 ? '' : ` in ${gaps} gaps`} (${signed(startOff)}, ${signed(endOff)})`);
  return each.join('; ');
}

/** The longest, and when they were since all began. */
function stretches(list: readonly Stretch[], { watched }: Course): string {
  const some = list.filter(({ start, end }) => end - start >= 500).slice(0, 4).map(({ camera, start, end }) => `${camera} ${((end - start) / 1000).toFixed(1)} s at ${((start - watched.start) / 1000).toFixed(0)} s`);
  return some.join('; ') || 'less than 0.5 s';
}

/** "+0.3" s */
function signed(ms: number): string {
  return Number.isNaN(ms) ? 'none' : `${ms < 0 ? '−' : '+'}${(Math.abs(ms) / 1000).toFixed(1)}`;
}
