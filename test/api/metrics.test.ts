import { expect, test } from 'vitest';
import { createMetrics } from '../../src/api/metrics.ts';
import type { Reading } from '../../src/api/reading.ts';
import { createLogger } from '../../src/health/log.ts';
import { serve } from './serve.ts';

const log = createLogger({ level: 'silent' });

/** The lines of the text format, by name and labels. */
function linesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines) expect(line).toMatch(/^[a-z_:][a-z0-9_:]*(\{[^}]*\})? \S+$/i);
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))] as const));
}

test('a reading is told by its names, what is not known has no line, and totals are not added up twice', async () => {
  let reading: Reading = { cameras: [{ camera: 'door', state: 'online' }, { camera: 'hall', state: 'offline' }], windows: 7, alerts: { phone: 2 }, model: 'ready', outbox: 0, brokerConnected: true, windowsDropped: { overloaded: 3 } };
  const metrics = createMetrics('1.2.3', { read: () => reading }, log);
  metrics.inferred('window', 0.3);
  await metrics.text();
  const first = linesOf(await metrics.text());
  expect(Object.fromEntries(['lookout_info{version="1.2.3"}', 'lookout_cameras{state="online"}', 'lookout_cameras{state="disabled"}', 'lookout_camera_online{camera="hall"}', 'lookout_windows_total', 'lookout_alerts_total{rule="phone"}', 'lookout_model_state{state="ready"}', 'lookout_outbox_alerts', 'lookout_windows_dropped_total{reason="overloaded"}', 'lookout_inference_duration_seconds_count{kind="window"}'].map((name) => [name, first.get(name)]))).toEqual({
    'lookout_info{version="1.2.3"}': 1, 'lookout_cameras{state="online"}': 1, 'lookout_cameras{state="disabled"}': 0, 'lookout_camera_online{camera="hall"}': 0, lookout_windows_total: 7,
    'lookout_alerts_total{rule="phone"}': 2, 'lookout_model_state{state="ready"}': 1, lookout_outbox_alerts: 0, 'lookout_windows_dropped_total{reason="overloaded"}': 3, 'lookout_inference_duration_seconds_count{kind="window"}': 1,
  });
  expect(first.has('lookout_store_bytes')).toBe(false);
  expect([...first.keys()].filter((name) => /process_resident_memory_bytes|nodejs_eventloop_lag_seconds/.test(name))).toHaveLength(2);
  reading = { windows: 9, cameras: [] };
  const second = linesOf(await metrics.text());
  expect([second.get('lookout_windows_total'), second.has('lookout_camera_online{camera="hall"}'), second.has('lookout_outbox_alerts')]).toEqual([9, false, false]);
});

test('a reading that fails does not take the others along', async () => {
  const metrics = createMetrics('1', { read: () => Promise.reject(new Error('locked')) }, log);
  expect(await metrics.text()).toContain('process_cpu_user_seconds_total');
});

test('requests are counted by the route and never by its address', async () => {
  const api = await serve([]);
  for (const path of ['/v1/tokens/one', '/v1/tokens/two', '/v1/none/secret-place', '/secret-page', '/v1/health?secret=1']) await api.request('GET', path, undefined, { scope: 'admin' });
  await api.delete('/v1/tokens/nobody');
  const answer = await api.get('/metrics');
  const text = await answer.text();
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toContain('lookout_http_request_duration_seconds_count{method="DELETE",route="/v1/tokens/:name",status="404"} 1');
  expect(text).toContain('route="/v1/health",status="400"');
  expect(text).not.toMatch(/secret|nobody/);
  expect((await api.get('/metrics', { scope: false })).status).toBe(401);
});
