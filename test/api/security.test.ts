import { createServer } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyRoute, everyTraversal, traversals } from './everyRoute.ts';
import { routeTable } from './routeTable.ts';
import { serve, type Served } from './serve.ts';

/** What lies outside of the page's folder, and must stay there. */
const CANARY = 'a-canary-outside-of-the-page';

describe('the whole table', () => {
  let api: Served;
  const folder = mkdtempSync(join(tmpdir(), 'lookout-table-'));

  beforeAll(async () => {
    mkdirSync(join(folder, 'page/assets'), { recursive: true });
    writeFileSync(join(folder, 'page/index.html'), 'the page');
    writeFileSync(join(folder, 'page/.env'), CANARY);
    for (const place of ['etc', '.git']) mkdirSync(join(folder, place));
    for (const file of ['etc/passwd', '.env', '.git/config']) writeFileSync(join(folder, file), CANARY);
    api = await serve(await routeTable(), { page: join(folder, 'page'), limits: { perMinute: 1e6, heavyPerMinute: 1e6 } });
  });
  afterAll(async () => {
    await api.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('every route × no token, a wrong one, a scope below, the right one', async () => {
    expect(api.routes.length).toBeGreaterThan(20);
    expect(await everyRoute(api)).toEqual([]);
  });

  test('more than 100 forms of traversal against the files and every parameter of a path', async () => {
    expect(new Set(traversals()).size).toBeGreaterThan(100);
    expect(await everyTraversal(api, [CANARY, 'root:x:0:0', 'PATH='])).toEqual([]);
  });
});

test('these checks find a server that lets everything through', async () => {
  const open = createServer((_request, answer) => answer.end(CANARY)).listen(0, '127.0.0.1');
  await new Promise((resolve) => open.once('listening', resolve));
  const { port } = open.address() as { port: number };
  const routes = await routeTable();
  const where = { port, routes, token: () => 'x' };
  const guarded = routes.filter((route) => route.scope !== 'public').length;
  expect((await everyRoute(where)).length).toBeGreaterThanOrEqual(2 * guarded);
  expect((await everyTraversal({ ...where, routes: [] }, [CANARY])).length).toBeGreaterThan(200);
  open.closeAllConnections();
  await new Promise((resolve) => open.close(resolve));
});
