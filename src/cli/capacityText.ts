import type { Logged } from '../capacity/activity.ts';
import { MOST_CAMERAS } from '../capacity/capacity.ts';
import type { Limit } from '../capacity/capacity.ts';
import { short } from '../capacity/demand.ts';
import type { Report } from '../capacity/report.ts';
import { print, printTable, visible } from './print.ts';

/** For people. */
export function printReport(report: Report, stream: string, logged?: Logged): void {
  print(...headLines(report));
  if (logged) print(`Looks an hour by the log of the last day: ${perHour(logged)}.`);
  print('', 'What there is, and how many such cameras it carries:');
  printTable(['RESOURCE', 'NOW TAKEN', 'CARRIES'], report.capacity.limits.map((limit) => [limit.name, percent(report.now[limit.name]), carries(limit, report)]));
  print('', `What one more costs${report.figures.some(({ source }) => source.startsWith('assumed')) ? ' (a figure that is assumed counts as it stands)' : ''}:`);
  printTable(
    ['RESOURCE', 'STILL CAMERA', `USUAL (${short(100 * report.usual)} %)`, 'BUSY CAMERA', 'RULE', 'UNIT'],
    report.costs.map(({ name, unit, still, usual, busy, rule }) => [name, amount(still), amount(usual), amount(busy), amount(rule), unit]),
  );
  print('', `The arithmetic, with ${report.capacity.first === undefined ? 'the present cameras' : `${report.capacity.cameras} cameras`}:`);
  for (const { name, unit, has, hasHow, takes, lines } of report.arithmetic) {
    print(`  ${name}: ${amount(takes)} of ${amount(has)} ${unit} (${hasHow})`);
    for (const { value, how } of lines) print(`    ${amount(value).padStart(9)}  ${how}`);
  }
  print('', 'A fleet of such cameras:');
  for (const { cameras, needs } of report.fleet) {
    print(`  ${cameras.toLocaleString('en')} cameras`);
    for (const { what, count, unit, how } of needs) print(`    ${(count === undefined ? '?' : count.toLocaleString('en')).padStart(9)}  ${what === unit ? what : `${what} (${unit})`}: ${how}`);
  }
  print('', `The figures${stream ? ` (measured on ${visible(stream)})` : ''}:`);
  printTable(['FIGURE', 'VALUE', 'UNIT', 'OF WHAT', 'SOURCE'], report.figures.map(({ name, value, unit, what, source }) => [name, amount(value), unit, what, source]));
}

/** Cameras that are named; the others are told in JSON. */
const NAMED = 20;

function perHour({ perHour: counts }: Logged): string {
  const cameras = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const rest = cameras.length - NAMED;
  return `${cameras.slice(0, NAMED).map(([camera, count]) => `${camera} ${count.toLocaleString('en')}`).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function headLines({ capacity, cameras, active, stale, disturbed, stretch, days }: Report): string[] {
  const mix = `in which something moves ${short(100 * active)} % of the time`;
  const carried = capacity.cameras === undefined ? undefined : Math.min(MOST_CAMERAS, capacity.cameras);
  const model = capacity.limits.find(({ name }) => name === 'model');
  return [
    ...(stale.length > 0 ? ['STALE: the figures were measured with other settings; `lookout capacity --measure` measures anew.', ...stale.map((line) => `  ${visible(line)}`), ''] : []),
    ...(disturbed === undefined ? [] : [`DISTURBED: other programs took ${short(100 * disturbed)} % of this machine when it was measured, so that it carries more than this. Measure again while they rest.`, '']),
    ...(model && model.cameras === undefined ? [`The model is not reckoned with: not known is ${model.lacks.join(', ')}. \`lookout capacity --measure\` measures it in about a minute.`] : []),
    carried === undefined || capacity.first === undefined ? `No end in sight for cameras ${mix}.` : `This machine carries ${carried} cameras ${mix}: ${capacity.first} ends first.`,
    ...(cameras === 0 ? [] : [`It watches ${cameras}${stretch === undefined ? '' : stretch > 1 ? `, which the model cannot: each is looked at ${short(stretch)} times less often than asked for` : ', and keeps up'}.`]),
    ...(days === undefined ? [] : [`Their recordings reach back ${short(days)} days.`]),
    'Carried means: no more than 5 % of the windows are left out, and looks at what moves come no later than twice the hop apart.',
  ];
}

function carries({ name, cameras, lacks }: Limit, { capacity }: Report): string {
  if (cameras === undefined) return `not known: ${lacks.join(', ')}`;
  const all = cameras >= MOST_CAMERAS ? 'no end in sight' : cameras.toLocaleString('en');
  const note = name === 'disk space' ? ' (beyond, recordings reach back less far)' : '';
  return `${all}${name === capacity.first ? '  ← ends first' : note}`;
}

function percent(share: number | undefined): string {
  return share === undefined ? '?' : Number.isFinite(share) ? `${short(100 * share)} %` : 'more than there is';
}

function amount(value: number | undefined): string {
  return value === undefined ? '?' : short(value);
}
