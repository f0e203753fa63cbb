import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { LookoutError } from '../errors.ts';
import { computesRightly } from './deviceTrial.ts';

export type Device = 'auto' | 'cpu' | 'webgpu' | 'cuda';
/** The device that a session really runs on. */
export type RunningDevice = Exclude<Device, 'auto'>;

/** More threads than this wait for each other more than they work, at one token a step; a small model's do from the second on. */
const MAX_THREADS = 8;

/** A graph, and where its weights are. */
export interface GraphSource {
  readonly graph: Uint8Array;
  /** that the locations of its external data are relative to */
  readonly folder: string;
  /**
   * Whether weights are laid out anew for the kernels, which costs a copy of them in memory; without, float32 weights stay mapped
   * from their file. Prompts of a few tokens run a third slower without it, single tokens and long prompts do not.
   */
  readonly prepack: boolean;
}

export interface OpenedSession {
  readonly session: InferenceSession;
  readonly device: RunningDevice;
}

/**
 * Opens a graph. `auto` takes the first of CUDA, WebGPU and CPU that works, but the CPU at once for a `small` model, which it runs
 * faster than a GPU can be asked. Outputs named in `keptOnDevice` stay on a WebGPU device. MODEL_RUNTIME where the device is not there.
 */
export async function openSession(source: GraphSource, device: Device, threads: number | undefined, small: boolean, keptOnDevice: readonly string[] = []): Promise<OpenedSession> {
  const devices: readonly RunningDevice[] = device !== 'auto' ? [device] : small ? ['cpu'] : [...(hasCuda() ? (['cuda'] as const) : []), 'webgpu', 'cpu'];
  let reason: unknown;
  for (const each of devices) {
    try {
      const settings = options(source, each, threads ?? (small ? 1 : Math.min(availableParallelism(), MAX_THREADS)));
      if (each !== 'cpu' && !(await computesRightly(settings))) throw new Error(`${each} computes attention wrongly here`);
      return { session: await InferenceSession.create(source.graph, { ...settings, ...kept(each, keptOnDevice) }), device: each };
    } catch (error) {
      reason = error;
    }
  }
  const what = reason instanceof Error ? reason.message : String(reason);
  throw new LookoutError('MODEL_RUNTIME', `The model cannot be opened on ${device}: ${what.replaceAll('\n', ' ')}.`, { cause: reason });
}

function options({ folder, prepack }: GraphSource, device: RunningDevice, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    // errors reach us as exceptions; warnings about node placement are noise
    logSeverityLevel: 3,
    // idle threads that spin would take the processor from decoding and drawing in the other processes
    extra: {
      // a head that is widened to float32 is larger than the runtime's own limit (1 GiB), and would be widened anew at every step
      optimization: { constant_folding_max_output_size_in_bytes: String(2 ** 40) },
      session: {
        intra_op: { allow_spinning: '0' },
        model_external_initializers_file_folder_path: folder,
        disable_prepacking: prepack ? '0' : '1',
      },
    },
  };
}

/** Only WebGPU can leave outputs where they are; elsewhere they are copied to the processor's memory. */
function kept(device: RunningDevice, names: readonly string[]): InferenceSession.SessionOptions {
  return device === 'webgpu' ? { preferredOutputLocation: Object.fromEntries(names.map((name) => [name, 'gpu-buffer'] as const)) } : {};
}

/** CUDA's provider library is not in the npm package; README tells how it gets there. */
function hasCuda(): boolean {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return existsSync(join(root, 'bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so'));
}
