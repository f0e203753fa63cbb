import { expect, test } from 'vitest';
import { Breaker } from '../../src/engine/breaker.ts';
import { Budget } from '../../src/engine/budget.ts';
import { Hedging } from '../../src/engine/hedge.ts';
import { engine, rig, until } from './rig.ts';

test('a request that is late is sent to an idle engine too, and the first one is told to stop', async () => {
  // each takes long for one of 25
  const manner = { takes: [10, 3000], nth: 25 } as const;
  const two = [await engine({ manner }), await engine({ manner })];
  const { pool, ask } = rig(two, { hedge: 'auto', timeout: 20_000 });
  await until(() => pool.atOnce === 8);
  for (let i = 0; i < 150; i++) await ask();
  const { hedges } = pool.figures();
  expect(hedges.won).toBeGreaterThanOrEqual(2);
  const counts = await Promise.all(two.map((one) => one.counts()));
  await until(async () => (await Promise.all(two.map((one) => one.counts()))).every((c) => c.outstanding === 0));
  expect(counts.reduce((sum, c) => sum + c.requests, 0)).toBeLessThanOrEqual(150 + hedges.won + hedges.lost);
});

test('without an idle engine, or switched off, nothing is sent twice', async () => {
  const two = [await engine({ manner: { takes: [300] } }), await engine({ manner: { takes: [300] } })];
  const busy = rig(two, { hedge: 'auto', timeout: 400, atOnce: 4 });
  await until(() => busy.pool.atOnce === 8);
  await Promise.allSettled(Array.from({ length: 8 }, () => busy.ask()));
  expect(busy.pool.figures().hedges).toEqual({ won: 0, lost: 0 });
  const off = rig(two, { hedge: 'off', timeout: 500 });
  await until(() => off.pool.atOnce === 8);
  await off.ask();
  expect(off.pool.figures().hedges).toEqual({ won: 0, lost: 0 });
});

test('hedges that do not win are left off for a while', () => {
  let now = 0;
  const hedging = new Hedging(true, () => now);
  let made = 0;
  for (let i = 0; i < 2000; i++) {
    hedging.request();
    if (hedging.take()) hedging.judged(made++ % 10 === 0);
  }
  expect(made).toBe(20);
  now = 300_000;
  expect(hedging.take()).toBe(true);
});

test('hedges are few, and late is what 19 of 20 are not', () => {
  const hedging = new Hedging(true, () => 0);
  let made = 0;
  for (let i = 0; i < 1000; i++) {
    hedging.request();
    if (hedging.take()) made++;
    hedging.judged(true);
  }
  expect(made).toBeLessThanOrEqual(50 + 5);
  expect(hedging.lateAfter('window', 8000)).toBe(4000);
  for (let i = 1; i <= 100; i++) hedging.answered('window', i);
  expect(hedging.lateAfter('window', 8000)).toBe(95);
  expect(hedging.lateAfter('score', 8000)).toBe(4000);
  expect(new Hedging(false).take()).toBe(false);
});

test('a budget gives a share, and a reserve for a bad moment', () => {
  const budget = new Budget(0.1);
  const taken = (): number => {
    let n = 0;
    while (budget.take()) n++;
    return n;
  };
  expect(taken()).toBe(5);
  for (let i = 0; i < 21; i++) budget.earn();
  expect(taken()).toBe(2);
  for (let i = 0; i < 1000; i++) budget.earn();
  expect(taken()).toBe(5);
  expect(new Budget(0).take()).toBe(false);
});

test('a breaker opens after three failures in a row, lets one through when a check was well, and waits longer each time', () => {
  let now = 0;
  const breaker = new Breaker(() => now);
  expect(breaker.passes).toBe(false);
  expect(breaker.checked(true)).toBe(true);
  for (const failed of [true, true, false, true, true]) {
    if (failed) breaker.failed(breaker.begin());
    else breaker.succeeded(breaker.begin());
  }
  expect(breaker.state).toBe('closed');
  expect(breaker.failed(false)).toBe(true);
  expect(breaker).toMatchObject({ state: 'open', passes: false, isDue: false });
  // an answer to what was sent before says nothing of now
  breaker.succeeded(false);
  expect(breaker.checked()).toBe(false);
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    const from = now;
    while (!breaker.isDue) now += 10;
    waits.push(now - from);
    expect(breaker.checked()).toBe(true);
    expect(breaker.state).toBe('half-open');
    const trial = breaker.begin();
    expect({ trial, passes: breaker.passes }).toEqual({ trial: true, passes: false });
    breaker.failed(trial);
  }
  expect(waits[0]).toBeLessThanOrEqual(1250);
  expect(waits[5]).toBeGreaterThanOrEqual(11_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(15_010);
  while (!breaker.isDue) now += 10;
  breaker.checked();
  breaker.let(breaker.begin());
  expect(breaker.passes).toBe(true);
  breaker.succeeded(breaker.begin());
  expect(breaker.state).toBe('closed');
  // nobody is there: it is tried as soon as it can be reached
  expect(breaker.failed(false, { atOnce: true, back: true })).toBe(true);
  expect(breaker.isDue).toBe(true);
});
