import { joined, lengthOf, missing, widened } from './span.ts';
import type { Span } from './span.ts';

/** Which stretches of one kind are there, and which were too full to be read wholly. */
export interface Loaded {
  readonly spans: readonly Span[];
  /** a stretch of which only the newest was read, and how much time was in view then */
  readonly thin: readonly (Span & { readonly length: number })[];
}

export const NOTHING: Loaded = { spans: [], thin: [] };

/** Read beyond the view, at either side, so that a little moving asks for nothing. */
const AHEAD = 0.5;
/** What was too full is asked for again where so much less is in view. */
const NEARER = 0.6;

/** What has to be asked for, so that `view` is whole; nothing of what is known to be too full for a view of this length. */
export function wanted({ spans, thin }: Loaded, view: Span): Span[] {
  const full = thin.filter(({ length }) => lengthOf(view) > length * NEARER);
  const here = missing(view, [...spans, ...full]).some((span) => lengthOf(span) > 1);
  return here ? missing(widened(view, AHEAD), [...spans, ...full]).filter((span) => lengthOf(span) > 1) : [];
}

/** After `asked` was read as far back as `reached`. */
export function withRead({ spans, thin }: Loaded, asked: Span, reached: number, view: Span): Loaded {
  const rest = thin.filter((one) => one.to <= asked.from || one.from >= asked.to);
  return {
    spans: joined([...spans, { from: reached, to: asked.to }]),
    thin: reached > asked.from ? [...rest, { from: asked.from, to: reached, length: lengthOf(view) }] : rest,
  };
}

/** The newest time in view before which not everything is there, or null. */
export function thinIn({ thin }: Loaded, view: Span): number | null {
  const at = thin.filter(({ from, to, length }) => from < view.to && to > view.from && lengthOf(view) > length * NEARER).map(({ to }) => to);
  return at.length === 0 ? null : Math.max(...at);
}
