import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromCamera, ToCamera } from '../../src/camera/cameraWire.ts';
import { createLearningTurns } from '../../src/camera/learning.ts';
import { lendTurns } from '../../src/camera/lending.ts';
import { createTurns } from '../../src/health/turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A camera's process and its supervisor, joined by wires that may lose what they carry. */
function camera(turns: ReturnType<typeof createTurns>) {
  const wires = { up: true, down: true };
  const lending = lendTurns((message: ToCamera) => wires.down && (learning.told(message), true), turns);
  const learning = createLearningTurns((message: FromCamera) => {
    if (!wires.up) return false;
    if (message.kind === 'learn') lending.asked(message.turn);
    if (message.kind === 'learned') lending.over(message.turn);
    return true;
  });
  const begun: string[] = [];
  return { wires, lending, learning, begun, open: (name: string) => learning.open(() => begun.push(name)) };
}

const oneAtATime = (): ReturnType<typeof createTurns> => createTurns({ atOnce: () => 1, longest: 20_000 });

describe('turns to learn', () => {
  it('go from one camera to the next', () => {
    const turns = oneAtATime();
    const [first, second] = [camera(turns), camera(turns)];
    const [a, b] = [first.open('a'), second.open('b')];
    a.ask();
    b.ask();
    expect([first.begun, second.begun]).toEqual([['a'], []]);
    a.over();
    a.over();
    expect(second.begun).toEqual(['b']);
    b.over();
    expect(turns(() => undefined)).toBeDefined();
  });

  it('are asked for again where a message was lost, without a second place', () => {
    const turns = oneAtATime();
    const [first, second, third] = [camera(turns), camera(turns), camera(turns)];
    const [a, b, c] = [first.open('a'), second.open('b'), third.open('c')];
    first.wires.up = false;
    a.ask();
    b.ask();
    first.wires.up = true;
    a.ask();
    a.ask();
    c.ask();
    first.wires.down = false;
    b.over();
    expect(first.begun).toEqual([]);
    first.wires.down = true;
    a.ask();
    expect(first.begun).toEqual(['a']);
    a.over();
    expect(third.begun).toEqual(['c']);
  });

  it('belong to one connection: with it they end, and one that comes late is not taken by the next', () => {
    const turns = oneAtATime();
    const [first, second] = [camera(turns), camera(turns)];
    const kept = first.open('old');
    kept.ask();
    const next = first.open('new');
    first.learning.told({ kind: 'learn', turn: 1 });
    kept.over();
    expect(first.begun).toEqual(['old']);
    // what the old one had is given back by the new one's asking
    second.open('b').ask();
    expect(second.begun).toEqual([]);
    next.ask();
    expect(second.begun).toEqual(['b']);
    expect(first.begun).toEqual(['old']);
  });

  it('are given back by a process that is gone, and by one that does not end', () => {
    const turns = oneAtATime();
    const [first, second, third] = [camera(turns), camera(turns), camera(turns)];
    first.open('a').ask();
    second.open('b').ask();
    third.open('c').ask();
    first.lending.over();
    expect(second.begun).toEqual(['b']);
    vi.advanceTimersByTime(20_000);
    expect(third.begun).toEqual(['c']);
  });
});
