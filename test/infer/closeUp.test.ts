import { describe, expect, it } from 'vitest';
import { closeUps } from '../../src/infer/closeUp.ts';
import { settle } from '../../src/infer/settle.ts';
import type { Shown } from '../../src/infer/settle.ts';
import type { Event, Frame, Sighting } from '../../src/values.ts';
import { emptyAnswer, windowAt } from './windows.ts';

const every = (step: number, from: number, to: number): Frame[] =>
  windowAt('hall', Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step)).frames as Frame[];

describe('close-ups', () => {
  it('show a span with what led to it and came of it, in both pairings', () => {
    const [one, other] = closeUps(every(250, 0, 20_000), { from: 8000, to: 8600, margin: 1600 }, 'e');
    const [first, second] = [one, other].map((w) => w?.frames.map((f) => f.at) ?? []);
    expect([first?.at(0), first?.at(-1)]).toEqual([6500, 10_250]);
    expect([second?.at(0), second?.at(-1)]).toEqual([6250, 10_000]);
    expect([first?.length, second?.length]).toEqual([16, 16]);
    expect(one?.id).not.toBe(other?.id);
  });

  it('are whole pairs, at the edges of what is kept as well', () => {
    for (const last of [9000, 9250]) {
      for (const w of closeUps(every(250, 7000, last), { from: 8000, to: 8600, margin: 1600 }, 'e')) {
        expect(w.frames.length % 2).toBe(0);
        expect(w.frames.length).toBeGreaterThanOrEqual(4);
      }
    }
    expect(closeUps(every(250, 7000, 9250), { from: 8000, to: 8600, margin: 1600 }, 'e')).toHaveLength(2);
  });

  it('are none where the frames are gone', () => {
    expect(closeUps([], { from: 8000, to: 8600, margin: 1600 }, 'e')).toEqual([]);
    expect(closeUps(every(250, 0, 1000), { from: 8000, to: 8600, margin: 1600 }, 'e')).toEqual([]);
    expect(closeUps(every(250, 30_000, 40_000), { from: 8000, to: 8600, margin: 1600 }, 'e')).toEqual([]);
    expect(closeUps(every(250, 8000, 8250), { from: 8000, to: 8600, margin: 1600 }, 'e')).toEqual([]);
  });
});

describe('what looks make of an event', () => {
  const event: Event = {
    id: 'e', phase: 'end', start: 8000, end: 8600, camera: 'hall', text: 'a person falls', startUncertainty: 240, endUncertainty: 240, timeSource: 'rtcp',
    windowId: 'w', model: 'm', confidence: 0.9, sightings: 2, detectedAt: 0, latency: { capture: 0, queue: 0, infer: 0 },
  };
  const shown = (from: number, to: number, sighting?: Partial<Sighting>): Shown => ({
    answer: emptyAnswer(windowAt('hall', [from, to])),
    sighting: sighting && { text: event.text, start: 8000, end: 8600, uncertainty: 240, openStart: false, openEnd: false, confidence: 0.9, ...sighting },
  });

  it('are means, and the surer the better the looks agree', () => {
    const settled = settle(event, [shown(6000, 10_000, { start: 8150, end: 8700 }), shown(6000, 10_000, { start: 8000, end: 8200 })]);
    expect(settled).toMatchObject({ id: 'e', phase: 'end', start: 8050, end: 8500 });
    expect(settled?.startUncertainty).toBeCloseTo(240 / Math.sqrt(3), 0);
    expect(settled?.endUncertainty).toBe(375);
  });

  it('leave a boundary alone that the looks cut off', () => {
    expect(settle(event, [shown(8000, 10_000, { start: 8000, openStart: true, end: 8700 })])).toMatchObject({ start: 8000, startUncertainty: 240, end: 8650 });
  });

  it('deny it only where two of them show its whole time, and none shows it', () => {
    expect(settle(event, [shown(6000, 10_000), shown(6250, 10_250)])?.phase).toBe('retracted');
    expect(settle(event, [shown(6000, 10_000)])).toBeUndefined();
    expect(settle(event, [shown(6000, 10_000), shown(7800, 10_250)])).toBeUndefined();
    expect(settle(event, [shown(6000, 8700), shown(6000, 8900)])).toBeUndefined();
    expect(settle(event, [shown(6000, 10_000), shown(6250, 10_250, {})])?.phase).toBe('end');
    expect(settle(event, [])).toBeUndefined();
  });
});
