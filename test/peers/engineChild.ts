import { once } from 'node:events';
import { createServer as createPlain } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineCounts, EngineManner, EngineStart } from './engine.ts';

/** An engine that behaves as it is told, well or badly; told by messages from its parent. */
const start = JSON.parse(process.argv[2] ?? '{}') as EngineStart;
let manner: EngineManner = start.manner ?? {};
const counts: EngineCounts = { requests: 0, answered: 0, abandoned: 0, outstanding: 0, mostAtOnce: 0, checks: 0, bodies: 0, elsewhere: 0 };
const ANSWER = { choices: [{ message: { content: '[]' }, finish_reason: 'stop' }], usage: { prompt_tokens: 100, completion_tokens: 5 } };

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function all(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function misbehave(request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (manner.fault) {
    case 'hang':
      return;
    case 'hang in the body':
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"choices":');
      return;
    case 'status':
      return json(response, manner.status ?? 500, { error: { message: manner.words ?? 'no' } }, manner.retryAfter === undefined ? {} : { 'retry-after': manner.retryAfter });
    case 'big': {
      response.writeHead(200, { 'content-type': 'application/json', ...(manner.told ? { 'content-length': 10_000_002 } : {}) });
      response.write('"');
      const closed = once(response, 'close');
      for (let i = 0; i < 1000 && !response.destroyed; i++) {
        if (!response.write('x'.repeat(10_000))) await Promise.race([once(response, 'drain'), closed]);
      }
      return void response.end('"');
    }
    case 'endless':
    case 'trickle':
      response.writeHead(200, { 'content-type': 'application/json' });
      while (!response.destroyed) {
        response.write(manner.fault === 'endless' ? 'token '.repeat(2000) : ' ');
        await sleep(manner.fault === 'endless' ? 1 : 20);
      }
      return;
    case 'no json':
      return void response.writeHead(200).end('<html>not here</html>');
    case 'half':
      response.writeHead(200, { 'content-length': 1000 }).write('{"choices":');
      await sleep(10);
      return void request.socket.destroy();
    case 'reset':
      return void request.socket.resetAndDestroy();
    case 'redirect':
      return void response.writeHead(307, { location: manner.to ?? '/elsewhere' }).end();
    case 'headers':
      return void response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end('{}');
    case 'no http':
      return void request.socket.end('nonsense\r\n\r\n');
    case undefined:
      return json(response, 200, { ...ANSWER, served: start.name, key: request.headers.authorization });
  }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    counts.checks++;
    if (manner.health === 'hang') return;
    if (typeof manner.health === 'number') return json(response, manner.health, { error: 'unwell' });
    return json(response, 200, { object: 'list', data: [{ id: 'qwen' }] });
  }
  if (!request.url?.startsWith('/v1/')) counts.elsewhere++;
  counts.requests++;
  counts.outstanding++;
  counts.mostAtOnce = Math.max(counts.mostAtOnce, counts.outstanding);
  let isOver = false;
  response.on('close', () => {
    counts.outstanding--;
    if (response.writableFinished || isOver) counts.answered++;
    else counts.abandoned++;
  });
  counts.bodies += (await all(request)).length;
  const [least = 0, most = least] = manner.takes ?? [];
  // every n-th request takes long
  const takes = manner.nth !== undefined && counts.requests % manner.nth === 0 ? most : least;
  if (takes > 0) await sleep(takes);
  if (!response.destroyed) await misbehave(request, response);
  isOver = response.writableEnded;
}

const listener: RequestListener = (request, response) => {
  serve(request, response).catch((error: unknown) => {
    if (!response.destroyed) throw error;
  });
};
const server = start.tls ? createTls({ ...start.tls, ...(start.tls.ca ? { requestCert: true } : {}) }, listener) : createPlain(listener);
// engines close connections that nobody uses, at a moment of their own
if (start.keepAliveMs !== undefined) server.keepAliveTimeout = start.keepAliveMs;
process.on('message', (message: { manner?: EngineManner }) => {
  if (message.manner) manner = message.manner;
  process.send?.({ counts });
});
process.on('disconnect', () => process.exit());
server.listen(start.port ?? 0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
