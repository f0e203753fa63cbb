import { loops } from './loop.ts';
import type { Written } from './loop.ts';
import { optionalSpace } from './state.ts';
import type { ByteState } from './state.ts';

const BRACKETS = [0x5b, 0x5d] as const;
const COMMA = 0x2c;

export interface ArrayItems {
  /** an item's first state; the item ends where its text may end */
  readonly first: ByteState;
  /** 0 by default */
  readonly least?: number;
  readonly most: number;
  /** one item that says what an earlier one said ends the array; else only a run of the same ones does */
  readonly distinct: boolean;
  /** what stands around them, instead of [ and ] */
  readonly brackets?: readonly [open: number, close: number];
}

/** A JSON array of `least` to `most` items that does not go on once its items repeat themselves. */
export function jsonArray(items: ArrayItems, then: ByteState): ByteState {
  const first = new ItemState({ items, follow: then, earlier: { value: '', before: undefined, length: 0 } }, items.first, 0, undefined);
  const [open, close] = items.brackets ?? BRACKETS;
  const { least = 0 } = items;
  const empty: ByteState = {
    done: false,
    shortest: least > 0 ? first.shortest : close,
    step(byte) {
      if (byte === close && least === 0) return then;
      return items.most > 0 ? first.step(byte) : null;
    },
  };
  return { done: false, shortest: open, step: (byte) => (byte === open ? empty : null) };
}

interface Place {
  readonly items: ArrayItems;
  readonly follow: ByteState;
  /** texts of the items before */
  readonly earlier: Written<string>;
}

/** Within an item, after one of its bytes. */
class ItemState implements ByteState {
  readonly done = false;
  readonly byte: number;
  readonly before: ItemState | undefined;
  readonly #place: Place;
  readonly #inner: ByteState;
  #after: ByteState | undefined;

  constructor(place: Place, inner: ByteState, byte: number, before: ItemState | undefined) {
    this.#place = place;
    this.#inner = inner;
    this.byte = byte;
    this.before = before;
  }

  get shortest(): number {
    if (!this.#inner.done) return this.#inner.shortest;
    const { items, earlier } = this.#place;
    return earlier.length + 1 < (items.least ?? 0) ? COMMA : (items.brackets ?? BRACKETS)[1];
  }

  step(byte: number): ByteState | null {
    const next = this.#inner.step(byte);
    if (next !== null) return new ItemState(this.#place, next, byte, this);
    if (!this.#inner.done) return null;
    this.#after ??= afterItem(this.#place, textOf(this));
    return this.#after.step(byte);
  }
}

function afterItem({ items, follow, earlier }: Place, text: string): ByteState {
  const written = { value: text, before: earlier, length: earlier.length + 1 };
  const [, close] = items.brackets ?? BRACKETS;
  const few = written.length < (items.least ?? 0);
  const full = written.length >= items.most || (!few && (items.distinct ? repeats(written) : loops(written)));
  return {
    done: false,
    shortest: few ? COMMA : close,
    step(byte) {
      if (byte === close && !few) return follow;
      return byte === COMMA && !full ? optionalSpace(new ItemState({ items, follow, earlier: written }, items.first, 0, undefined)) : null;
    },
  };
}

/** Whether the newest value has been written before. */
function repeats<T>({ value, before }: Written<T>): boolean {
  for (let at = before; at; at = at.before) if (at.value === value) return true;
  return false;
}

/** An item's bytes, one character each: only ever compared. */
function textOf(state: ItemState): string {
  const bytes: number[] = [];
  for (let at = state; at.before; at = at.before) bytes.push(at.byte);
  return Buffer.from(bytes).toString('latin1');
}
