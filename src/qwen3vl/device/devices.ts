import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { listSupportedBackends } from 'onnxruntime-node';
import { programFor } from '../../health/program.ts';
import type { AttentionForm } from '../graph/attention.ts';
import type { TrialReport } from './deviceTrialChild.ts';
import { DEVICES } from './sessionOptions.ts';
import type { RunningDevice } from './sessionOptions.ts';
import { processorThreads } from './threads.ts';

/** What came of trying a device. */
export interface Verdict {
  readonly device: RunningDevice;
  readonly works: boolean;
  /** one clause, in words */
  readonly why: string;
  /** the form of attention that it computes rightly */
  readonly attention: AttentionForm;
}

/** ms: a driver that compiles its kernels for the first time may take half a minute */
const PATIENCE = 120_000;
const WORDS = 160;
const verdicts = new Map<RunningDevice, Promise<Verdict>>();

/** What this machine's devices are worth, the fastest kind first. */
export function tryDevices(): Promise<Verdict[]> {
  return Promise.all(DEVICES.map(tryDevice));
}

/**
 * Tries a device once, in a process of its own, so that a driver that crashes or hangs costs nothing but the device: it must be
 * there, and compute attention as the processor does.
 */
export function tryDevice(device: RunningDevice): Promise<Verdict> {
  const known = verdicts.get(device) ?? judge(device);
  verdicts.set(device, known);
  return known;
}

async function judge(device: RunningDevice): Promise<Verdict> {
  const verdict = (works: boolean, why: string, attention: AttentionForm = 'fused'): Verdict => ({ device, works, why, attention });
  if (device === 'cpu') return verdict(true, `${processorThreads()} threads`);
  if (!listSupportedBackends().some(({ name }) => name === device)) return verdict(false, `onnxruntime-node has none for ${process.platform} ${process.arch}`);
  if (device === 'cuda' && !hasCuda()) return verdict(false, 'its libraries are not installed');
  const report = await trial(device);
  if ('failed' in report) return verdict(false, inShort(report.failed));
  const [best] = report.forms;
  if (!best) return verdict(false, 'it computes attention wrongly');
  return verdict(true, best === 'fused' ? 'it computes rightly' : 'it computes rightly, but for fused attention, which is left out', best);
}

function trial(device: RunningDevice): Promise<TrialReport> {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const { file, flags } = programFor(new URL('./deviceTrialChild.ts', import.meta.url));
  const child = fork(file, [device], { execArgv: [...flags], stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env });
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    child.once('message', (report) => resolve(report as TrialReport));
    child.once('error', (error) => resolve({ failed: error.message }));
    child.once('exit', (status, signal) => {
      clearTimeout(timer);
      resolve({ failed: `its driver ended the trial (${signal ?? `status ${status}`})` });
    });
  });
}

/** CUDA's provider library is not in the npm package; README tells how it gets there. */
function hasCuda(): boolean {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return existsSync(join(root, 'bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so'));
}

/** The runtime's errors name source files and functions before they come to the point. */
export function inShort(message: string): string {
  const text = message.replaceAll(/\s+/g, ' ').trim();
  const point = /Failed to get a WebGPU adapter[^.]*/.exec(text)?.[0] ?? text;
  return point.length > WORDS ? `${point.slice(0, WORDS)}…` : point;
}
