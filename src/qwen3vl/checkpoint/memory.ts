import type { Checkpoint } from './checkpoint.ts';
import type { Qwen3VLConfig } from './config.ts';
import { kvBytesPerToken } from '../device/kvCache.ts';
import { elementsOf } from './safetensors.ts';
import { Weights } from './weights.ts';
import type { Weight } from './weights.ts';

/** What a checkpoint takes, in bytes; memory as on the processor. */
export interface ModelMemory {
  readonly parameters: number;
  /** of the weights' files */
  readonly fileBytes: number;
  /** of the weights, once the model is open: float32, but those that an import quantised */
  readonly weightsBytes: number;
  /** the most while it is being opened: the largest matrix is there twice for a moment */
  readonly openingBytes: number;
  readonly kvBytesPerToken: number;
}

/** Quantised matrices, laid out for the kernels. Measured: 1.2. */
const QUANTIZED = 1.25;

/** Reads the weights' headers only. Errors: those of `Weights`. */
export function modelMemory({ dir, config }: Pick<Checkpoint, 'dir' | 'config'>): ModelMemory {
  const weights = new Weights(dir);
  weights.close();
  const all = weights.all();
  const sum = (of: (weight: Weight) => number): number => all.reduce((total, weight) => total + of(weight), 0);
  const table = weights.get('language', 'embed_tokens.weight');
  const ownHead = weights.has('head', 'lm_head.weight') || weights.has('head', 'lm_head.weight.q8');
  const resident = (weight: Weight): number => {
    if (isQuantized(weight)) return weight.length * QUANTIZED;
    // the table is read row by row from its file; as a head it is widened besides
    if (weight.name === table?.name) return weight.length + (ownHead || weight.dtype === 'F32' ? 0 : elementsOf(weight.shape) * 4);
    return elementsOf(weight.shape) * 4;
  };
  const weightsBytes = sum(resident);
  return {
    parameters: sum((weight) => parameters(weight, config)),
    fileBytes: sum(({ length }) => length),
    weightsBytes,
    openingBytes: weightsBytes + Math.max(0, ...all.map(resident)),
    kvBytesPerToken: kvBytesPerToken(config.text),
  };
}

function isQuantized({ name }: Weight): boolean {
  return /\.(q4|q8|scale)$/.test(name);
}

/** Of the published checkpoint: scales are none, and a table that serves as head as well counts once. */
function parameters(weight: Weight, { mayTie }: Qwen3VLConfig): number {
  if (weight.name.endsWith('.scale') || (mayTie && weight.name.endsWith('lm_head.weight.q8'))) return 0;
  return weight.name.endsWith('.q4') ? weight.length * 2 : elementsOf(weight.shape);
}
