import type { ChildProcess } from 'node:child_process';
import type { ChildSpec } from './child.ts';
import { residentMb } from './memory.ts';

/** Loading the interpreter and the module's imports on a busy machine, ms. */
const START_TIME = 60_000;
/** How often a child is looked at, ms. */
const TICK = 1000;

/** Kills a child that does not start, no longer beats, or has outgrown its memory, and remembers why. */
export function watchLife(child: ChildProcess, spec: ChildSpec): { alive(): void; stop(): void; reason(): string | undefined } {
  let patience = START_TIME;
  let last = performance.now();
  let ticked = last;
  let why: string | undefined;
  const kill = (reason: string): void => {
    why ??= reason;
    child.kill('SIGKILL');
  };
  const timer = setInterval(() => {
    const now = performance.now();
    // while this process itself stood still it could hear no beat
    last += Math.max(0, now - ticked - 2 * TICK);
    ticked = now;
    const seconds = Math.round((now - last) / 1000);
    if (now - last > patience) return kill(patience === START_TIME ? `has not started within ${seconds} s: killed` : `no heartbeat for ${seconds} s: killed`);
    const rss = residentMb(child.pid);
    if (rss > spec.memoryMb) kill(`used ${Math.round(rss)} MB of its ${spec.memoryMb} MB: killed`);
  }, TICK);
  return {
    alive: () => {
      patience = 4 * (spec.heartbeatMs ?? 2000);
      last = performance.now();
    },
    stop: () => clearInterval(timer),
    reason: () => why,
  };
}
