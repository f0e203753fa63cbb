import type { InferenceSession } from 'onnxruntime-node';

// ONNX Runtime would count sessions and their graphs, and send the counts to its makers: cameras are nobody else's business.
// It looks at this when the first session is made.
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';

/** What a session can run on. */
export const DEVICES = ['cuda', 'webgpu', 'cpu'] as const;
export type RunningDevice = (typeof DEVICES)[number];

/** Options of every session. `extra` is for the runtime's own keys of a session. */
export function sessionOptions(device: RunningDevice, threads: number, extra: Readonly<Record<string, string>> = {}): InferenceSession.SessionOptions {
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    // errors reach us as exceptions; warnings about node placement are noise
    logSeverityLevel: 4,
    extra: {
      // a head that is widened to float32 is larger than the runtime's own limit (1 GiB), and would be widened anew at every step
      optimization: { constant_folding_max_output_size_in_bytes: String(2 ** 40) },
      // threads spin while a run lasts, since a step is hundreds of short products, and stop with it: cameras need the processor too
      session: { intra_op: { allow_spinning: threads > 1 ? '1' : '0' }, force_spinning_stop: '1', ...extra },
    },
  };
}

/** Leaves the outputs named on a WebGPU device; elsewhere they are copied to the processor's memory. */
export function keptOnDevice(device: RunningDevice, names: readonly string[]): InferenceSession.SessionOptions {
  return device === 'webgpu' && names.length > 0 ? { preferredOutputLocation: Object.fromEntries(names.map((name) => [name, 'gpu-buffer'] as const)) } : {};
}
