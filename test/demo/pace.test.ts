import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/demo/pace.ts';

describe('the camera’s pace', () => {
  it('gives one slot after the other while the camera keeps up', () => {
    const pace = createPace(10, 1000);
    expect(pace.next(1000)).toEqual({ due: 1000, skipped: 0 });
    expect(pace.next(1003)).toEqual({ due: 1100, skipped: 0 });
    expect(pace.next(1101)).toEqual({ due: 1200, skipped: 0 });
  });

  it('still takes a slot that is up to half an interval late', () => {
    const pace = createPace(10, 0);
    pace.next(0);
    expect(pace.next(149)).toEqual({ due: 100, skipped: 0 });
  });

  it('leaves out slots instead of falling behind', () => {
    const pace = createPace(10, 0);
    pace.next(0);
    expect(pace.next(1020)).toEqual({ due: 1000, skipped: 9 });
    expect(pace.next(1020)).toEqual({ due: 1100, skipped: 0 });
  });
});
