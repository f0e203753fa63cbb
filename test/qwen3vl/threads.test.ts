import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { physicalCores, processorThreads, quota } from '../../src/qwen3vl/device/threads.ts';
import { scratch } from './fixtures.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

function write(path: string, text: string): void {
  const file = join(folder.dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
}

describe('threads', () => {
  it('are one per core, at most eight', () => {
    expect(processorThreads()).toBeGreaterThanOrEqual(1);
    expect(processorThreads()).toBeLessThanOrEqual(8);
  });

  it('do not double on cores that run two', () => {
    for (const [i, siblings] of ['0,2', '1,3', '0,2', '1,3'].entries()) write(`cpu${i}/topology/thread_siblings_list`, siblings);
    write('cpufreq/policy0', '');
    expect(physicalCores(folder.dir)).toBe(2);
    expect(physicalCores(join(folder.dir, 'none'))).toBe(Infinity);
  });

  it('heed the tightest quota of the groups that hold the process', () => {
    write('self', '0::/system.slice/lookout.service');
    write('root/system.slice/lookout.service/cpu.max', '300000 100000');
    write('root/system.slice/cpu.max', '150000 100000');
    const of = (root: string, membership = 'self'): number => quota(join(folder.dir, root), join(folder.dir, membership));
    expect(of('root')).toBe(1.5);
    write('root/system.slice/cpu.max', 'max 100000');
    expect(of('root')).toBe(3);
    expect(of('other')).toBe(Infinity);
    write('version1', '3:cpu,cpuacct:/x');
    expect(of('root', 'version1')).toBe(Infinity);
  });
});

describe('the runtime', () => {
  it('keeps no record of itself for its makers', () => {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const trial = pathToFileURL(join(import.meta.dirname, '../../src/qwen3vl/device/deviceTrial.ts')).href;
    const { ORT_DISABLE_TELEMETRY: _unset, ...env } = process.env;
    execFileSync(process.execPath, ['--import', tsx, '--input-type=module', '-e', `const { rightForms } = await import('${trial}'); await rightForms('cpu');`], {
      env: { ...env, HOME: folder.dir, XDG_CACHE_HOME: join(folder.dir, '.cache') },
    });
    expect(existsSync(join(folder.dir, '.cache/Microsoft'))).toBe(false);
  });
});
