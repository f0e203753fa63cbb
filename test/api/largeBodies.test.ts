import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { MOST_TOGETHER } from '../../src/api/bodyRoom.ts';
import { route, type Route } from '../../src/api/route.ts';
import { serve, type Served } from './serve.ts';

const LIMIT = 48 * 2 ** 20;
const TALK: Route = route({
  method: 'POST', path: '/v1/talk', scope: 'viewer', tag: 'Test', summary: 'test', bodyLimit: LIMIT, body: z.looseObject({ text: z.unknown() }), response: { json: z.object({ ok: z.number() }) },
  handle: ({ body }) => ({ ok: JSON.stringify(body.text).length }),
});

async function answerTo(api: Served, body: string): Promise<string> {
  const answer = await api.post('/v1/talk', body, { headers: { 'content-type': 'application/json' } });
  return `${answer.status} ${await answer.text()}`;
}

test('a body of nothing but brackets is refused before it is parsed; long strings are not, whatever they hold', async () => {
  const api = await serve([TALK]);
  for (const many of ['{},', '[],', '1,', '"",', '"\\\\",']) expect(await answerTo(api, `{"text":[${many.repeat(2_000_000)}0]}`)).toMatch(/^400 .*the body holds more than 100000 values/);
  expect(await answerTo(api, `{"text":["${'\\"'.repeat(500_000)}${',[{'.repeat(500_000)}","\\\\"]}`)).toMatch(/^200 /);
  expect(await answerTo(api, `{"text":"${'A'.repeat(20_000_000)}"}`)).toBe('200 {"ok":20000002}');
  expect(await answerTo(api, `{"text":"${',\\\\'.repeat(200_000)}`)).toMatch(/^400 .*is no JSON/);
});

test('large bodies have so much room together; small ones always have some, and room is free again when the client goes', async () => {
  const api = await serve([TALK]);
  const coming: Socket[] = [];
  onTestFinished(() => coming.forEach((socket) => socket.destroy()));
  const head = `POST /v1/talk HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${api.token('viewer')}\r\nContent-Type: application/json\r\nContent-Length: ${LIMIT}\r\n\r\n{`;
  for (let i = 0; i < Math.floor(MOST_TOGETHER / LIMIT); i++) {
    const socket = connect(api.port, '127.0.0.1');
    socket.on('error', () => undefined);
    coming.push(socket);
    await once(socket, 'connect');
    socket.write(head);
  }
  const large = `{"text":"${'A'.repeat(20 * 2 ** 20)}"}`;
  await vi.waitFor(async () => expect(await answerTo(api, large).catch(String)).toMatch(/^503 .*SERVER_BUSY/), 10_000);
  expect(await answerTo(api, '{"text":"small"}')).toBe('200 {"ok":7}');
  coming.pop()?.destroy();
  await vi.waitFor(async () => expect(await answerTo(api, large).catch(String)).toMatch(/^200 /), 10_000);
});
