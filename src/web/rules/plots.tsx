import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';
import type { BacktestOut } from '../../api/schemas/backtest.ts';
import { locale, t } from '../i18n/language.ts';
import { clock, day, hourAndMinute, number, shortly } from '../i18n/times.ts';
import { axis, Plot } from '../ui/plot.tsx';
import { percent } from './percent.ts';
import { everyDay, scoresOverTime } from './plotData.ts';

/** How times are written along an axis so long (s), so that no two are written alike. */
function labelOf(length: number): (s: number) => string {
  const write = length > 2 * 86_400 ? day : length > 600 ? hourAndMinute : (at: number): string => clock(at);
  return (s) => write(s * 1000);
}

const dots = (stroke: string, fill: string): uPlot.Series => ({ stroke, paths: () => null, points: { show: true, size: 8, stroke, fill, width: 1.5 } });

/** Each alert's score when it happened, near misses below the threshold. */
export function ScoresPlot({ report, threshold }: { report: BacktestOut; threshold: number }) {
  const words = t().rules.trial;
  const data = useMemo(() => scoresOverTime(report, threshold), [report, threshold]);
  return (
    <Plot
      title={words.scores} data={data} height={220}
      says={(i) => [shortly((data[0][i] ?? 0) * 1000), ...data.slice(1, 4).flatMap((scores) => (typeof scores[i] === 'number' ? [percent(scores[i])] : []))].join(' · ')}
      marks={<span><Mark kind="">{words.alert}</Mark><Mark kind="back">{words.back}</Mark><Mark kind="near">{words.near}</Mark><Mark kind="dash">{words.threshold}</Mark></span>}
      draw={(colours) => ({
        scales: { y: { range: [0, 1.02] } },
        axes: [
          axis(colours, { space: 90, size: 30, values: (_, at) => at.map(labelOf((at.at(-1) ?? 0) - (at[0] ?? 0))) }),
          axis(colours, { size: 52, values: (_, scores) => scores.map(percent) }),
        ],
        series: [
          {},
          dots(colours.accent, colours.accent),
          dots(colours.critical, 'transparent'),
          dots(colours.warning, 'transparent'),
          { stroke: colours.ink, dash: [6, 5], width: 1.5, points: { show: false } },
        ],
      })}
    />
  );
}

function Mark({ kind, children }: { kind: '' | 'back' | 'near' | 'dash'; children: string }) {
  return <span class="mark-key"><i class={kind} />{children}</span>;
}

export function DaysPlot({ report }: { report: BacktestOut }) {
  const words = t().rules.trial;
  const days = useMemo(() => everyDay(report.days), [report]);
  const data = useMemo<uPlot.AlignedData>(() => [days.map((_, i) => i), days.map(({ alerts }) => alerts)], [days]);
  const named = (i: number): string => {
    const one = days[Math.round(i)];
    return one && Number.isInteger(i) ? new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.parse(one.day)) : '';
  };
  return (
    <Plot
      title={words.days} data={data} height={190} says={(i) => `${named(i)} · ${number(days[i]?.alerts ?? 0)}`}
      draw={(colours) => ({
        scales: { x: { time: false, range: [-0.6, days.length - 0.4] }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
        axes: [axis(colours, { grid: { show: false }, space: 48, size: 30, incrs: [1, 2, 5, 10], values: (_, at) => at.map(named) }), axis(colours, { size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 500], values: (_, counts) => counts.map((count) => number(count)) })],
        series: [{}, { stroke: colours.accent, fill: colours.accent, paths: uPlot.paths.bars?.({ size: [0.6, 42], radius: 0.25 }), points: { show: false } }],
      })}
    />
  );
}

/** How many alerts each threshold would have let through; the rule's own filled. */
export function ThresholdsPlot({ report, threshold }: { report: BacktestOut; threshold: number }) {
  const words = t().rules.trial;
  const data = useMemo<uPlot.AlignedData>(() => {
    const all = report.thresholds;
    return [all.map((one) => one.threshold), all.map((one) => one.alerts), all.map((one) => (one.threshold === threshold ? one.alerts : null))];
  }, [report, threshold]);
  return (
    <Plot
      title={words.thresholds} data={data} height={190} says={(i) => `${percent(data[0][i] ?? 0)} · ${number(data[1]?.[i] ?? 0)}`}
      draw={(colours) => ({
        scales: { x: { time: false, range: [0.25, 0.95] }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.12)] } },
        axes: [axis(colours, { space: 46, size: 30, incrs: [0.1, 0.2], values: (_, at) => at.map(percent) }), axis(colours, { size: 44, values: (_, counts) => counts.map((count) => (Number.isInteger(count) ? number(count) : '')) })],
        series: [
          {},
          { stroke: colours.accent, width: 2, points: { show: true, size: 7, fill: colours.accent } },
          { stroke: colours.accent, paths: () => null, points: { show: true, size: 13, fill: colours.accent } },
        ],
      })}
    />
  );
}
