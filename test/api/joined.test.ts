import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenApi } from '../../src/api/openapi.ts';
import type { Scope } from '../../src/api/route.ts';
import { openTokens } from '../../src/api/tokens.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { createLogger } from '../../src/health/log.ts';
import { ask, everyJunk, everyRoute, everyTraversal, routesOf, type Where } from './everyRoute.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCOPES = ['viewer', 'editor', 'admin'] as const;
const CANARY = 'a-canary-beside-the-configuration';

const folder = mkdtempSync(join(tmpdir(), 'lookout-joined-'));
const halt = new AbortController();
const tokens = openTokens(join(folder, 'tokens.json'));
const known = new Map<Scope, string>(SCOPES.map((scope) => [scope, tokens.add(scope, scope)]));
let daemon: Daemon;
let where: Where;
let api: OpenApi;

/** The daemon itself, with a rule, a camera that is switched off, a log and a folder of media, and no broker. */
beforeAll(async () => {
  for (const place of ['rules', 'media']) mkdirSync(join(folder, place));
  for (const file of ['etc', 'secret.txt']) writeFileSync(join(folder, file), CANARY);
  writeFileSync(join(folder, 'rules/phone.yaml'), 'alert: someone picks up phone\n');
  const lines = [`model: { name: ${join(ROOT, 'models/demo')}, threads: 1 }`, 'api: { port: 0, tokens: tokens.json, requests_per_minute: 1000000 }', 'mqtt: { url: "mqtt://127.0.0.1:9" }', 'recordings: { mode: "off" }', 'cameras: [{ id: hall, url: "rtsp://127.0.0.1:9/x", enabled: false }]'];
  writeFileSync(join(folder, 'lookout.yaml'), `${lines.join('\n')}\n`);
  let port = 0;
  daemon = await startDaemon(loadConfig(join(folder, 'lookout.yaml')), { log: createLogger({ level: 'fatal' }), signal: halt.signal, apiReady: (url) => (port = Number(new URL(url).port)) });
  await daemon.ready;
  api = JSON.parse((await ask(port, 'GET', '/openapi.json')).body) as OpenApi;
  where = { port, routes: routesOf(api), token: (scope) => known.get(scope) ?? '' };
});

afterAll(async () => {
  halt.abort();
  await daemon.done;
  rmSync(folder, { recursive: true, force: true });
});

test('every route of the daemon × no token, a wrong one, each scope', async () => {
  expect(where.routes.length).toBeGreaterThan(35);
  expect(await everyRoute(where)).toEqual([]);
});

test('every form of traversal, against handlers that have a log, files and a model behind them', async () => {
  expect(await everyTraversal(where, [CANARY, 'root:x:0:0'])).toEqual([]);
});

test('what makes no sense, in every key of every query and in every body, is refused or finds nothing, and is no fault', async () => {
  expect(await everyJunk(where, api)).toEqual([]);
  for (const path of ['/v1/health', '/v1/health/ready']) expect((await ask(where.port, 'GET', path)).status).toBe(200);
});
