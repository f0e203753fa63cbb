import { pino } from 'pino';
import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { createMetrics } from '../../src/api/metrics.ts';
import { CameraStates } from '../../src/daemon/cameraStates.ts';
import { modelState } from '../../src/daemon/modelState.ts';
import { readings } from '../../src/daemon/reading.ts';
import { engine, fault, rig, until } from './rig.ts';

test('Prometheus is told how each engine fares, by host and port', async () => {
  const [good, bad] = [await engine(), await engine()];
  const { pool, ask } = rig([good, bad]);
  await until(() => pool.atOnce === 8);
  await ask();
  await bad.kill();
  for (let i = 0; i < 20; i++) await ask();
  await good.behave({ fault: 'status', status: 400 });
  await fault(ask());
  pool.reused(30, 100);
  await until(() => pool.figures().endpoints[1]?.state === 'open');
  const needs = readings({
    states: new CameraStates(() => undefined), modelState: { state: () => 'ready', problem: () => null }, model: { engines: () => pool.figures() },
    pipeline: { counters: () => ({ windows: 0, visualTokens: 0, dropped: {} }) }, store: { glance: () => ({ pending: 0, bytes: 0 }) }, line: { load: () => ({ running: 0, waiting: 0 }) },
    news$: new Subject(), broker: () => 'connected',
  } as unknown as Parameters<typeof readings>[0]);
  const text = await createMetrics('1', needs, pino({ level: 'silent' })).text();
  const [one, other] = [`{endpoint="127.0.0.1:${good.port}"}`, `{endpoint="127.0.0.1:${bad.port}"}`];
  expect(text).toContain(`lookout_engine_up${one} 1\n`);
  expect(text).toContain(`lookout_engine_up${other} 0\n`);
  expect(text).toMatch(/lookout_engine_requests_total\{endpoint="127\.0\.0\.1:\d+"\} [1-9]/);
  expect(text).toContain(`lookout_engine_failures_total${one} 1\n`);
  expect(text).toContain(`lookout_engine_outstanding${one} 0\n`);
  expect(text).toMatch(/lookout_engine_latency_seconds\{endpoint="127\.0\.0\.1:\d+"\} 0\.\d+/);
  expect(text).toContain('lookout_engine_prompt_tokens_total{kind="reused"} 30\n');
  expect(text).toMatch(/lookout_engine_retries_total [1-3]\n/);
  expect(text).toContain('lookout_engine_hedges_total{outcome="won"} 0\n');
});

test('an outage is told as one, with its reason, until an engine has answered', async () => {
  const one = await engine();
  const { pool, ask } = rig([one]);
  const state = modelState(pool);
  expect(state.state()).toBe('opening');
  await ask();
  expect([state.state(), state.problem()]).toEqual(['ready', null]);
  await one.kill();
  await until(() => ask().then(() => false, () => state.state() === 'failed'));
  expect(state.problem()).toMatchObject({ code: 'ENGINE_UNREACHABLE', detail: expect.stringContaining(`127.0.0.1:${one.port}`) });
  await engine({ port: one.port });
  await until(() => ask().then(() => true, () => false));
  expect([state.state(), state.problem()]).toEqual(['ready', null]);
});
