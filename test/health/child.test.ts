import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { filter, firstValueFrom, take, timeout, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { superviseChild } from '../../src/health/child.ts';
import type { ChildSpec, SupervisedChild } from '../../src/health/child.ts';
import { createLogger } from '../../src/health/log.ts';
import { programFor } from '../../src/health/program.ts';

const log = createLogger({ level: 'silent' });
let abort = new AbortController();
let running: SupervisedChild[] = [];

function start(spec: Partial<ChildSpec> = {}): SupervisedChild {
  const child = superviseChild({ name: 'echo', entry: new URL('./echoChild.ts', import.meta.url), memoryMb: 300, init: 'hello', ...spec }, abort.signal, log);
  running.push(child);
  return child;
}

const reach = (child: SupervisedChild, state: string) => firstValueFrom(child.state$.pipe(filter((s) => s === state), timeout(80_000)));
const says = (child: SupervisedChild) => firstValueFrom(child.messages$.pipe(timeout(80_000)));
const exit = (child: SupervisedChild) => firstValueFrom(child.exits$.pipe(timeout(80_000)));
const alive = (pid: number | undefined) => existsSync(`/proc/${pid}`);

afterEach(async () => {
  abort.abort();
  await Promise.all(running.map((child) => child.stop()));
  abort = new AbortController();
  running = [];
});

describe('a supervised child', { timeout: 120_000 }, () => {
  it('gets its init, echoes, and carries bytes', async () => {
    const child = start({ init: { key: new Uint8Array([1, 2, 3]) } });
    expect(child.send('too early')).toBe(false);
    expect(await says(child)).toEqual({ init: { key: new Uint8Array([1, 2, 3]) } });
    await reach(child, 'up');
    const answer = says(child);
    expect(child.send('ping')).toBe(true);
    expect(await answer).toEqual({ echo: 'ping' });
  });

  it('comes back after kill -9 with the same init', async () => {
    const child = start();
    await reach(child, 'up');
    const first = child.pid;
    const states = firstValueFrom(child.state$.pipe(take(4), toArray()));
    const ended = exit(child);
    const again = says(child);
    process.kill(first ?? 0, 'SIGKILL');
    expect((await ended).detail).toBe('killed by SIGKILL');
    expect(await again).toEqual({ init: 'hello' });
    expect(await states).toEqual(['up', 'down', 'starting', 'up']);
    expect(child.pid).not.toBe(first);
  });

  it('is killed when its event loop hangs', async () => {
    const child = start({ heartbeatMs: 300 });
    await reach(child, 'up');
    const ended = exit(child);
    child.send('hang');
    expect((await ended).detail).toMatch(/no heartbeat/);
  });

  it('is killed when it outgrows its memory', async () => {
    const child = start();
    await reach(child, 'up');
    const ended = exit(child);
    child.send('grow');
    expect((await ended).detail).toMatch(/of its 300 MB/);
  });

  it('tells why it broke, without the password', async () => {
    const child = start();
    await reach(child, 'up');
    const ended = exit(child);
    child.send('throw');
    expect(await ended).toMatchObject({ code: 'CHILD_EXITED', detail: 'exited with status 1: Error: the echo broke at rtsp://[redacted]@host/x' });
  });

  it('hands on the code of a failed init, and gives up at once where the first is final', async () => {
    const child = start({ init: 'refuse', retryFirst: false });
    expect(await exit(child)).toMatchObject({ code: 'PORT_IN_USE', detail: 'Port 1 is taken.' });
    await reach(child, 'stopped');
  });

  it('ends when the signal aborts', async () => {
    const child = start();
    await reach(child, 'up');
    const { pid } = child;
    abort.abort();
    await child.stop();
    expect(alive(pid)).toBe(false);
    expect(child.send('x')).toBe(false);
  });

  it('does not outlive a killed parent', async () => {
    const { file, flags } = programFor(new URL('./supervisorChild.ts', import.meta.url));
    const parent = spawn(process.execPath, [...flags, file], { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => alive(pid), { timeout: 60_000 }).toBe(false);
  });
});
