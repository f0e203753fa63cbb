import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { StreamFacts } from '../../../src/camera/facts.ts';
import type { FrameSize } from '../../../src/ingest/frameSize.ts';
import { treeOf } from './processes.ts';

/** What was counted of a camera since the last reset. */
export interface CameraTally {
  readonly id: string;
  readonly pid: number | undefined;
  readonly state: string;
  /** times that it went offline */
  readonly lost: number;
  /** times that pictures were left out because decoding fell behind */
  readonly skipped: number;
  /** frames kept */
  readonly kept: number;
  readonly first: StreamFacts | undefined;
  readonly last: StreamFacts | undefined;
  /** ms between the time of the newest packet and the moment at which we were told of it, once a second */
  readonly factsLate: readonly number[];
  /** ms between a picture's time and the moment at which we were told that it was looked at */
  readonly lookedLate: readonly number[];
}

export type ToHerd =
  | { readonly kind: 'open'; readonly cameras: readonly { readonly id: string; readonly url: string; readonly frameSize: FrameSize; readonly gate: boolean }[] }
  | { readonly kind: 'reset' }
  | { readonly kind: 'tally'; readonly id: number };

export interface FromHerd {
  readonly kind: 'tally';
  readonly id: number;
  readonly cameras: readonly CameraTally[];
}

/** Cameras watched by a process of their own. */
export interface Herd {
  readonly pid: number;
  open(cameras: Extract<ToHerd, { kind: 'open' }>['cameras']): void;
  /** counts anew */
  reset(): void;
  tally(): Promise<readonly CameraTally[]>;
  /** Ends it and every process that it started. */
  stop(): Promise<void>;
}

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export function startHerd(): Herd {
  const child = fork(fileURLToPath(new URL('./herdChild.ts', import.meta.url)), [], { execArgv: ['--import', TSX], serialization: 'advanced' });
  const asked = new Map<number, { resolve: (cameras: readonly CameraTally[]) => void; reject: (error: Error) => void }>();
  let ids = 0;
  child.on('message', (message: FromHerd) => {
    asked.get(message.id)?.resolve(message.cameras);
    asked.delete(message.id);
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of asked.values()) reject(new Error(`The cameras' process ended (${signal ?? code}).`));
  });
  const send = (message: ToHerd): void => void child.send(message);
  return {
    pid: child.pid ?? 0,
    open: (cameras) => send({ kind: 'open', cameras }),
    reset: () => send({ kind: 'reset' }),
    tally: () =>
      new Promise((resolve, reject) => {
        if (!child.connected) return reject(new Error("The cameras' process has ended."));
        const id = ids++;
        asked.set(id, { resolve, reject });
        send({ kind: 'tally', id });
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const tree = treeOf(child.pid ?? 0);
      const gone = once(child, 'exit');
      child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), 5000);
      await gone;
      clearTimeout(late);
      for (const pid of tree) kill(pid);
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended, as it should
  }
}
