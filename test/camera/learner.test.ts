import { describe, expect, it } from 'vitest';
import { Learner } from '../../src/camera/learner.ts';
import { createPacketGate } from '../../src/sample/packetGate.ts';
import type { PacketSeen } from '../../src/sample/packetGate.ts';

/** Of a still scene: the k-th packet of a stream of 25 a second with a keyframe every two. */
const still = (k: number): PacketSeen => ({ pts: 40 * k, size: k % 50 === 0 ? 90_000 : 4000 + ((k * 37) % 23) * 10, kind: k % 50 === 0 ? 'key' : 'P1', keyframe: k % 50 === 0 });

/** A stream whose turn comes when it is given; the rest is counted. */
function school() {
  const gate = createPacketGate();
  const calls = { asked: 0, over: 0, begun: 0 };
  let give = (): void => undefined;
  const open = (begin: () => void) => {
    give = begin;
    return { ask: () => void (calls.asked += 1), over: () => void (calls.over += 1) };
  };
  return { gate, calls, learner: new Learner(gate, { open }, () => void (calls.begun += 1)), give: () => give() };
}

describe('a stream that has yet to learn', () => {
  it('is checked at once and then every ten seconds, whatever its packets say', () => {
    const { learner } = school();
    expect(learner.waiting).toBe(true);
    expect(learner.packet(undefined, true)).toBe(false);
    const checks: number[] = [];
    for (let k = 0; k < 1000; k++) {
      expect(learner.packet({ ...still(k), size: 90_000 * (1 + (k % 7)) }, true)).toBe(false);
      if (!still(k).keyframe || !learner.checkDue(40 * k)) continue;
      checks.push(k / 25);
      learner.checked(40 * k, false);
    }
    expect(checks).toEqual([0, 10, 20, 30]);
    // a time that is not known yet, and one that was set back
    expect([learner.checkDue(Number.NaN), learner.checkDue(38_000), learner.checkDue(-9e6)]).toEqual([true, false, true]);
  });

  it('learns from what is decoded since its turn came, then sleeps and gives it back', () => {
    const { learner, gate, calls, give } = school();
    learner.ask();
    for (let k = 0; k < 500; k++) learner.packet(still(k), true);
    give();
    give();
    expect([learner.waiting, calls.begun]).toEqual([false, 1]);
    learner.begin(40 * 499);
    learner.ask();
    expect(calls.asked).toBe(1);
    let first = 0;
    for (let k = 500; first === 0 && k < 1500; k++) {
      learner.packet(still(k), false);
      gate.looked(40 * k, false, false);
      if (learner.calm(40 * k)) first = k - 500;
    }
    // sizes mean nothing before some seconds of them have been seen, whatever passed while it waited
    expect(first / 25).toBeGreaterThan(4);
    expect(first / 25).toBeLessThan(15);
    learner.sleeps(40 * (500 + first));
    expect(calls.over).toBe(1);
  });

  it('woken by a check sleeps again when that is over, and waits on', () => {
    const { learner, calls } = school();
    for (let k = 0; k < 250; k++) learner.packet(still(k), true);
    learner.checked(10_000, true);
    learner.begin(10_000);
    for (let k = 250; k < 300; k++) learner.packet(still(k), false);
    expect([8000, 10_000, 11_900, 12_000].map((pts) => learner.calm(pts))).toEqual([false, false, false, true]);
    learner.sleeps(12_000);
    expect([learner.waiting, calls.over]).toEqual([true, 0]);
  });

  it('that was awake so long that it has learned needs no turn any longer', () => {
    const { learner, gate, calls, give } = school();
    learner.checked(0, true);
    learner.begin(0);
    for (let k = 0; k < 500; k++) {
      learner.packet(still(k), false);
      gate.looked(40 * k, false, false);
    }
    learner.sleeps(20_000);
    expect([learner.waiting, calls.over]).toEqual([false, 1]);
    give();
    expect(calls.begun).toBe(0);
  });
});

describe('a stream without turns', () => {
  it('learns at once with a gate, and is never calm without one', () => {
    const gated = new Learner(createPacketGate(), undefined, () => undefined);
    expect([gated.waiting, gated.packet(still(0), false)]).toEqual([false, true]);
    const ungated = new Learner(undefined, { open: () => ({ ask: () => undefined, over: () => undefined }) }, () => undefined);
    expect([ungated.waiting, ungated.packet(still(0), false), ungated.checkDue(0)]).toEqual([false, true, false]);
    expect(ungated.calm(9e9)).toBe(false);
  });
});
