import { describe, expect, it } from 'vitest';
import { createPacketGate } from '../../src/sample/packetGate.ts';
import { packets, watch } from './sizes.ts';
import type { Stream } from './sizes.ts';

/** something small moves for a second and a half, three times */
const STARTS = [60, 90, 120];
const moves = (t: number): boolean => STARTS.some((s) => t >= s && t < s + 1.5);
const arm = (t: number): number => (moves(t) ? 250 : 0);

/** was each start noticed soon? What lies before is decoded as well then. */
const noticed = (wakes: readonly number[], starts = STARTS, within = 1): boolean[] => starts.map((s) => wakes.some((w) => w >= s && w <= s + within));
const inVain = (wakes: readonly number[], starts = STARTS): number => wakes.filter((w) => !starts.some((s) => w >= s && w <= s + 3)).length;

const STREAMS: [string, Partial<Stream>][] = [
  ['plain', {}],
  ['with tiny packets', { other: () => 60, spread: () => 0.1 }],
  ['of a bare scene in a small picture', { other: () => 30, keyframe: () => 600, motion: (t) => (moves(t) ? 40 : 0) }],
  ['with a pattern in the group', { other: (_, place) => 700 + 2000 * Math.exp(-place / 6) + (place === 7 ? 5000 : 0) }],
  ['with a hierarchy of P', { other: (_, place) => (place % 4 === 0 ? 2000 : place % 2 === 0 ? 900 : 450), kind: (place) => (place % 4 === 0 ? 'P2' : place % 2 === 0 ? 'P1' : 'P0') }],
  ['with a hierarchy that its headers hide', { other: (_, place) => (place % 4 === 0 ? 2000 : place % 2 === 0 ? 900 : 450) }],
  ['with B-frames', { other: (_, place) => (place % 3 === 0 ? 2000 : 500), kind: (place) => (place % 3 === 0 ? 'P2' : 'B0') }],
  ['with a keyframe in ten seconds', { group: 250 }],
  ['of five frames a second', { fps: 5, group: 10 }],
  ['that drifts', { other: (t) => 1000 + 7 * t }],
];

describe('a gate', () => {
  it.each(STREAMS)('sleeps through a quiet stream %s, and wakes at once for something small', (_, stream) => {
    const seen = watch({ seconds: 150, motion: arm, ...stream });
    expect(noticed(seen.wakes)).toEqual([true, true, true]);
    expect(inVain(seen.wakes)).toBeLessThanOrEqual(1);
    expect(seen.decoded(35, 59)).toBeLessThan(0.15);
  });

  it('decodes everything until it knows the stream, and not long after', () => {
    const seen = watch({ seconds: 60 });
    expect(seen.decoded(0, 6)).toBe(1);
    expect(seen.decoded(20)).toBeLessThan(0.03);
  });

  it.each([
    ['five', 0.03, 8],
    ['two and a half', 0.06, 16],
  ])('wakes in vain at most once in %s minutes on what is only noise (deviation %s)', (_, deviation, most) => {
    const wakes = [1, 2, 3, 4].flatMap((seed) => watch({ seconds: 600, seed, spread: () => deviation }).wakes);
    expect(wakes.length).toBeLessThanOrEqual(most);
  });

  it('checks a keyframe every five to twenty seconds, less often while nothing is found', () => {
    const { checks } = watch({ seconds: 300 });
    const gaps = checks.slice(1).map((c, i) => c - (checks[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(22);
    expect(gaps.at(-1)).toBeGreaterThan(gaps[0] ?? 0);
  });
});

describe('a stream that changes', () => {
  it.each([
    ['up', 3000],
    ['down', 600],
  ])('its bit rate, goes %s, and is known anew within a quarter of a minute', (_, size) => {
    const seen = watch({ seconds: 150, other: (t) => (t < 50 ? 1500 : size), keyframe: (t) => (t < 50 ? 120_000 : 80 * size), motion: arm });
    expect(seen.decoded(66, 89)).toBeLessThan(0.15);
    expect(noticed(seen.wakes, [90, 120], 1.5)).toEqual([true, true]);
  });

  it('in the noise of the night, does not keep it awake', () => {
    const seen = watch({ seconds: 300, other: (t) => (t < 60 ? 1500 : Math.min(4500, 1500 + 75 * (t - 60))), spread: (t) => (t < 60 ? 0.02 : 0.03), keyframe: () => 250_000 });
    expect(seen.decoded(150)).toBeLessThan(0.15);
  });

  it('its clock, is not waited for', () => {
    const gate = createPacketGate();
    for (const p of packets({ seconds: 40 })) gate.packet(p);
    const second = [...packets({ seconds: 40 })].map((p) => gate.packet({ ...p, pts: p.pts - 1_000_000 }));
    expect(second.slice(0, 100)).not.toContain(false);
    expect(second.slice(-100)).toContain(false);
  });
});

describe('sizes that say nothing', () => {
  it.each([
    ['filled up to one size', { other: () => 10_000, spread: () => 0.002, keyframe: () => 10_000 }],
    ['full of noise', { spread: () => 0.5 }],
    ['far above what a movement adds', { other: () => 80_000 }],
  ] satisfies [string, Partial<Stream>][])('(%s) let nothing sleep', (_, stream) => {
    expect(watch({ seconds: 120, ...stream }).decoded(0)).toBeGreaterThan(0.9);
  });

  it('although they promised to, are not believed any more once they have hidden something', () => {
    const hidden = (t: number): boolean => t >= 60 && t % 30 < 6;
    const seen = watch({ seconds: 240, shows: hidden });
    expect(seen.decoded(30, 59)).toBeLessThan(0.1);
    expect(seen.decoded(160)).toBe(1);
    // and again when they have told of what moved for some time
    const later = watch({ seconds: 1200, shows: (t) => (t < 240 ? hidden(t) : t % 60 < 3), motion: (t) => (t > 240 && t % 60 < 3 ? 2000 : 0) });
    expect(later.decoded(900)).toBeLessThan(0.5);
  });

  it('after one that was hidden are checked more often', () => {
    const seen = watch({ seconds: 120, shows: (t) => t >= 60 && t < 72 });
    const between = (from: number, to: number): number => seen.checks.filter((c) => c >= from && c < to).length;
    expect(between(75, 115)).toBeGreaterThan(between(20, 60));
  });
});
