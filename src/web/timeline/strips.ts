import type { Strip } from './layers.ts';

/** Where a row of a camera stands, px from the top of the drawing. */
interface Row {
  readonly top: number;
  readonly height: number;
}

/** Colours as a canvas takes them. */
interface Paint {
  readonly look: string;
  readonly recording: string;
  readonly crowd: string;
}

/** px from a row's top: what the model looked at, and what is recorded, stand over each other. */
const LOOK = { top: 3, height: 6 };
const RECORDING = { top: 10, height: 2 };
const PAD = 6;

export interface Painter {
  /** what is to be painted from now on; it is at the next frame */
  set(strips: ReadonlyMap<string, Strip>, cameras: readonly string[]): void;
  /** things have moved */
  soon(): void;
  close(): void;
}

/** A canvas behind the marks: what it shows may be thousands of bars, so that each is no element of its own. */
export function openPainter(frame: HTMLElement, center: HTMLElement): Painter {
  const canvas = document.createElement('canvas');
  canvas.className = 'strips';
  canvas.setAttribute('aria-hidden', 'true');
  center.prepend(canvas);
  let drawn: { readonly strips: ReadonlyMap<string, Strip>; readonly cameras: readonly string[] } = { strips: new Map(), cameras: [] };
  let painting = 0;
  const paint = (): void => {
    painting = 0;
    const rows = drawn.cameras.flatMap((camera, index) => {
      const strip = drawn.strips.get(camera);
      const [head, body] = [rowOf(center, index * 2), rowOf(center, index * 2 + 1)];
      return strip && head && body ? [{ strip, head, body }] : [];
    });
    paintStrips(canvas, { width: center.clientWidth, height: center.clientHeight }, rows, paintOf(frame));
  };
  const soon = (): void => {
    painting ||= requestAnimationFrame(paint);
  };
  return {
    set(strips, cameras) {
      drawn = { strips, cameras };
      soon();
    },
    soon,
    close: () => cancelAnimationFrame(painting),
  };
}

function paintStrips(canvas: HTMLCanvasElement, size: { readonly width: number; readonly height: number }, strips: readonly { readonly strip: Strip; readonly head: Row; readonly body: Row }[], paint: Paint): void {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  for (const { strip, head, body } of strips) {
    bars(context, strip.looks.cover, head.top + LOOK.top, LOOK.height, paint.look);
    bars(context, strip.recordings.cover, head.top + RECORDING.top, RECORDING.height, paint.recording);
    if (strip.crowd) crowd(context, strip.crowd, body, paint.crowd);
  }
  context.globalAlpha = 1;
}

/** Columns of equal cover are one rectangle. */
function bars(context: CanvasRenderingContext2D, cover: Float32Array, top: number, height: number, colour: string): void {
  context.fillStyle = colour;
  for (let x = 0; x < cover.length; ) {
    const strength = level(cover[x] ?? 0);
    let end = x + 1;
    while (end < cover.length && level(cover[end] ?? 0) === strength) end++;
    if (strength > 0) {
      context.globalAlpha = strength;
      context.fillRect(x, top, end - x, height);
    }
    x = end;
  }
}

/** What is there at all can be seen. */
function level(cover: number): number {
  return cover <= 0 ? 0 : 0.35 + 0.65 * (Math.round(cover * 8) / 8);
}

function crowd(context: CanvasRenderingContext2D, heights: Float32Array, { top, height }: Row, colour: string): void {
  const room = Math.max(height - 2 * PAD, 4);
  const floor = top + height - PAD;
  context.globalAlpha = 0.85;
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(0, floor);
  for (let x = 0; x < heights.length; x++) context.lineTo(x + 0.5, floor - (heights[x] ?? 0) * room);
  context.lineTo(heights.length, floor);
  context.closePath();
  context.fill();
}

/** Where a row stands within the drawing. */
function rowOf(center: HTMLElement, index: number): Row | undefined {
  const row = center.querySelector(`.vis-foreground .vis-group.row-${index}`);
  if (!row) return undefined;
  const { top, height } = row.getBoundingClientRect();
  return { top: top - center.getBoundingClientRect().top, height };
}

/** Colours of the canvas, taken from custom properties through an element, since a canvas knows no light-dark(). */
function paintOf(frame: HTMLElement): Paint {
  const probe = document.createElement('i');
  probe.hidden = true;
  frame.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const paint = { look: read('chart-look'), recording: read('chart-recording'), crowd: read('chart-event') };
  probe.remove();
  return paint;
}
