import { entryOf, FIGURE_NAMES } from './catalogue.ts';
import type { FigureName } from './catalogue.ts';

/** Where a figure comes from. */
export type Source =
  | { readonly kind: 'measured'; /** wall clock, ms */ readonly at: number; /** false: on this machine, but not as it is now */ readonly holds: boolean }
  | { readonly kind: 'given' }
  | { readonly kind: 'logged'; readonly what: string }
  | { readonly kind: 'assumed'; readonly why: string };

export interface Figure {
  readonly value: number;
  readonly source: Source;
}

export type Values = Readonly<Partial<Record<FigureName, number>>>;
/** What is known. A figure that is not there is not reckoned with: nothing is made up. */
export type Figures = Readonly<Partial<Record<FigureName, Figure>>>;

export interface Known {
  /** given on the command line or in a file: goes before all else */
  readonly given?: Values;
  readonly logged?: { readonly values: Values; readonly what: string } | undefined;
  readonly measured?: { readonly values: Values; readonly at: number; readonly holds: boolean } | undefined;
}

/** Of each figure the best that is known: given, seen in the log, measured, or the documented value. */
export function resolveFigures({ given = {}, logged, measured }: Known): Figures {
  const figures: Partial<Record<FigureName, Figure>> = {};
  for (const name of FIGURE_NAMES) {
    const { assumed } = entryOf(name);
    const candidates: readonly (readonly [number | undefined, () => Source])[] = [
      [given[name], () => ({ kind: 'given' })],
      [logged?.values[name], () => ({ kind: 'logged', what: logged?.what ?? '' })],
      [measured?.values[name], () => ({ kind: 'measured', at: measured?.at ?? 0, holds: measured?.holds ?? false })],
      [assumed?.value, () => ({ kind: 'assumed', why: assumed?.why ?? '' })],
    ];
    const best = candidates.find(([value]) => value !== undefined);
    if (best?.[0] !== undefined) figures[name] = { value: best[0], source: best[1]() };
  }
  return figures;
}

export function valueOf(figures: Figures, name: FigureName): number | undefined {
  return figures[name]?.value;
}

/** For people: where it comes from. */
export function sourceText(source: Source): string {
  switch (source.kind) {
    case 'given':
      return 'given';
    case 'logged':
      return source.what;
    case 'measured':
      return `measured on this machine at ${localMinute(source.at)}${source.holds ? '' : ', STALE'}`;
    case 'assumed':
      return `assumed: ${source.why}`;
  }
}

function localMinute(ms: number): string {
  const date = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
