import { columnsOf, cut, pad, type Paint } from './columns.ts';
import { type ColourDepth, halfBlocks } from './halfBlocks.ts';
import type { Row } from './rows.ts';
import { clock, signed, type View } from './view.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The smallest terminal that the screen is drawn in. */
export const SMALLEST: ScreenSize = { columns: 80, rows: 22 };

/** The least that the rules beside the picture need. */
const RULES_WIDTH = 40;

/** How wide the picture may be, so that the rules fit beside it and some of the timeline below. */
export function pictureColumns(size: ScreenSize): number {
  return Math.max(24, Math.min(96, size.columns - RULES_WIDTH - 4, (size.rows - 14) * 3));
}

/** The whole screen as lines, at most `rows` of them. */
export function screenLines(view: View, size: ScreenSize, paint: Paint, depth: ColourDepth): string[] {
  const width = size.columns - 2;
  const top = [heading(view, width, paint), ''];
  const middle = beside(pictureLines(view, size, depth), aside(view, width - pictureColumns(size) - 2, paint), pictureColumns(size));
  const bottom = ['', ...pageLine(view, width), paint('dim', hint(view, width))];
  const room = size.rows - top.length - middle.length - bottom.length - 3;
  const table = tableLines(view, width, paint, Math.max(1, room));
  return [...top, ...middle, '', ...table, ...bottom].slice(0, size.rows - 1).map((line) => ` ${line}`);
}

function heading(view: View, width: number, paint: Paint): string {
  const name = `${paint(['bold', 'cyan'], 'LOOKOUT')}  ${paint('dim', `demo room, seed ${view.seed}`)}`;
  if (view.stage.kind === 'starting') return `${name}   ${paint('yellow', `${view.stage.doing} … ${view.stage.seconds.toFixed(0)} s`)}`;
  if (view.stage.kind === 'settling') return `${name}   ${paint('yellow', 'the story is over; the last windows are on their way …')}`;
  const time = `${clock(view.elapsed)} / ${clock(view.duration)}`;
  const length = Math.max(10, Math.min(40, width - columnsOf(name) - time.length - 6));
  const done = Math.round(Math.max(0, Math.min(1, view.elapsed / view.duration)) * length);
  return `${name}   ${paint('cyan', '━'.repeat(done))}${paint('dim', '─'.repeat(length - done))} ${time}`;
}

function pictureLines(view: View, size: ScreenSize, depth: ColourDepth): string[] {
  const columns = pictureColumns(size);
  if (view.picture) return halfBlocks(view.picture, columns, depth);
  return Array.from({ length: Math.floor(columns / 3) }, () => ' '.repeat(columns));
}

function aside(view: View, width: number, paint: Paint): string[] {
  const count = (id: string): number => view.rows.reduce((sum, row) => sum + row.alerts.filter((a) => a.rule === id).length, 0);
  const rules = view.rules.flatMap((rule) => {
    const heard = count(rule.id);
    return [`${paint(heard > 0 ? 'green' : 'dim', heard > 0 ? '●' : '○')} ${cut(rule.text, width - 7)}${heard > 0 ? paint('green', ` ×${heard}`) : ''}`];
  });
  const camera = view.camera;
  return [
    paint('bold', 'Looking out for'),
    ...rules,
    '',
    paint('dim', `${view.windows} windows seen, ${view.visualTokens} visual tokens`),
    ...(camera ? [paint('dim', `camera: ${camera.frames} frames, ${camera.skipped} skipped`)] : []),
  ];
}

function beside(left: readonly string[], right: readonly string[], width: number): string[] {
  const rows = Math.max(left.length, right.length);
  return Array.from({ length: rows }, (_, i) => `${left[i] ?? ' '.repeat(width)}  ${right[i] ?? ''}`);
}

const WHEN = 9;
const LOGGED = 14;

function textWidth(width: number): number {
  return Math.max(20, Math.min(48, width - WHEN - LOGGED - 22));
}

/** The timeline, or its last `most` rows, under a head. */
export function tableLines(view: View, width: number, paint: Paint, most = view.rows.length): string[] {
  return [tableHead(width, paint), ...view.rows.slice(-most).map((row) => tableRow(row, view, width, paint))];
}

function tableHead(width: number, paint: Paint): string {
  return paint('bold', `${pad('when', WHEN)}${pad('what truly happened', textWidth(width))}${pad('Lookout', LOGGED)}alert after`);
}

function tableRow(row: Row, view: View, width: number, paint: Paint): string {
  const when = pad(clock((row.at - (view.epoch ?? row.at)) / 1000, true), WHEN);
  const text = pad(cut(row.text, textWidth(width) - 2), textWidth(width));
  return `${paint('dim', when)}${row.state === 'spurious' ? paint('dim', text) : text}${logged(row, paint)}${alerts(row, paint)}`;
}

function logged(row: Row, paint: Paint): string {
  if (row.state === 'found') return paint('green', pad(`✓ ${signed(row.error ?? 0)}`, LOGGED));
  if (row.state === 'missed') return paint('red', pad('✗ not seen', LOGGED));
  if (row.state === 'spurious') return paint('magenta', pad('? made up', LOGGED));
  return paint('yellow', pad('…', LOGGED));
}

function alerts(row: Row, paint: Paint): string {
  const told = row.alerts.map((a) => {
    const text = `${a.rule} ${(a.delay / 1000).toFixed(1)} s`;
    if (a.verdict === 'own') return paint('cyan', text);
    return a.verdict === 'right' ? paint('green', text) : paint('red', `${text} (${a.verdict})`);
  });
  const open = row.expects.filter((rule) => !row.alerts.some((a) => a.rule === rule));
  return [...told, ...open.map((rule) => paint(row.state === 'missed' ? 'red' : 'dim', `${rule} …`))].join(', ');
}

/** The link as a whole, so that it can be clicked; where it does not fit, the file that holds it. */
function pageLine({ page }: View, width: number): string[] {
  if (!page) return [];
  const line = `Page: ${page.link}`;
  return [line.length <= width ? line : cut(`Page: open the link in ${page.file}`, width)];
}

/** One thing after the other that can be tried while the demo runs. */
function hint(view: View, width: number): string {
  const tries = [`watch -c ${view.config}`, `events -c ${view.config} --since "1 minute ago"`, `rule add -c ${view.config} "tell me when someone stands up"`];
  const text = tries[Math.floor(Math.max(0, view.elapsed) / 10) % tries.length] ?? '';
  return cut(`Ctrl-C: end and score.  In another terminal: npx lookout ${text}`, width);
}
