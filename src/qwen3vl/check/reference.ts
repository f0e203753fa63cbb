import { LookoutError } from '../../errors.ts';
import { toFloat32 } from '../checkpoint/floats.ts';
import { SafetensorsFile } from '../checkpoint/safetensors.ts';
import type { RawTensor } from '../checkpoint/safetensors.ts';

/** What another implementation computed for a video and a prompt: N frames, S tokens, M visual ones, D taps, T greedy steps. */
export interface Reference {
  /** [N, H, W, 3] */
  readonly frames: Uint8Array;
  readonly frameShape: readonly [number, number, number];
  /** seconds [N] */
  readonly times: readonly number[];
  readonly prompt: string;
  /** [S] */
  readonly inputIds: readonly number[];
  /** [3, S] */
  readonly positionIds: readonly number[];
  /** [M, hidden] */
  readonly imageFeatures: Float32Array;
  /** [D, M, hidden] */
  readonly deepstackFeatures: Float32Array;
  /** [T, vocab] */
  readonly logits: Float32Array;
  /** [T] */
  readonly tokens: readonly number[];
}

/** Reads a reference file as test/reference/record.py writes it. REFERENCE_INVALID where it is absent, damaged or lacks a tensor. */
export function readReference(path: string): Reference {
  const file = new SafetensorsFile(path, 'REFERENCE_INVALID', 'REFERENCE_INVALID');
  try {
    const read = (name: string, dtypes: readonly RawTensor['dtype'][]): RawTensor => {
      const tensor = file.read(name);
      if (!tensor) throw new LookoutError('REFERENCE_INVALID', `${path} has no tensor ${name}.`);
      if (!dtypes.includes(tensor.dtype)) throw new LookoutError('REFERENCE_INVALID', `${path}: ${name} is ${tensor.dtype}, not ${dtypes.join(' or ')}.`);
      return tensor;
    };
    const floats = (name: string): Float32Array => toFloat32(read(name, ['F32', 'F64', 'BF16', 'F16']));
    const integers = (name: string): number[] => toIntegers(read(name, ['I64', 'I32']));
    const frames = read('frames', ['U8']);
    const [count, height, width, channels] = frames.shape;
    if (!count || !height || !width || channels !== 3) throw new LookoutError('REFERENCE_INVALID', `${path}: frames are not [N, H, W, 3].`);
    const times = toDoubles(read('times', ['F64', 'F32']));
    if (times.length !== count) throw new LookoutError('REFERENCE_INVALID', `${path}: ${times.length} times for ${count} frames.`);
    return {
      frames: frames.bytes,
      frameShape: [count, height, width],
      times,
      prompt: new TextDecoder('utf-8', { ignoreBOM: true }).decode(read('prompt', ['U8']).bytes),
      inputIds: integers('input_ids'),
      positionIds: integers('position_ids'),
      imageFeatures: floats('image_features'),
      deepstackFeatures: floats('deepstack_features'),
      logits: floats('logits'),
      tokens: integers('tokens'),
    };
  } finally {
    file.close();
  }
}

function toIntegers({ dtype, bytes }: RawTensor): number[] {
  if (dtype === 'I32') return Array.from(new Int32Array(bytes.buffer));
  return Array.from(new BigInt64Array(bytes.buffer), Number);
}

function toDoubles(tensor: RawTensor): number[] {
  return tensor.dtype === 'F64' ? Array.from(new Float64Array(tensor.bytes.buffer)) : Array.from(toFloat32(tensor));
}
