import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, platform, arch, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gib: number;
  readonly system: string;
  readonly node: string;
  readonly onnxruntime: string;
  /** of the Python side; null where there is none */
  readonly python: string | null;
  /** mean number of processes that wanted to run in the minute before the first measure: above 1, others were at work */
  readonly load: number;
}

export function describeMachine(python: string | undefined): Machine {
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.version,
    onnxruntime: version,
    python: python ?? null,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

export function machineLine({ cpu, cores, memory_gib, system, node, onnxruntime, python, load }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory_gib} GiB, ${system}; Node ${node}, ONNX Runtime ${onnxruntime}, ${python ?? 'no PyTorch'}; load before: ${load}`;
}
