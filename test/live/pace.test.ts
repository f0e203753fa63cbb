import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/web/live/pace.ts';

describe('the pace of a live picture', () => {
  it('begins near to the present, wherever the buffer begins', () => {
    expect(new Pace().next(4, 0)).toEqual({ behind: 0.25, rate: 1 });
    expect(new Pace().next(undefined, 0).behind).toBe(0.25);
  });

  it('catches up by playing faster, and leaps where that would take too long', () => {
    const pace = new Pace();
    pace.next(0.3, 0);
    expect(pace.next(0.3, 200)).toEqual({ behind: undefined, rate: 1 });
    const { rate, behind } = pace.next(1, 400);
    expect(behind).toBeUndefined();
    expect(rate).toBeGreaterThan(1.1);
    expect(pace.next(2.5, 600).rate).toBe(1.25);
    expect(pace.next(5, 800)).toEqual({ behind: 0.25, rate: 1 });
    expect(pace.next(undefined, 1000).behind).toBe(0.25);
  });

  it('keeps more in hand after it ran dry, to a bound, and less again when all is calm', () => {
    const pace = new Pace();
    pace.next(0.3, 0);
    pace.dry(100);
    expect(pace.wanted).toBeCloseTo(0.4);
    expect(pace.next(0.2, 200).rate).toBeLessThan(1);
    for (let i = 0; i < 50; i++) pace.dry(300);
    expect(pace.wanted).toBe(1.5);
    for (let at = 300; at < 1_000_000; at += 1000) pace.next(pace.wanted, at);
    expect(pace.wanted).toBeCloseTo(0.12);
  });
});
