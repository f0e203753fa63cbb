import { html, Markup } from './markup.ts';
import { clipMarkup, hasMistakes } from './pictureClip.ts';
import { STYLE } from './pictureStyle.ts';
import { signed } from './pictureRows.ts';
import type { EvalReport } from './report.ts';
import type { ShownClip } from './shown.ts';

/** Errors beyond this are drawn at the edge, s. */
const EDGE = 2;
/** Of the drawing of onset errors, and of a dot in it, px. */
const WIDTH = 640;
const HEIGHT = 170;
const DOT = 8;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** An evaluation as one HTML file without scripts or other files: figures, and every video with what is true above what was said. `at`: when it was made, ms. */
export function pictureOf(report: EvalReport, about: { readonly at: number; readonly tolerance: number }): string {
  const { model, scored, videos, windows, seconds, clips } = report;
  const name = model.split('/').at(-1) ?? model;
  const words = [`${plural(videos, 'video')}, ${plural(windows, 'window')}, ${seconds.toFixed(0)} s of work`, scored === 'windows' && 'scored window by window', `± ${about.tolerance} s`, `${new Date(about.at).toISOString().slice(0, 16).replace('T', ' ')} UTC`];
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="color-scheme" content="light dark">
<title>Evaluation of ${name}</title><style>${new Markup(STYLE)}</style></head>
<body><main>
<h1>${name}</h1><p class="about">${words.filter((word) => word !== false).join(' · ')}</p>
${cards(report)}
<div class="wide">${strip(clips)}${kinds(report)}</div>
${legend(clips)}
${clips.map(clipMarkup)}
</main></body></html>
`;
  return page.text;
}

function cards({ events: e, rules: r, matching: m }: EvalReport): Markup {
  const all = [
    ['F1', share(e.f1), `${e.matched} of ${e.labelled} found, ${e.predicted} said`],
    ['Recall', share(e.recall), plural(e.labelled - e.matched, 'missed', 'missed')],
    ['Precision', share(e.precision), plural(e.predicted - e.matched, 'spurious', 'spurious')],
    ['Onset error', time(e.onsetError.median), `95 % within ${time(e.onsetError.p95)}, bias ${e.onsetError.bias === null ? '–' : signed(e.onsetError.bias)}`],
    ['Overlap (IoU)', share(e.meanIou), `≥ 0.5 for ${share(e.recallAt.iou50)}`],
    ...(r ? [['Alerts, F1', share(r.f1), `${r.right} of ${r.expected} given, ${r.duplicate} twice, ${r.spurious} spurious`], ['Onset to alert', time(r.delay.median), `95 % within ${time(r.delay.p95)}`]] : []),
    ...(m ? [['Wording, F1', share(m.en.f1), `Chinese ${share(m.zh.f1)}`]] : []),
  ];
  return html`<div class="cards">${all.map(([title = '', figure = '', more = '']) => html`<div class="card"><h3>${title}</h3><p>${figure}</p><small>${more}</small></div>`)}</div>`;
}

/** Every matched onset's error as a dot. */
function strip(clips: readonly ShownClip[]): Markup {
  const errors = clips.flatMap(({ lanes }) => lanes.flatMap(({ pairs }) => pairs.map(({ said, truth }) => said.start - truth.start)));
  const x = (error: number): number => WIDTH / 2 + (WIDTH / 2 - 24) * Math.max(-1, Math.min(1, error / EDGE));
  const columns = new Map<number, number[]>();
  for (const error of errors.toSorted((a, b) => a - b)) {
    const column = Math.round(x(error) / DOT);
    columns.set(column, [...(columns.get(column) ?? []), error]);
  }
  const highest = Math.max(1, ...[...columns.values()].map(({ length }) => length));
  const step = Math.min(DOT, (HEIGHT - 40) / highest);
  const dots = [...columns.values()].flatMap((column) => column.map((error, i) => html`<circle cx="${x(error).toFixed(1)}" cy="${(HEIGHT - 28 - i * step).toFixed(1)}" r="${DOT / 2}"><title>${signed(error)}</title></circle>`));
  return html`<div class="card"><h3>Onset errors of ${plural(errors.length, 'pair')}, early to late</h3><svg class="strip" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Onset errors on a line from 2 seconds early to 2 seconds late">${[-2, -1, 0, 1, 2].map(
    (at) => html`<line x1="${x(at)}" x2="${x(at)}" y1="4" y2="${HEIGHT - 22}" class="${at === 0 && 'zero'}"/><text x="${x(at)}" y="${HEIGHT - 4}">${at === 0 ? '0' : `${at < 0 ? '−' : '+'}${Math.abs(at)} s`}</text>`,
  )}${dots}</svg></div>`;
}

function kinds({ kinds: counts }: EvalReport): Markup {
  const worst = Object.entries(counts).toSorted(([, a], [, b]) => a.matched / a.labelled - b.matched / b.labelled);
  return html`<div class="card"><h3>Found, by kind</h3><ul class="kinds">${worst.map(
    ([kind, { labelled, matched }]) => html`<li><span title="${kind}">${kind}</span><i style="--share:${((100 * matched) / labelled).toFixed(0)}%"></i><b>${matched}/${labelled}</b></li>`,
  )}</ul></div>`;
}

function legend(clips: readonly ShownClip[]): Markup {
  const sample = (kind: string, words: string): Markup => html`<span class="key"><span class="bar sample ${kind}"></span>${words}</span>`;
  const alert = (kind: string, words: string): Markup => html`<span class="key"><span class="alert ${kind}"></span>${words}</span>`;
  const wrong = clips.filter(hasMistakes).length;
  return html`<div class="bar-above">${sample('c0', 'true above, said below: a pair')}${sample('missed', 'missed')}${sample('spurious', 'spurious')}${
    clips.some(({ alerts }) => alerts.length > 0) && [alert('right', 'alert'), alert('again', 'given twice'), alert('spurious', 'false alert'), alert('missed', 'not given')]
  }<label><input type="checkbox" id="only"> only the ${wrong} with mistakes</label></div>`;
}


function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

function time(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(2)} s`;
}

function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
