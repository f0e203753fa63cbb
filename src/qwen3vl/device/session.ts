import { InferenceSession } from 'onnxruntime-node';
import { LookoutError } from '../../errors.ts';
import type { AttentionForm } from '../graph/attention.ts';
import { inShort, tryDevice } from './devices.ts';
import { DEVICES, keptOnDevice, sessionOptions } from './sessionOptions.ts';
import type { RunningDevice } from './sessionOptions.ts';
import { processorThreads } from './threads.ts';

export type { RunningDevice } from './sessionOptions.ts';
export type Device = 'auto' | RunningDevice;

/** Makes a graph for a device that computes attention rightly in this form. */
export type GraphMaker = (device: RunningDevice, attention: AttentionForm) => Uint8Array;

/** A graph, and where its weights are. */
export interface GraphSource {
  /** one that is made already has fused attention, if any */
  readonly graph: Uint8Array | GraphMaker;
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
  /** how the device was chosen, for the log: "cuda: its libraries are not installed; webgpu is used" */
  readonly why: string;
}

/**
 * Opens a graph. `auto` takes the first of CUDA, WebGPU and the processor that works, but the processor at once for a `small` model,
 * which it runs faster than a GPU can be asked. Outputs named in `kept` stay on a WebGPU device. MODEL_RUNTIME where the device does
 * not work.
 */
export async function openSession(source: GraphSource, device: Device, threads: number | undefined, small: boolean, kept: readonly string[] = []): Promise<OpenedSession> {
  const count = threads ?? (small ? 1 : processorThreads());
  const candidates = device !== 'auto' ? [device] : small ? (['cpu'] as const) : DEVICES;
  const passedOver: string[] = [];
  let cause: unknown;
  for (const each of candidates) {
    const { works, why, attention } = await tryDevice(each);
    const unfit = works && attention === 'plain' && source.graph instanceof Uint8Array;
    if (!works || unfit) {
      passedOver.push(`${each}: ${unfit ? 'it computes fused attention wrongly' : why}`);
      continue;
    }
    const graph = source.graph instanceof Uint8Array ? source.graph : source.graph(each, attention);
    try {
      const extra = { model_external_initializers_file_folder_path: source.folder, disable_prepacking: source.prepack ? '0' : '1' };
      const session = await InferenceSession.create(graph, { ...sessionOptions(each, count, extra), ...keptOnDevice(each, kept) });
      return { session, device: each, why: [...passedOver, used(each, count, device === 'auto' && small)].join('; ') };
    } catch (error) {
      cause = error;
      passedOver.push(`${each}: ${inShort(error instanceof Error ? error.message : String(error))}`);
    }
  }
  throw new LookoutError('MODEL_RUNTIME', `The model cannot be opened on ${device}: ${passedOver.join('; ')}.`, { cause });
}

function used(device: RunningDevice, threads: number, small: boolean): string {
  if (device !== 'cpu') return `${device} is used`;
  return `${small ? 'for so small a model the processor' : 'the processor'} with ${threads} thread${threads === 1 ? '' : 's'} is used`;
}
