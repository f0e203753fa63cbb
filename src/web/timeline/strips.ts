import type { Strip } from './layers.ts';

/** Where the rows of a camera stand, px from the top of the drawing. */
export interface Row {
  readonly top: number;
  readonly height: number;
}

/** Colours as the canvas takes them. */
export interface Paint {
  readonly look: string;
  readonly recording: string;
  readonly crowd: string;
}

/** px from a row's top: what the model looked at, and what is recorded, stand over each other. */
const LOOK = { top: 3, height: 6 };
const RECORDING = { top: 10, height: 2 };
const PAD = 6;

/** Paints what lies behind the marks: it may be thousands of bars, so that each is no element of its own. */
export function paintStrips(canvas: HTMLCanvasElement, size: { readonly width: number; readonly height: number }, strips: readonly { readonly strip: Strip; readonly head: Row; readonly body: Row }[], paint: Paint): void {
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
