import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPublisher } from '../../src/alerts/publisher.ts';
import { createLogger } from '../../src/health/log.ts';
import { openStore } from '../../src/store/store.ts';
import { mosquitto } from './mosquitto.ts';
import type { Mosquitto } from './mosquitto.ts';
import { subscriber, until } from './subscriber.ts';

const log = createLogger({ level: 'silent' });
let folder: string;
let broker: Mosquitto;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-killed-'));
  broker = await mosquitto();
  await broker.start();
});
afterEach(async () => {
  await broker.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A process with a store and a publisher: says "connected", puts one alert when told to, and says "sent". */
function daemon(path: string, url: string): ReturnType<typeof spawn> {
  const from = (file: string): string => JSON.stringify(join(import.meta.dirname, file));
  const script = `
    import { createLogger } from ${from('../../src/health/log.ts')};
    import { openStore } from ${from('../../src/store/store.ts')};
    import { startPublisher } from ${from('../../src/alerts/publisher.ts')};
    import { alert } from ${from('../store/values.ts')};
    const log = createLogger({ level: 'silent' });
    const store = openStore({ path: ${JSON.stringify(path)}, retentionDays: 7 }, log);
    const out = startPublisher({ url: ${JSON.stringify(url)}, prefix: 'lookout', clientId: 'lookout' }, store, new AbortController().signal, log);
    out.state$.subscribe((state) => { if (state === 'connected') process.stdout.write('connected '); });
    process.stdin.once('data', () => {
      store.putAlert(alert({ id: 'promised' }));
      out.notify();
      setTimeout(() => process.stdout.write('sent '), 300);
    });`;
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
}

it('delivers again, with the same id, what a killed daemon had sent and not seen acknowledged', { timeout: 60_000 }, async () => {
  const path = join(folder, 'lookout.db');
  const heard = await subscriber(broker.url);
  const child = daemon(path, broker.url);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until('connected', () => said.includes('connected'), 30_000);
  await until('online', () => heard.on('lookout/available').length === 1);
  broker.freeze();
  child.stdin?.write('go\n');
  await until('sent', () => said.includes('sent'));
  child.kill('SIGKILL');
  await once(child, 'close');
  broker.thaw();
  await until('the last will', () => heard.on('lookout/available').at(-1)?.payload === 'offline');
  await until('the first delivery', () => heard.alerts().length === 1);

  const store = openStore({ path, retentionDays: 7 }, log);
  expect(store.pendingAlerts(10).map((a) => a.id)).toEqual(['promised']);
  const abort = new AbortController();
  const out = startPublisher({ url: broker.url, prefix: 'lookout', clientId: 'lookout' }, store, abort.signal, log);
  expect(await out.flush(15_000)).toBe(true);
  await until('the second delivery', () => heard.alerts().length === 2);
  expect(heard.alerts().map((a) => [a.id, a.phase])).toEqual([['promised', 'new'], ['promised', 'new']]);
  abort.abort();
  await out.stopped;
  store.close();
  await heard.end();
});
