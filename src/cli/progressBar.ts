/** What is under way: shown as a bar on a terminal, elsewhere as a plain line now and then. */
export interface ProgressBar {
  /** `n` more of the unit are done; negative where something has to be done again */
  advance(n: number): void;
  /** Writes a line of its own, which the bar does not overwrite. */
  note(line: string): void;
  /** Ends the bar: with a line that sums up where all is done now, without a trace where it was cut short or there was nothing to do. */
  done(): void;
}

export interface ProgressBarOptions {
  readonly label: string;
  readonly total: number;
  /** `bytes` are shown as MB and GB; any other unit is a noun: `12/28 layers` */
  readonly unit: string;
  /** of `total`, what an earlier run had done: it counts for the bar, and not for the rate */
  readonly already?: number;
}

export interface ProgressBarEnds {
  readonly stream?: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  /** ms */
  readonly now?: () => number;
}

const CELLS = 24;
/** A bar is drawn, and a plain line written, no oftener than this. */
const REDRAW_MS = 100;
const LINE_MS = 15_000;
/** The rate is that of the last seconds, so that the time left follows a line that became slower. */
const RATE_MS = 10_000;

export function progressBar(opts: ProgressBarOptions, ends: ProgressBarEnds = {}): ProgressBar {
  const { stream = process.stderr, now = () => performance.now() } = ends;
  const began = now();
  const before = opts.already ?? 0;
  let count = before;
  let shown = stream.isTTY ? -Infinity : began;
  const rate = rateMeter(began, before);
  const wipe = (): void => void (stream.isTTY && stream.write('\r\u001b[K'));
  return {
    advance(n) {
      count += n;
      const at = now();
      const recent = rate(at, count);
      if (at - shown < (stream.isTTY ? REDRAW_MS : LINE_MS)) return;
      shown = at;
      const text = `${opts.label} ${progressText(opts, count, recent)}`;
      if (!stream.isTTY) stream.write(`${text}\n`);
      // A line that wraps could not be wiped.
      else stream.write(`\r\u001b[K${bar(count, opts.total)} ${text}`.slice(0, (stream.columns || 80) + 3));
    },
    note(line) {
      wipe();
      stream.write(`${line}\n`);
      shown = stream.isTTY ? -Infinity : shown;
    },
    done() {
      wipe();
      if (count < opts.total || count === before) return;
      const seconds = (now() - began) / 1000;
      const mean = seconds >= 1 ? `, ${amount((count - before) / seconds, opts.unit)}/s` : '';
      stream.write(`${opts.label}: ${amount(opts.total, opts.unit)} in ${duration(seconds)}${mean}\n`);
    },
  };
}

/** Units per second over the last RATE_MS, kept to a twentieth of it. */
function rateMeter(began: number, before: number): (at: number, count: number) => number {
  const marks = [{ at: began, count: before }];
  return (at, count) => {
    while (marks[1] && at - marks[1].at >= RATE_MS) marks.shift();
    const [first = { at, count }] = marks;
    if (at - (marks.at(-1)?.at ?? at) >= RATE_MS / 20) marks.push({ at, count });
    return at > first.at ? ((count - first.count) * 1000) / (at - first.at) : 0;
  };
}

/** `rate` in units per second; 0 where it is not known. */
export function progressText(opts: Pick<ProgressBarOptions, 'total' | 'unit'>, count: number, rate: number): string {
  const { total, unit } = opts;
  const of = unit === 'bytes' ? `${amount(count, unit)} of ${amount(total, unit)}` : `${count}/${total} ${unit}`;
  if (rate <= 0) return of;
  const left = count < total ? `, ${duration((total - count) / rate)} left` : '';
  return `${of}, ${amount(rate, unit)}/s${left}`;
}

function bar(count: number, total: number): string {
  const filled = total === 0 ? CELLS : Math.max(0, Math.min(CELLS, Math.floor((count / total) * CELLS)));
  return `${'█'.repeat(filled)}${'░'.repeat(CELLS - filled)}`;
}

/** 1,234,567 bytes as `1.2 MB`; other units as they are. Powers of 1000, as the hub's pages and disks tell sizes. */
export function amount(n: number, unit: string): string {
  if (unit !== 'bytes') return `${Number.isInteger(n) ? n : n.toPrecision(2)} ${unit}`;
  const scales = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const scale = Math.max(0, Math.min(scales.length - 1, Math.floor(Math.log10(Math.max(1, n)) / 3)));
  const value = n / 1000 ** scale;
  return `${scale === 0 ? Math.round(value) : value.toFixed(value < 100 ? 1 : 0)} ${scales[scale]}`;
}

function duration(seconds: number): string {
  const s = Math.ceil(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
