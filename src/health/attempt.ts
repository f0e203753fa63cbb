import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ChildExit, ChildSpec } from './child.ts';
import { watchLife } from './life.ts';
import { withoutCredentials } from './log.ts';
import type { Logger } from './log.ts';
import { programFor } from './program.ts';
import type { FromChild, ToChild } from './wire.ts';

/** One run of a supervised child, from fork to exit. */
export interface Attempt {
  readonly pid: number | undefined;
  send(message: unknown): boolean;
  stop(): Promise<void>;
}

export interface AttemptEvents {
  up(): void;
  message(body: unknown): void;
  /** exactly once */
  exit(exit: ChildExit): void;
}

/** Messages that may wait in the pipe to a child, e.g. while a native call blocks its thread. */
const MAX_WAITING = 64;

export function startAttempt(spec: ChildSpec, log: Logger, events: AttemptEvents): Attempt {
  const { NOTIFY_SOCKET: _socket, WATCHDOG_USEC: _period, NODE_OPTIONS: _options, ...inherited } = process.env;
  const { file, flags } = programFor(spec.entry);
  const child = fork(file, [], {
    execArgv: [...flags, `--max-old-space-size=${spec.memoryMb}`, ...(spec.flags ?? [])],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...inherited, ...spec.env },
  });
  const watch = watchLife(child, spec);
  const tail = readOutput(child, spec, log);
  let waiting = 0;
  let failed: { detail: string; code?: ChildExit['code'] } | undefined;

  const tell = (message: ToChild): boolean => {
    if (!child.connected || waiting >= MAX_WAITING) return false;
    waiting += 1;
    child.send(message, () => {
      waiting -= 1;
    });
    return true;
  };
  void ended(child, watch.stop).then((how) => {
    const why = watch.reason() ?? failed?.detail ?? [how, lastWords(tail)].filter(Boolean).join(': ');
    events.exit({ at: Date.now(), detail: why, code: failed?.code ?? 'CHILD_EXITED' });
  });
  child.on('message', (raw) => {
    const message = raw as FromChild;
    watch.alive();
    if (message.kind === 'hello') tell({ kind: 'init', body: spec.init });
    else if (message.kind === 'ready') events.up();
    else if (message.kind === 'message') events.message(message.body);
    else if (message.kind === 'failed') failed = message;
  });
  return {
    pid: child.pid,
    send: (body) => tell({ kind: 'message', body }),
    stop: () => stopChild(child, () => tell({ kind: 'stop' })),
  };
}

/** How the child ended, once its last messages and lines are in (half a second is given to a grandchild that holds its pipes). */
function ended(child: ChildProcess, dead: () => void): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      dead();
      resolve(`cannot be started: ${error.message}`);
    });
    child.once('exit', (status, sig) => {
      dead();
      const how = sig ? `killed by ${sig}` : `exited with status ${status}`;
      const settle = (): void => {
        if (!child.connected) resolve(how);
      };
      child.once('close', settle);
      child.once('disconnect', settle);
      setTimeout(() => resolve(how), 500);
    });
  });
}

function lastWords(tail: readonly string[]): string | undefined {
  return tail.find((line) => /^\w*Error\b|FATAL ERROR/.test(line)) ?? tail.at(-1);
}

/** Asks politely, then SIGTERM after 1 s, then SIGKILL after 2 s. */
function stopChild(child: ChildProcess, ask: () => boolean): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const term = setTimeout(() => child.kill('SIGTERM'), 1000);
    const kill = setTimeout(() => child.kill('SIGKILL'), 2000);
    child.once('exit', () => {
      clearTimeout(term);
      clearTimeout(kill);
      resolve();
    });
    if (!ask()) child.kill('SIGTERM');
  });
}

/** Logs what the child prints and keeps the last lines of stderr, which tell why it died. */
function readOutput(child: ChildProcess, spec: ChildSpec, log: Logger): string[] {
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      const text = withoutCredentials(line.slice(0, 400)).trim();
      if (text === '') return;
      log.debug({ child: spec.name }, text);
      if (stream === child.stderr && tail.push(text) > 20) tail.shift();
    });
  }
  return tail;
}
