import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LookoutError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { EngineRefusal } from '../../src/engine/transport.ts';
import { authority } from '../alerts/authority.ts';
import { selfSigned } from '../network/certificate.ts';
import { CALL, engine, fault, rig, until } from './rig.ts';

const times = <T>(n: number, make: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: n }, make));

test('work is shared out, no endpoint has more than its share, and what is too much waits', async () => {
  const two = [await engine({ manner: { takes: [50] } }), await engine({ manner: { takes: [50] } })];
  const { pool, ask } = rig(two, { atOnce: 3 });
  await until(() => pool.atOnce === 6);
  const asked = times(30, ask);
  expect(pool.figures()).toMatchObject({ waiting: 24 });
  await asked;
  const counts = await Promise.all(two.map((one) => one.counts()));
  for (const { requests, mostAtOnce } of counts) {
    expect(mostAtOnce).toBe(3);
    expect(requests).toBeGreaterThanOrEqual(9);
  }
});

test('an endpoint that is ten times as slow gets little of the work', async () => {
  const [quick, slow] = [await engine({ manner: { takes: [20] } }), await engine({ manner: { takes: [200] } })];
  const { pool, ask } = rig([slow, quick], { atOnce: 2 });
  await until(() => pool.atOnce === 4);
  for (let i = 0; i < 40; i++) await ask();
  expect((await slow.counts()).requests).toBeLessThanOrEqual(4);
  expect((await quick.counts()).requests).toBeGreaterThanOrEqual(36);
});

test('a camera stays where its prefix is, also when another endpoint is idle', async () => {
  const two = [await engine({ manner: { takes: [20] } }), await engine({ manner: { takes: [20] } })];
  const { pool, ask } = rig(two);
  await until(() => pool.atOnce === 8);
  await times(4, ask);
  const served = new Map<string, Set<string>>();
  for (let i = 0; i < 20; i++) {
    for (const affinity of ['door', 'yard', 'gate']) {
      const { endpoint } = await ask({ affinity });
      served.set(affinity, (served.get(affinity) ?? new Set()).add(endpoint));
    }
  }
  for (const endpoints of served.values()) expect(endpoints.size).toBe(1);
});

test('what one endpoint fails at another does, and the one that fails is left alone until it is well', async () => {
  const [good, bad] = [await engine(), await engine()];
  const { pool, ask, lines } = rig([bad, good], { retryBudget: 0.1 });
  await until(() => pool.atOnce === 8);
  await bad.behave({ fault: 'status', status: 500, health: 500 });
  for (let i = 0; i < 30; i++) expect((await ask()).endpoint).toBe(`127.0.0.1:${good.port}`);
  expect((await bad.counts()).requests).toBe(3);
  expect(pool.atOnce).toBe(4);
  expect(pool.figures()).toMatchObject({ retries: 3 });
  await bad.behave({});
  await until(async () => {
    await times(4, ask);
    return pool.figures().endpoints.every((e) => e.state === 'closed');
  });
  expect(lines.filter((line) => line.includes('gets no requests'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('used again'))).toHaveLength(1);
});

test('retries are few: no more than the budget and a reserve', async () => {
  const two = [await engine(), await engine()];
  const { pool, ask } = rig(two, { retryBudget: 0.1, atOnce: 16 });
  await until(() => pool.atOnce === 32);
  // every other request fails, so that no breaker opens
  for (const one of two) await one.behave({ fault: 'status', status: 429, retryAfter: '0' });
  const results = await Promise.allSettled(Array.from({ length: 60 }, () => ask()));
  expect(results.every((r) => r.status === 'rejected')).toBe(true);
  const sent = (await Promise.all(two.map((one) => one.counts()))).reduce((sum, c) => sum + c.requests, 0);
  expect(sent).toBeLessThanOrEqual(60 + 5 + 6);
  expect(sent).toBeGreaterThan(60);
});

test('Retry-After is kept to, and says at once where it is too late', async () => {
  const one = await engine();
  const { pool, ask } = rig([one], { timeout: 5000 });
  await pool.ready;
  await one.behave({ fault: 'status', status: 429, retryAfter: '60' });
  expect(await fault(ask())).toMatchObject({ code: 'ENGINE_BUSY' });
  expect(await fault(ask())).toMatchObject({ code: 'ENGINE_BUSY', detail: expect.stringMatching(/takes no requests for \d+ s/) });
  expect(await one.counts()).toMatchObject({ requests: 1 });
});

test('what the engine will not take is not tried again, nor held against it', async () => {
  const two = [await engine({ manner: { fault: 'status', status: 400 } }), await engine({ manner: { fault: 'status', status: 400 } })];
  const { pool, ask } = rig(two);
  await until(() => pool.atOnce === 8);
  for (let i = 0; i < 10; i++) expect(await fault(ask())).toBeInstanceOf(EngineRefusal);
  const sent = (await Promise.all(two.map((one) => one.counts()))).reduce((sum, c) => sum + c.requests, 0);
  expect(sent).toBe(10);
  expect(pool.atOnce).toBe(8);
});

test('a connection that the engine has let go of costs nothing', async () => {
  const one = await engine({ keepAliveMs: 30 });
  const { pool, ask } = rig([one], { retryBudget: 0 });
  await pool.ready;
  for (let i = 0; i < 40; i++) {
    await ask();
    await new Promise((resolve) => setTimeout(resolve, 24 + (i % 12)));
  }
  expect(pool.figures().endpoints[0]).toMatchObject({ state: 'closed' });
});

test('where no engine is, requests fail at once, and work again soon after one is there', async () => {
  const one = await engine();
  const { pool, ask } = rig([one], { timeout: 60_000 });
  await ask();
  const states: string[] = [];
  pool.state$.subscribe((state) => states.push(state));
  await one.kill();
  expect(await fault(ask())).toMatchObject({ code: 'ENGINE_UNREACHABLE' });
  await until(async () => (await fault(ask())).detail.startsWith('No engine takes requests'));
  await engine({ port: one.port });
  await until(() => pool.figures().endpoints[0]?.state === 'half-open');
  await ask();
  expect(states).toEqual(['up', 'down', 'up']);
});

test('an engine that lists its models and hangs is tried with one request at a time, and another answers in its stead', async () => {
  const [good, bad] = [await engine(), await engine()];
  const { pool, ask } = rig([bad, good], { timeout: 1200, atOnce: 2 });
  await until(() => pool.atOnce === 4);
  await bad.behave({ fault: 'hang' });
  const lost = await Promise.allSettled(Array.from({ length: 12 }, () => ask()));
  expect(lost.filter((r) => r.status === 'rejected').length).toBeLessThanOrEqual(6);
  while (pool.figures().endpoints[0]?.state === 'closed') await ask().catch(() => undefined);
  // tried out again and again meanwhile, and nobody has to wait for it
  for (const end = Date.now() + 4000; Date.now() < end; ) {
    expect((await ask()).endpoint).toBe(`127.0.0.1:${good.port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect((await bad.counts()).mostAtOnce).toBeLessThanOrEqual(2);
});

test('only what a check lets pass gets requests', async () => {
  const two = [await engine(), await engine()];
  const checked: string[] = [];
  const { ask } = rig(two, {}, {
    check: async (endpoint, send) => {
      checked.push(endpoint.id);
      await send({ ...CALL, base: 'root', path: '/probe' }, {});
      if (endpoint.id.endsWith(`:${two[0]?.port}`)) throw new RangeError('no pictures');
    },
  });
  await ask();
  await until(() => checked.length >= 4);
  await times(5, ask);
  expect(await two[0]?.counts()).toMatchObject({ requests: expect.any(Number), elsewhere: expect.any(Number) });
  const { requests = 0, elsewhere = -1 } = (await two[0]?.counts()) ?? {};
  expect(requests).toBe(elsewhere);
});

test('a request for which no endpoint will do says so; one will do is found', async () => {
  const two = [await engine({ name: 'a' }), await engine({ name: 'b' })];
  const { pool } = rig(two);
  await until(() => pool.atOnce === 8);
  for (let i = 0; i < 4; i++) {
    const { json } = await pool.request(({ id }) => (id.endsWith(`:${two[1]?.port}`) ? CALL : undefined), {});
    expect(json).toMatchObject({ served: 'b' });
  }
  expect(await fault(pool.request(() => undefined, {}))).toMatchObject({ code: 'ENGINE_UNSUITABLE' });
});

test('more requests than can wait are refused', async () => {
  const one = await engine({ manner: { fault: 'hang' } });
  const { pool, ask } = rig([one], { timeout: 1500, atOnce: 1 });
  await pool.ready;
  const results = await Promise.allSettled(Array.from({ length: 300 }, () => ask()));
  const faults = results.map((r) => (r.status === 'rejected' ? String(r.reason) : ''));
  const told = (words: RegExp): number => faults.filter((said) => words.test(said)).length;
  expect(told(/ENGINE_BUSY: 256 requests wait/)).toBe(300 - 257);
  // those that had the engine, and those whose time went by in the line
  expect(told(/ENGINE_TIMEOUT: .* has not answered/) + told(/ENGINE_BUSY: No engine was free/)).toBe(257);
  // an engine hears a moment later that nobody waits any more
  expect((await one.counts()).mostAtOnce).toBeLessThanOrEqual(2);
});

test('an engine whose JSON is no answer has failed, and is not given all the work for being quick', async () => {
  const [quick, good] = [await engine({ name: 'quick' }), await engine({ name: 'good', manner: { takes: [30] } })];
  const { pool } = rig([quick, good]);
  await until(() => pool.atOnce === 8);
  const check = (json: unknown): void => {
    if ((json as { served?: string }).served === 'quick') throw new LookoutError('ENGINE_ANSWER', 'It is none.');
  };
  const asked = await times(1, () => Promise.allSettled(Array.from({ length: 12 }, () => pool.request(() => ({ ...CALL, check }), {}))));
  expect(asked.flat().some(({ status }) => status === 'rejected')).toBe(true);
  await until(() => pool.figures().endpoints[0]?.state === 'open');
  expect(await times(4, () => pool.request(() => ({ ...CALL, check }), {}))).toMatchObject(Array.from({ length: 4 }, () => ({ json: { served: 'good' } })));
});

test('certificates that are away while they are renewed cost no more than another look', async () => {
  const own = authority();
  try {
    const server = own.issue('engine', 'IP:127.0.0.1');
    const tls = { key: server.text('key'), cert: server.text('cert') };
    const first = await engine({ tls });
    const { pool, ask } = rig([{ url: first.url, ca: own.ca }], { retryBudget: 0 });
    await ask();
    const text = readFileSync(own.ca);
    rmSync(own.ca);
    await first.kill();
    while (pool.figures().endpoints[0]?.state === 'closed') await ask().catch(() => undefined);
    await until(() => pool.problem?.code === 'ENGINE_CERTIFICATE');
    writeFileSync(own.ca, text);
    await engine({ tls, port: first.port });
    await until(() => pool.problem === undefined || pool.figures().endpoints[0]?.state === 'half-open');
    await expect(ask()).resolves.toBeDefined();
  } finally {
    own.remove();
  }
});

test('TLS: by an authority of one’s own, with a certificate of one’s own, and no other', async () => {
  const own = authority();
  try {
    const [server, client] = [own.issue('engine', 'IP:127.0.0.1'), own.issue('lookout')];
    const wrong = selfSigned('DNS:elsewhere');
    const tls = { key: server.text('key'), cert: server.text('cert'), ca: own.issue('x').text('cert') };
    const mutual = await engine({ tls: { ...tls, ca: readFileSync(own.ca, 'utf8') } });
    const strange = await engine({ tls: wrong });
    await expect(rig([{ url: mutual.url, ca: own.ca, cert: client.cert, key: client.key, apiKey: new Secret('k') }]).ask()).resolves.toBeDefined();
    expect(await fault(rig([{ url: mutual.url, ca: own.ca }]).ask())).toMatchObject({ code: expect.stringMatching(/ENGINE_(UNREACHABLE|UNTRUSTED)/) });
    expect(await fault(rig([{ url: strange.url, ca: own.ca }]).ask())).toMatchObject({ code: 'ENGINE_UNTRUSTED' });
    expect(await fault(rig([{ url: strange.url }]).ask())).toMatchObject({ code: 'ENGINE_UNTRUSTED' });
    await expect(rig([{ url: strange.url, verify: false }]).ask()).resolves.toBeDefined();
    expect(() => rig([{ url: mutual.url, ca: '/nowhere.pem' }])).toThrow(/ENGINE_CERTIFICATE/);
    expect(() => rig([{ url: mutual.url, cert: client.cert, key: server.key }])).toThrow(/ENGINE_CERTIFICATE/);
  } finally {
    own.remove();
  }
});
