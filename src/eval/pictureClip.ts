import { html } from './markup.ts';
import type { Markup } from './markup.ts';
import { alertTip, clock, fit, intoRows, saidWords, signed, ticks, trackWidth, unitsOf, unitTip } from './pictureRows.ts';
import type { Placed, Unit } from './pictureRows.ts';
import { temporalIou } from './score.ts';
import type { Happening } from './score.ts';
import type { ShownAlert, ShownClip, ShownLane } from './shown.ts';

/** Pairs that stand side by side differ in colour. */
const COLOURS = 6;

/** Is anything missed or spurious in it? */
export function hasMistakes({ lanes, alerts }: ShownClip): boolean {
  return lanes.some(({ truth, said, pairs }) => pairs.length < Math.max(truth.length, said.length)) || alerts.some(({ is }) => is !== 'right');
}

/** A clip as a group of rows on one timeline: truth above, what was said of it below, alerts under both. */
export function clipMarkup(clip: ShownClip): Markup {
  const { name, duration, lanes, alerts } = clip;
  const width = trackWidth(duration);
  const marks = ticks(duration, width);
  const windows = lanes.length > 1 || (lanes[0]?.from ?? 0) > 0;
  const counts = lanes.map(({ truth, said, pairs }) => ({ pairs: pairs.length, missed: truth.length - pairs.length, spurious: said.length - pairs.length }));
  const of = (key: 'pairs' | 'missed' | 'spurious'): number => counts.reduce((sum, count) => sum + count[key], 0);
  const told = [`${of('pairs')} found`, of('missed') > 0 && `${of('missed')} missed`, of('spurious') > 0 && `${of('spurious')} spurious`].filter((one) => one !== false);
  return html`
<section class="clip ${hasMistakes(clip) ? 'wrong' : 'right'}">
<h2>${name} <small>${clock(duration)} · ${told.join(' · ')}</small></h2>
<div class="scroll" tabindex="0" role="group" aria-label="Timeline of ${name}"><div class="tracks" style="min-width:${width + 64}px">
<div class="axis">${marks.map((at) => html`<span style="left:${percent(at, duration)}">${clock(at)}</span>`)}</div>
<div class="body">
<div class="grid" aria-hidden="true">${marks.map((at) => html`<i style="left:${percent(at, duration)}"></i>`)}</div>
${lanes.map((lane, i) => laneMarkup(lane, duration, width, windows ? i : undefined))}
${alerts.length > 0 && alertsMarkup(alerts, duration, width)}
</div></div></div>
${tableMarkup(clip)}
</section>`;
}

function laneMarkup(lane: ShownLane, duration: number, width: number, window: number | undefined): Markup {
  const units = unitsOf(lane);
  const colour = new Map(units.filter(({ truth, said }) => truth && said).map((unit, i) => [unit, i % COLOURS]));
  const rows = intoRows(units, duration, width, (unit) => ({ from: unit.from, to: unit.to, words: Math.max(unit.truth?.text.length ?? 0, saidWords(unit).length, unit.said ? 0 : 'missed'.length) }));
  const span = window === undefined ? '' : html`<div class="window" style="${place(lane.from, lane.to, duration)}" title="window ${window + 1}: ${lane.from.toFixed(2)} to ${lane.to.toFixed(2)} s"></div>`;
  return html`<div class="lane ${window !== undefined && 'in-window'}">${span}${rows.map(
    (row) => html`<div class="pair-row"><b class="is-true">true</b><b class="is-said">said</b>${row.map((placed) => unitMarkup(placed, duration, width, colour.get(placed.one)))}</div>`,
  )}</div>`;
}

function unitMarkup({ one: unit, flip }: Placed<Unit>, duration: number, width: number, colour: number | undefined): Markup {
  const { truth, said } = unit;
  const bar = (of: Happening, is: 'true' | 'said', words: string): Markup => {
    const slim = !fit(words.length, of.end - of.start, width / duration);
    return html`<span class="bar ${is} ${slim && (flip ? 'slim flip' : 'slim')}" style="${place(of.start, of.end, duration)}"><span>${words}</span></span>`;
  };
  const tip = unitTip(unit);
  const kind = truth && said ? `pair c${colour ?? 0}` : truth ? 'missed' : 'spurious';
  return html`<div class="unit ${kind}" title="${tip}">${truth && bar(truth, 'true', truth.text)}${truth && said && joint(truth, said, duration)}${
    said ? bar(said, 'said', saidWords(unit)) : truth && html`<span class="none" style="left:${percent(truth.start, duration)}">missed</span>`
  }</div>`;
}

/** What joins a pair: from one bar's ends to the other's. */
function joint(truth: { start: number; end: number }, said: { start: number; end: number }, duration: number): Markup {
  const at = (seconds: number): string => ((1000 * seconds) / duration).toFixed(2);
  return html`<svg class="joint" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><polygon points="${at(truth.start)},0 ${at(truth.end)},0 ${at(said.end)},10 ${at(said.start)},10"/></svg>`;
}

function alertsMarkup(alerts: readonly ShownAlert[], duration: number, width: number): Markup {
  const when = (alert: ShownAlert): number => alert.at ?? alert.start;
  const rows = intoRows(alerts, duration, width, (alert) => ({ from: when(alert), to: when(alert), words: alert.rule.length + 4 }));
  return html`<div class="lane alerts">${rows.map(
    (row, i) => html`<div class="alert-row"><b>${i === 0 ? 'alerts' : ''}</b>${row.map(
      ({ one: alert, flip }) => html`<span class="alert ${alert.is} ${alert.takenBack && 'taken-back'} ${flip && 'flip'}" style="left:${percent(when(alert), duration)}" title="${alertTip(alert)}">${alert.rule}</span>`,
    )}</div>`,
  )}</div>`;
}

/** The same as a table, to read and to search. */
function tableMarkup({ lanes }: ShownClip): Markup {
  const units = lanes.flatMap(unitsOf);
  const time = (seconds: number | undefined): string => (seconds === undefined ? '–' : seconds.toFixed(2));
  return html`<details><summary>As a table</summary><table><thead><tr><th>true</th><th>said</th><th>true from</th><th>to</th><th>said from</th><th>to</th><th>onset</th><th>IoU</th></tr></thead><tbody>${units.map(
    ({ truth, said }) => html`<tr class="${truth && said ? '' : truth ? 'missed' : 'spurious'}"><td>${truth?.text ?? '–'}</td><td>${said?.text ?? 'missed'}</td><td>${time(truth?.start)}</td><td>${time(truth?.end)}</td><td>${time(said?.start)}</td><td>${time(said?.end)}</td><td>${truth && said ? signed(said.start - truth.start) : '–'}</td><td>${truth && said ? temporalIou(truth, said).toFixed(2) : '–'}</td></tr>`,
  )}</tbody></table></details>`;
}

function percent(seconds: number, duration: number): string {
  return `${((100 * seconds) / duration).toFixed(3)}%`;
}

function place(from: number, to: number, duration: number): string {
  return `left:${percent(from, duration)};width:${percent(Math.max(0, to - from), duration)}`;
}
