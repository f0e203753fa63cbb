import { ordered, panned, zoomed } from './span.ts';
import type { Span } from './span.ts';

export interface GestureNeeds {
  view(): Span;
  show(view: Span): void;
  selecting(): boolean;
  onRange(range: Span, ended: boolean): void;
}

/** Shorter drags are clicks, px. */
const CLICK = 4;

/**
 * The wheel zooms about the pointer and, sideways or with Shift, moves; a drag with Shift held, or in the selecting mode, selects a
 * stretch. All else (drags, pinches) is vis-timeline's. @returns what takes the listeners away
 */
export function wheelAndDrag(frame: HTMLElement, center: HTMLElement, needs: GestureNeeds): () => void {
  const timeAt = (x: number): number => {
    const { left, width } = center.getBoundingClientRect();
    const { from, to } = needs.view();
    return from + ((x - left) / Math.max(width, 1)) * (to - from);
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) needs.show(panned(needs.view(), (sideways * unit) / Math.max(center.clientWidth, 1)));
    else needs.show(zoomed(needs.view(), Math.exp(Math.max(-200, Math.min(200, event.deltaY * unit)) * 0.0022), timeAt(event.clientX)));
  };
  let started: { readonly x: number; readonly at: number; readonly pointer: number } | undefined;
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || !(needs.selecting() || event.shiftKey) || !(event.target instanceof Node && center.contains(event.target))) return;
    event.preventDefault();
    event.stopPropagation();
    started = { x: event.clientX, at: timeAt(event.clientX), pointer: event.pointerId };
    center.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    if (event.pointerId !== started?.pointer) return;
    event.stopPropagation();
    if (Math.abs(event.clientX - started.x) >= CLICK) needs.onRange(ordered(started.at, timeAt(event.clientX)), false);
  };
  const up = (event: PointerEvent): void => {
    if (event.pointerId !== started?.pointer) return;
    event.stopPropagation();
    if (event.type === 'pointerup' && Math.abs(event.clientX - started.x) >= CLICK) needs.onRange(ordered(started.at, timeAt(event.clientX)), true);
    started = undefined;
  };
  const stop = new AbortController();
  const listen = { capture: true, signal: stop.signal };
  frame.addEventListener('wheel', wheel, { ...listen, passive: false });
  frame.addEventListener('pointerdown', down, listen);
  frame.addEventListener('pointermove', move, listen);
  frame.addEventListener('pointerup', up, listen);
  frame.addEventListener('pointercancel', up, listen);
  return () => stop.abort();
}
