import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** Processor seconds, user and system, of a living process (proc(5)); undefined where the system does not tell. */
export function cpuSeconds(pid: number | undefined): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name, in brackets, may hold anything
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    return ((fields[11] ?? 0) + (fields[12] ?? 0)) / ticks();
  } catch {
    // it has ended, or this is no Linux
    return undefined;
  }
}

let known: number | undefined;

function ticks(): number {
  return (known ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) || 100);
}

/** Seconds that all processors together were at work since the machine was started. */
export function machineSeconds(): number {
  return cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) / 1000, 0);
}

/** Processor seconds of this process. */
export function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Speed of the fastest network link that is up, Mbit/s; undefined where the system does not tell (Wi-Fi and virtual machines mostly do not). */
export function linkSpeed(): number | undefined {
  try {
    const speeds = readdirSync('/sys/class/net').filter((name) => name !== 'lo').map((name) => speedOf(name));
    const most = Math.max(0, ...speeds);
    return most > 0 ? most : undefined;
  } catch {
    // no Linux
    return undefined;
  }
}

function speedOf(name: string): number {
  try {
    const read = (file: string): string => readFileSync(join('/sys/class/net', name, file), 'utf8').trim();
    return read('operstate') === 'down' ? 0 : Math.max(0, Number(read('speed')) || 0);
  } catch {
    // interfaces without a speed refuse to be asked
    return 0;
  }
}

const BLOCK = 4 * 2 ** 20;

/** MB a second that a folder's disk takes when it is forced to: some blocks are written, and deleted. Undefined where it cannot be written. */
export function diskSpeed(folder: string, megabytes: number): number | undefined {
  const file = join(folder, `.capacity-${process.pid}`);
  const block = Buffer.alloc(BLOCK, 0x5a);
  try {
    const handle = openSync(file, 'wx', 0o600);
    const began = performance.now();
    try {
      for (let written = 0; written < megabytes * 1e6; written += BLOCK) {
        block.writeUInt32LE(written, 0);
        writeSync(handle, block);
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    return (1000 * Math.ceil((megabytes * 1e6) / BLOCK) * BLOCK) / 1e6 / (performance.now() - began);
  } catch {
    // full or read-only: what it writes is not known then
    return undefined;
  } finally {
    rmSync(file, { force: true });
  }
}
