import type uPlot from 'uplot';
import type { BacktestOut } from '../../api/schemas/backtest.ts';

const LEAST_MARGIN_MS = 60_000;

/** Time in seconds, as uPlot has it; scores of alerts, of those taken back, of near misses; the threshold from end to end. */
export function scoresOverTime(report: Pick<BacktestOut, 'since_ms' | 'until_ms' | 'list' | 'near_misses'>, threshold: number): uPlot.AlignedData {
  const times = [...report.list.map(({ happened_at_ms: at }) => at), ...report.near_misses.map(({ last }) => last.start_ms)];
  const first = Math.min(...times, report.until_ms);
  // where the log begins late, most of the time asked about would be empty
  const left = Math.max(report.since_ms, first - Math.max(LEAST_MARGIN_MS, (report.until_ms - first) / 20));
  const points = [
    ...report.list.map(({ happened_at_ms: at, score, taken_back: back }) => ({ at, score, series: back ? 1 : 0 })),
    ...report.near_misses.map(({ last, score }) => ({ at: last.start_ms, score, series: 2 })),
    { at: left, score: Number.NaN, series: -1 },
    { at: report.until_ms, score: Number.NaN, series: -1 },
  ].sort((a, b) => a.at - b.at);
  const of = (series: number): (number | null)[] => points.map((point) => (point.series === series ? point.score : null));
  return [points.map(({ at }) => at / 1000), of(0), of(1), of(2), points.map(() => threshold)];
}

const DAY_MS = 86_400_000;

/** Every day from the first to the last that the report names, those without an alert as well: 2026-01-31. */
export function everyDay(days: BacktestOut['days']): BacktestOut['days'] {
  const counts = new Map(days.map(({ day, alerts }) => [day, alerts]));
  const sorted = days.map(({ day }) => day).sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const all: BacktestOut['days'] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    all.push({ day, alerts: counts.get(day) ?? 0 });
  }
  return all;
}
