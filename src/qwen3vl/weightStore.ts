import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { toFloat32 } from './floats.ts';
import type { OnnxGraph } from './onnx.ts';
import type { Weight, WeightPart, Weights } from './weights.ts';

/** Weights start at multiples of this many bytes, so that they can be mapped into memory as they stand. */
const ALIGNMENT = 64;
/** Elements that are converted at a time. */
const SLICE = 1 << 24;

/**
 * Lays a checkpoint's tensors out, as float32, in the one file of weights that the graphs point into. Graphs are built first,
 * which fixes the layout; then `write` makes the file. A tensor goes in once, however many graphs or nodes use it.
 */
export class WeightStore {
  /** the file's name, relative to the graphs */
  readonly file: string;
  readonly #weights: Weights;
  readonly #places = new Map<string, { readonly offset: number; readonly weight: Weight }>();
  #end = 0;

  constructor(file: string, weights: Weights) {
    this.file = file;
    this.#weights = weights;
  }

  /** Makes a tensor, or one of `parts` equal parts along its rows, an initializer of the graph with shape `dims`; returns its name. */
  add(graph: OnnxGraph, part: WeightPart, name: string, dims: readonly number[], index = 0, parts = 1): string {
    const elements = dims.reduce((a, b) => a * b, 1);
    const offset = this.#place(part, name, elements * parts) + index * elements * 4;
    return graph.weight(parts === 1 ? `${part}.${name}` : `${part}.${name}.${index}`, { dims, offset, length: elements * 4 });
  }

  has(part: WeightPart, name: string): boolean {
    return this.#weights.has(part, name);
  }

  /** Writes all that was added to `path`; lets the event loop turn in between. Returns the file's size in bytes. */
  async write(path: string): Promise<number> {
    const file = await open(path, 'w');
    try {
      for (const { offset, weight } of this.#places.values()) {
        for (let at = 0; at < weight.elements; at += SLICE) {
          await writeFully(file, toFloat32(weight.slice(at, Math.min(SLICE, weight.elements - at))), offset + at * 4);
          await breathe();
        }
      }
      await file.sync();
      return this.#end;
    } finally {
      await file.close();
    }
  }

  #place(part: WeightPart, name: string, elements: number): number {
    const key = `${part}.${name}`;
    const known = this.#places.get(key);
    if (known) return known.offset;
    const weight = this.#weights.find(part, name, elements);
    const offset = Math.ceil(this.#end / ALIGNMENT) * ALIGNMENT;
    this.#places.set(key, { offset, weight });
    this.#end = offset + elements * 4;
    return offset;
  }
}

async function writeFully(file: FileHandle, values: Float32Array, position: number): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}
