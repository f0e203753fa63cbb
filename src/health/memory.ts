import { readFileSync } from 'node:fs';

/**
 * Resident memory of a process without its mapped files (a large native library is no growth), MB; 0 where the system does
 * not tell: it is then bounded by its heap limit alone.
 */
export function residentMb(pid: number | undefined): number {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
