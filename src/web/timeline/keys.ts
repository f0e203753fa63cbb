import type { TargetedKeyboardEvent } from 'preact';
import { lengthOf, panned, zoomed } from './span.ts';
import { follow, following, goPresent, look, presentView, range, selecting, view } from './state.ts';

const STEP = 0.15;
const PAGE = 0.9;
const NEARER = 0.6;

/** What the keys of the timeline do; all of them are told in the list of keys. */
export function keysOf(event: TargetedKeyboardEvent<HTMLElement>): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const does = event.shiftKey ? SHIFTED[event.key] ?? PLAIN[event.key] : PLAIN[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

const PLAIN: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => look(panned(view.peek(), -STEP)),
  ArrowRight: () => look(panned(view.peek(), STEP)),
  PageUp: () => look(panned(view.peek(), -PAGE)),
  PageDown: () => look(panned(view.peek(), PAGE)),
  '+': () => nearer(NEARER),
  '=': () => nearer(NEARER),
  '-': () => nearer(1 / NEARER),
  Home: () => look(presentView(lengthOf(view.peek()))),
  l: follow,
  L: follow,
  s: () => (selecting.value = !selecting.peek()),
  Escape: () => {
    selecting.value = false;
    range.value = null;
  },
};

/** With Shift the arrows stretch what is selected, from the middle of the view where nothing is yet. */
const SHIFTED: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => stretch(-1),
  ArrowRight: () => stretch(1),
};

/** Zooms about the present while that is followed, else about the middle. */
export function nearer(factor: number): void {
  if (following.peek()) goPresent(lengthOf(zoomed(view.peek(), factor)));
  else look(zoomed(view.peek(), factor));
}

function stretch(way: 1 | -1): void {
  const { from, to } = view.peek();
  const by = ((to - from) / 40) * way;
  const now = range.peek() ?? { from: (from + to) / 2, to: (from + to) / 2 };
  const end = now.to + by;
  range.value = { from: Math.min(now.from, end), to: Math.max(now.from, end) };
}
