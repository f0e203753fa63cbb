import type { Backend } from '../../src/infer/backend.ts';
import type { Answer, Sighting, Window } from '../../src/values.ts';
import type { ClipLabel } from '../../src/eval/clip.ts';

/** What a back end that reads the labels instead of the pictures may get wrong. */
export interface Flaws {
  /** labels that it never sees */
  blind?(label: ClipLabel): boolean;
  /** seconds by which it places everything too late */
  readonly late?: number;
  /** words that it uses instead of the label's */
  words?(label: ClipLabel): string;
  /** does an event satisfy a rule? */
  score?(event: string, rule: string): number;
}

/** A back end that knows the truth: with it the stages and the scoring alone are measured. */
export function oracle(labels: readonly ClipLabel[], flaws: Flaws = {}): Backend {
  return {
    name: 'oracle',
    events: (window) => Promise.resolve(answer(window, labels.filter((l) => !flaws.blind?.(l)).flatMap((l) => sight(l, window, flaws)))),
    score: (event, rule) => Promise.resolve(flaws.score?.(event, rule) ?? (event === rule ? 1 : 0)),
    ask: () => Promise.resolve(''),
  };
}

function sight(label: ClipLabel, window: Window, flaws: Flaws): Sighting[] {
  const from = window.frames[0]?.at ?? 0;
  const to = window.frames.at(-1)?.at ?? 0;
  const start = (label.start + (flaws.late ?? 0)) * 1000;
  const end = (label.end + (flaws.late ?? 0)) * 1000;
  const decisive = (label.decisive ?? (label.start + label.end) / 2) * 1000;
  if (decisive < from || decisive > to) return [];
  const clamp = (at: number): number => Math.min(to, Math.max(from, at));
  return [
    {
      text: flaws.words?.(label) ?? label.text,
      start: clamp(start),
      end: clamp(end),
      uncertainty: 100,
      openStart: start < from,
      openEnd: end > to,
      confidence: 0.95,
    },
  ];
}

function answer(window: Window, sightings: readonly Sighting[]): Answer {
  return {
    windowId: window.id,
    camera: window.camera,
    reason: window.reason,
    from: window.frames[0]?.at ?? 0,
    to: window.frames.at(-1)?.at ?? 0,
    timeSource: 'file',
    sightings,
    model: 'oracle',
    visualTokens: window.frames.length * 12,
    latency: { capture: 0, queue: 0, infer: 1 },
  };
}
