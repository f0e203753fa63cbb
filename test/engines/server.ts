import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointConfig } from '../../src/config/engineSchema.ts';
import { freePort } from '../alerts/mosquitto.ts';
import type { Engine } from './found.ts';

export interface ServerCommand {
  readonly kind: EndpointConfig['kind'];
  readonly model?: string;
  /** `{port}` is replaced */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A first import of torch takes its time. */
const PATIENCE = 120_000;
const TOLD = 2000;

/** Starts an engine's server on a free port of loopback, and waits until it says that it is in health. */
export async function startServer({ kind, model, command, env }: ServerCommand): Promise<Engine> {
  const port = await freePort();
  const [file = '', ...args] = command.map((word) => word.replace('{port}', String(port)));
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  // where the tests are ended from outside
  const orphaned = (): void => void child.kill('SIGKILL');
  process.once('exit', orphaned);
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told = (told + chunk.toString()).slice(-TOLD)));
  let failed: string | undefined;
  child.on('error', (error) => (failed = error.message));
  child.on('exit', (code) => (failed ??= `it ended with ${code}: ${told}`));
  const stop = async (): Promise<void> => {
    if (failed !== undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(killer);
    process.off('exit', orphaned);
  };
  const until = Date.now() + PATIENCE;
  while (!(await healthy(`http://127.0.0.1:${port}/health`))) {
    if (failed !== undefined) throw new Error(`${file} did not start: ${failed}`);
    if (Date.now() > until) {
      await stop();
      throw new Error(`${file} was not in health after ${PATIENCE / 1000} s: ${told}`);
    }
    await sleep(250);
  }
  return { url: `http://127.0.0.1:${port}/v1`, kind, ...(model ? { model } : {}), stop };
}

async function healthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // not listening yet
    return false;
  }
}
