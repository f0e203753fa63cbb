import { dirname, relative, sep } from 'node:path';
import { LookoutError } from '../../errors.ts';
import { BFLOAT16, DOUBLE, FLOAT, FLOAT16, UINT8 } from './onnx.ts';
import type { ElementType, OnnxGraph } from './onnx.ts';
import type { Dtype } from '../checkpoint/safetensors.ts';
import { elementsOf } from '../checkpoint/safetensors.ts';
import type { Weight, WeightPart, Weights } from '../checkpoint/weights.ts';

const FLOATS: Partial<Record<Dtype, ElementType>> = { F32: FLOAT, BF16: BFLOAT16, F16: FLOAT16, F64: DOUBLE };

/** A matrix in blocks of `block` weights along its rows, `bits` each, with a scale for every block. */
export interface Quantized {
  readonly bits: 4 | 8;
  readonly block: number;
  /** initializer [N, K / block, block · bits / 8] of bytes */
  readonly values: string;
  /** initializer [N · K / block] of float32 */
  readonly scales: string;
}

/** Makes a checkpoint's tensors the initializers of graphs, which point to where they stand in its files: nothing is copied. */
export class GraphWeights {
  /** that holds all the files, for the session */
  readonly folder: string;
  readonly #weights: Weights;

  constructor(weights: Weights) {
    this.#weights = weights;
    this.folder = commonFolder(weights.files.map((file) => file.path));
  }

  /** whether matrices are in the form that `lookout model import` gives them at 8 or 4 bits */
  get isQuantized(): boolean {
    return this.#weights.files.some((file) => [...file.tensors].some(([name, { dtype }]) => dtype === 'U8' && /\.q[48]$/.test(name)));
  }

  has(part: WeightPart, name: string): boolean {
    return this.#weights.has(part, name);
  }

  /** A tensor, or one of `parts` equal parts along its rows, as float32 (or `as`) of shape `dims`. */
  add(graph: OnnxGraph, part: WeightPart, name: string, dims: readonly number[], index = 0, parts = 1, as: ElementType = FLOAT): string {
    const { raw, type } = this.raw(graph, part, name, dims, index, parts);
    // the runtime folds this when the session is opened
    return type === as ? raw : graph.cast(raw, as);
  }

  /** The same in the type that it is stored in. */
  raw(graph: OnnxGraph, part: WeightPart, name: string, dims: readonly number[], index = 0, parts = 1): { raw: string; type: ElementType } {
    const weight = this.#weights.find(part, name, elementsOf(dims) * parts);
    const type = FLOATS[weight.dtype];
    if (type === undefined) throw new LookoutError('MODEL_WEIGHTS_DTYPE', `Tensor ${weight.name} is ${weight.dtype}.`);
    return { raw: this.#point(graph, weight, type, dims, index, parts), type };
  }

  /** The quantised form of a matrix [rows, columns]; undefined where the checkpoint has none. */
  quantized(graph: OnnxGraph, part: WeightPart, name: string, rows: number, columns: number): Quantized | undefined {
    const bits = ([4, 8] as const).find((b) => this.has(part, `${name}.q${b}`));
    if (!bits) return undefined;
    const values = this.#weights.find(part, `${name}.q${bits}`, (rows * columns * bits) / 8);
    const block = ((values.shape[2] ?? 0) * 8) / bits;
    const scales = this.#weights.find(part, `${name}.scale`, (rows * columns) / block);
    if (values.dtype !== 'U8' || scales.dtype !== 'F32') throw new LookoutError('MODEL_WEIGHTS_DTYPE', `${name} is quantised in another way.`);
    return {
      bits,
      block,
      values: this.#point(graph, values, UINT8, values.shape),
      scales: this.#point(graph, scales, FLOAT, [scales.length / 4]),
    };
  }

  #point(graph: OnnxGraph, weight: Weight, type: ElementType, dims: readonly number[], index = 0, parts = 1): string {
    const length = weight.length / parts;
    const location = relative(this.folder, weight.file.path).split(sep).join('/');
    return graph.weight(parts === 1 ? weight.name : `${weight.name}.${index}`, { type, dims, location, offset: weight.offset + index * length, length });
  }
}

/** The deepest folder that holds all the files. */
export function commonFolder(paths: readonly string[]): string {
  const folders = paths.map((path) => dirname(path).split(sep));
  const first = folders[0] ?? [];
  const same = first.findIndex((name, i) => folders.some((folder) => folder[i] !== name));
  return (same < 0 ? first : first.slice(0, same)).join(sep) || sep;
}
