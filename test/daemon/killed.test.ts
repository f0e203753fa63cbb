import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { publishRoom } from '../../src/demo/publish.ts';
import { createLogger } from '../../src/health/log.ts';
import { Secret } from '../../src/secret.ts';
import { openStore } from '../../src/store/store.ts';
import { freePort, mosquitto } from '../alerts/mosquitto.ts';
import { start, workFolder } from '../cli/lookout.ts';

const KEY = '0123456789abcdef0123';
const log = createLogger({ level: 'silent' });

interface Status {
  readonly state: string;
  readonly since_ms: number;
}

/** The daemon as a process, watching a filmed room over RTMP, with a real broker. */
async function watched(): Promise<{ folder: string; daemon: ReturnType<typeof start>; states: Status[]; available: string[] }> {
  const broker = await mosquitto();
  onTestFinished(() => broker.remove());
  await broker.start();
  const port = await freePort();
  const folder = workFolder(`mqtt: { url: "${broker.url}" }\nrtmp: { enabled: true, port: ${port} }\ncameras: [{ id: yard, rtmp_key: ${KEY} }]`);
  const states: Status[] = [];
  const available: string[] = [];
  const listener = await connectAsync(broker.url);
  onTestFinished(() => listener.endAsync());
  listener.on('message', (topic, payload) => {
    if (topic === 'lookout/available') available.push(String(payload));
    else states.push(JSON.parse(String(payload)) as Status);
  });
  await listener.subscribeAsync(['lookout/available', 'lookout/yard/status']);
  const daemon = start(folder, ['run']);
  await daemon.says('watching');
  const filming = new AbortController();
  onTestFinished(() => filming.abort());
  publishRoom({ seed: 7, duration: 600, url: new Secret(`rtmp://127.0.0.1:${port}/live/${KEY}`) }, filming.signal, log).begin();
  await expect.poll(() => states.at(-1)?.state, { timeout: 60_000 }).toBe('online');
  return { folder, daemon, states, available };
}

/** The daemon's own child whose command line names this module, as TypeScript or as the program that was made of it. */
function childOf(parent: number, module: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // the command's name stands in brackets and may hold anything; after it come the state and the parent
      const ppid = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[1];
      if (Number(ppid) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${module}.`)) return Number(pid);
    } catch {
      continue; // it ended meanwhile
    }
  }
  throw new Error(`no child of ${parent} runs ${module}`);
}

describe('a child that is killed', () => {
  test.each(['camera/cameraChild', 'ingest/rtmp/child'])('%s: the daemon goes on, the camera comes back, the gap is in the log', async (module) => {
    const { folder, daemon, states } = await watched();
    const before = states.length;
    process.kill(childOf(daemon.child.pid ?? 0, module), 'SIGKILL');
    await expect.poll(() => states.slice(before).map((s) => s.state), { timeout: 90_000 }).toEqual(expect.arrayContaining(['offline', 'online']));
    expect(states.at(-1)?.state).toBe('online');
    expect(daemon.child.exitCode).toBeNull();
    const store = openStore({ path: join(folder, 'events.db'), retentionDays: 0, readOnly: true }, log);
    onTestFinished(() => store.close());
    const offline = states.slice(before).find((s) => s.state === 'offline');
    const gap = store.coverage({ camera: 'yard', reason: 'offline', order: 'desc', limit: 1 })[0];
    expect(gap?.start).toBe(offline?.since_ms);
    // what is pushed begins anew with the last keyframe, which may be from before the kill
    expect(gap?.end).toBeGreaterThanOrEqual(gap?.start ?? Infinity);
    daemon.child.kill('SIGTERM');
    expect((await daemon.outcome).code).toBe(0);
  });

  test('the model: the daemon goes on and the model is back', async () => {
    const { daemon, states, available } = await watched();
    const parent = daemon.child.pid ?? 0;
    const killed = childOf(parent, 'process/child');
    process.kill(killed, 'SIGKILL');
    await expect.poll(() => childOf(parent, 'process/child'), { timeout: 60_000 }).not.toBe(killed);
    expect(states.at(-1)?.state).toBe('online');
    daemon.child.kill('SIGTERM');
    expect((await daemon.outcome).code).toBe(0);
    expect(available).toEqual(['online', 'offline']);
  });
});
