import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real mosquitto on a loopback port of its own, which can be killed, frozen and started again on the same port. */
export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  /** SIGKILL, and until it is gone */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

/** Debian puts it where only root looks. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

/** What outlives the broker's death: every change; what mosquitto saves of its own accord, half-hourly and at a goodbye; nothing. */
export type Saving = 'always' | 'default' | 'never';

const SAVING: Readonly<Record<Saving, readonly string[]>> = {
  always: ['persistence true', 'autosave_on_changes true', 'autosave_interval 1'],
  default: ['persistence true'],
  never: ['persistence false'],
};

/** @param config extra lines; `{dir}` stands for the broker's own folder, in which `files` lie */
export async function mosquitto(config = 'allow_anonymous true', files: Record<string, string> = {}, saving: Saving = 'always'): Promise<Mosquitto> {
  const dir = mkdtempSync(join(tmpdir(), 'lookout-mosquitto-'));
  const port = await freePort();
  const location = saving === 'never' ? [] : [`persistence_location ${dir}/`];
  // TLS is for the listener above it, so what a test adds comes right after.
  const lines = [`listener ${port} 127.0.0.1`, config.replaceAll('{dir}', dir), 'user root', ...SAVING[saving], ...location];
  writeFileSync(join(dir, 'mosquitto.conf'), `${lines.join('\n')}\n`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o600 });
  let child: ChildProcess | undefined;
  const broker: Mosquitto = {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async start() {
      child = spawn('mosquitto', ['-c', join(dir, 'mosquitto.conf')], { stdio: 'ignore', env: { ...process.env, PATH } });
      await listening(port);
    },
    async kill() {
      const running = child;
      child = undefined;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      running.kill('SIGKILL');
      await once(running, 'exit');
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async remove() {
      await broker.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return broker;
}

/** A loopback port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1');
    const ok = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (ok) return;
    await sleep(50);
  }
  throw new Error('mosquitto did not start; is it installed?');
}
