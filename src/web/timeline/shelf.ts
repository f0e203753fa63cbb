import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { bounded, merged } from './keep.ts';
import { NOTHING, thinIn, wanted, withRead } from './loaded.ts';
import type { Loaded } from './loaded.ts';
import { readPages } from './pages.ts';
import type { Page } from './pages.ts';
import type { Span } from './span.ts';

/** What is held of one kind of thing in the log, as far as it was looked at. */
export interface Shelf<T> {
  readonly items: ReadonlySignal<ReadonlyMap<string, T>>;
  /** reads what is missing of the view */
  read(view: Span, stop: AbortSignal): Promise<void>;
  /** what the feed tells */
  take(items: readonly T[], view: Span): void;
  /** everything has to be read anew; what there is stays in sight until then */
  stale(): void;
  /** before this time not everything in view is there, for it is too much; null: all is */
  thinBefore(view: Span): number | null;
}

export interface ShelfNeeds<T> {
  ask(range: Span, stop: AbortSignal): Promise<Page<T>>;
  idOf(item: T): string;
  startOf(item: T): number;
  /** as many are held */
  readonly most: number;
  /** as many pages are read at once */
  readonly pages: number;
}

type Mergeable = Parameters<typeof merged>[1][number];

export function openShelf<T extends Mergeable>({ ask, idOf, startOf, most, pages }: ShelfNeeds<T>): Shelf<T> {
  const items = signal<ReadonlyMap<string, T>>(new Map());
  let loaded: Loaded = NOTHING;
  const hold = (more: readonly T[], view: Span): void => {
    const all = merged(items.value, more, idOf);
    const held = bounded(all, view, most, startOf);
    // what went has to be read again when somebody goes back to it
    if (held.size < all.size) loaded = NOTHING;
    items.value = held;
  };
  return {
    items,
    async read(view, stop) {
      for (const range of wanted(loaded, view)) {
        const found = await readPages(range, (part) => ask(part, stop), startOf, pages);
        hold(found.items, view);
        loaded = withRead(loaded, range, found.reached, view);
      }
    },
    take: hold,
    stale() {
      loaded = NOTHING;
    },
    thinBefore: (view) => thinIn(loaded, view),
  };
}
