import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc's CPU times a second (proc(5)). */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

interface Stat {
  readonly parent: number;
  /** user and system time of the process itself, s */
  readonly own: number;
  /** of its children that ended and were waited for, s */
  readonly gone: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name, in brackets, may hold anything
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    const [parent = 0, user = 0, system = 0, goneUser = 0, goneSystem = 0] = [fields[1], fields[11], fields[12], fields[13], fields[14]];
    return { parent, own: (user + system) / TICKS, gone: (goneUser + goneSystem) / TICKS };
  } catch {
    // it has ended
    return undefined;
  }
}

/** A process and all that descend from it and live. */
export function treeOf(root: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? statOf(pid)?.parent : undefined;
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), pid]);
  }
  const tree: number[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    tree.push(pid);
    open.push(...(parents.get(pid) ?? []));
  }
  return tree;
}

/** Processor seconds, user and system, of a process and all its descendants, those included that have ended. */
export function treeCpu(root: number): number {
  return treeOf(root).reduce((sum, pid) => sum + ownCpu(pid), 0);
}

/** Of the process itself, and of children that have ended. */
export function ownCpu(pid: number): number {
  const stat = statOf(pid);
  return stat ? stat.own + stat.gone : 0;
}

export interface Memory {
  /** proportional set size: pages shared by several processes are shared out between them, MB */
  readonly pss: number;
  /** of no file, MB */
  readonly anonymous: number;
}

export function treeMemory(root: number): Memory {
  const read = (pid: number): Memory => {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      const line = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
      return { pss: line('Pss'), anonymous: line('Anonymous') };
    } catch {
      return { pss: 0, anonymous: 0 };
    }
  };
  return treeOf(root).map(read).reduce((a, b) => ({ pss: a.pss + b.pss, anonymous: a.anonymous + b.anonymous }), { pss: 0, anonymous: 0 });
}

/** ffmpeg, to be ended with `stop`; what it complains of is kept. */
export interface Ffmpeg {
  readonly pid: number;
  readonly child: ChildProcess;
  /** throws if it has ended by itself, with its last words */
  check(): void;
  stop(): Promise<void>;
}

export function startFfmpeg(args: readonly string[]): Ffmpeg {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-400)));
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      words = error.message;
      resolve();
    });
  });
  return {
    pid: child.pid ?? 0,
    child,
    check: () => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) throw new Error(`ffmpeg ended (${child.exitCode ?? child.signalCode}): ${words.trim()}`);
    },
    stop: async () => {
      if (child.pid === undefined) return;
      child.kill('SIGKILL');
      await ended;
    },
  };
}
