import { expect, test } from 'vitest';
import { endpointIds } from '../../src/engine/httpAddress.ts';
import { Secret } from '../../src/secret.ts';
import { engine, rig } from './rig.ts';

test('an address is one with and without /v1, and below a path', async () => {
  const one = await engine();
  const host = one.url.replace(/\/v1$/, '');
  for (const url of [host, `${host}/`, one.url, `${one.url}/`]) {
    const { pool, ask } = rig([{ url }]);
    await expect(ask()).resolves.toBeDefined();
    await pool.close();
  }
  expect(await one.counts()).toMatchObject({ requests: 4, elsewhere: 0 });
  const { pool } = rig([{ url: `${host}/models/qwen/v1` }]);
  await pool.ready;
  await expect(pool.request(() => ({ method: 'POST', base: 'root', path: '/api/chat', body: '{}' }), {})).resolves.toBeDefined();
  expect(await one.counts()).toMatchObject({ requests: 5, elsewhere: 1 });
});

test('endpoints are told apart by host and port, and nothing else of an address is told', () => {
  expect(endpointIds([{ url: 'https://user:secret@gpu1/v1' }, { url: 'http://gpu1:8000/v1?key=x' }, { url: 'http://gpu1:8000/other/v1' }, { url: 'http://[::1]:8000' }])).toEqual(['gpu1', 'gpu1:8000', 'gpu1:8000#2', '[::1]:8000']);
});

test('a key that cannot stand in a header, or an address that is no HTTP, is told without showing it', async () => {
  const one = await engine();
  const { ask, lines } = rig([{ url: one.url, apiKey: new Secret('line\nbreak') }]);
  await expect(ask()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE', detail: expect.stringContaining('ERR_INVALID_CHAR') });
  expect(lines.join('')).not.toContain('break');
  expect(() => rig([{ url: 'ftp://gpu1/v1' }])).toThrow(/CONFIG_INVALID/);
});

test('a pool that is closed lets go of all that waits', async () => {
  const one = await engine({ manner: { fault: 'hang' } });
  const { pool, ask } = rig([one], { atOnce: 1, timeout: 60_000 });
  await pool.ready;
  const asked = [ask(), ask(), ask()].map((work) => work.catch((error: unknown) => error));
  const states: string[] = [];
  pool.state$.subscribe({ next: (state) => states.push(state), complete: () => states.push('over') });
  await pool.close();
  for (const error of await Promise.all(asked)) expect(error).toMatchObject({ code: 'ENGINE_UNREACHABLE' });
  expect(states).toEqual(['up', 'stopped', 'over']);
  await expect(ask()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
});
