import type { Answer, Sighting } from '../../src/values.ts';

/** A sighting told in seconds: `see('a person in red falls', 10, 11)`. */
export function see(text: string, start: number, end: number, more: Partial<Sighting> = {}): Sighting {
  return { text, start: start * 1000, end: end * 1000, uncertainty: 130, openStart: false, openEnd: false, confidence: 0.95, ...more };
}

/** An answer of a window told in seconds. */
export function answer(from: number, to: number, sightings: readonly Sighting[], more: Partial<Answer> = {}): Answer {
  return {
    windowId: `w${from}-${to}`, camera: 'hall', reason: 'hop', from: from * 1000, to: to * 1000, timeSource: 'rtcp', sightings,
    model: 'demo', visualTokens: 96, latency: { capture: 10, queue: 0, infer: 400 }, ...more,
  };
}
