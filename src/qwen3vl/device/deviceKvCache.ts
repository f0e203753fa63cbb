import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { KvCache } from './kvCache.ts';
import { FLOAT, FLOAT16, INT64, OnnxGraph } from '../graph/onnx.ts';
import type { RunningDevice } from './session.ts';
import { keptOnDevice, sessionOptions } from './sessionOptions.ts';

/** Tokens by which room grows at least. */
const GRANULE = 256;

/** What the decoder's graph holds of each token, of every layer alike. */
interface KvShape {
  /** of the inputs, and after `new_` of the outputs */
  readonly names: readonly string[];
  readonly type: 'float32' | 'float16';
  readonly kvHeads: number;
  readonly size: number;
}

/**
 * Makes caches for a decoder session whose tensors live on its device. They share a small graph, which is opened when the first of
 * them needs room.
 */
export function deviceKvCaches(decoder: InferenceSession, device: RunningDevice): () => DeviceKvCache {
  const inputs = decoder.inputMetadata.flatMap((input) => (input.isTensor && /^(?:key|value)_\d+$/.test(input.name) ? [input] : []));
  const [, kvHeads, , size] = inputs[0]?.shape ?? [];
  const shape: KvShape = { names: inputs.map(({ name }) => name), type: inputs[0]?.type === 'float16' ? 'float16' : 'float32', kvHeads: Number(kvHeads), size: Number(size) };
  const grower = new Grower(shape, device);
  return () => new DeviceKvCache(shape, grower);
}

/**
 * On a GPU: tensors with room to spare that stay there. They are handed to the graph as its outputs as well, so that it writes new
 * keys and values in place: a step moves nothing and allots nothing, and to keep a beginning is to forget how much follows it.
 * (On CUDA ONNX Runtime's binding for Node keeps nothing on the card: there they cross to it and back at every run.)
 */
export class DeviceKvCache implements KvCache {
  readonly tokens: number[] = [];
  readonly #shape: KvShape;
  readonly #grower: Grower;
  #tensors: Tensor[] = [];
  #capacity = 0;

  constructor(shape: KvShape, grower: Grower) {
    this.#shape = shape;
    this.#grower = grower;
  }

  get bytes(): number {
    const { names, type, kvHeads, size } = this.#shape;
    return this.#capacity * names.length * kvHeads * size * (type === 'float16' ? 2 : 4);
  }

  keep(count: number): Promise<void> {
    this.tokens.length = Math.min(this.tokens.length, count);
    return Promise.resolve();
  }

  async reserve(total: number): Promise<void> {
    if (total <= this.#capacity) return;
    const capacity = Math.ceil(total / GRANULE) * GRANULE;
    // one at a time, so that no more than one stands twice
    for (const i of this.#shape.names.keys()) this.#tensors[i] = await this.#grower.grow(this.#tensors[i], capacity);
    this.#capacity = capacity;
  }

  inputs(): Record<string, Tensor> {
    return this.#named('');
  }

  outputs(): Record<string, Tensor> {
    return this.#named('new_');
  }

  /** The runtime gives further handles of what it wrote in place. */
  store(outputs: Readonly<Record<string, Tensor>>): void {
    for (const name of this.#shape.names) {
      const handle = outputs[`new_${name}`];
      if (handle && !this.#tensors.includes(handle)) free(handle);
    }
  }

  dispose(): void {
    this.tokens.length = 0;
    for (const tensor of this.#tensors) free(tensor);
    this.#tensors = [];
    this.#capacity = 0;
  }

  #named(prefix: string): Record<string, Tensor> {
    return Object.fromEntries(this.#tensors.map((tensor, i) => [`${prefix}${this.#shape.names[i]}`, tensor]));
  }
}

/** Makes tensors of a device, and larger ones of smaller ones. */
class Grower {
  readonly #shape: KvShape;
  readonly #device: RunningDevice;
  #session: Promise<InferenceSession> | undefined;

  constructor(shape: KvShape, device: RunningDevice) {
    this.#shape = shape;
    this.#device = device === 'webgpu' ? device : 'cpu';
  }

  /** [1, kvHeads, P, size] → [1, kvHeads, capacity, size], zeros after what was there. The old one is freed. */
  async grow(old: Tensor | undefined, capacity: number): Promise<Tensor> {
    const small = old ?? this.#row();
    const pads = BigInt64Array.of(0n, 0n, 0n, 0n, 0n, 0n, BigInt(capacity - (small.dims[2] ?? 0)), 0n);
    this.#session ??= InferenceSession.create(growthGraph(this.#shape), { ...sessionOptions(this.#device, 1), ...keptOnDevice(this.#device, ['grown']) });
    const { grown } = await (await this.#session).run({ small, pads: new Tensor('int64', pads, [8]) });
    if (old) free(old);
    return grown as Tensor;
  }

  /** What a tensor grows from first: a device has none without elements. */
  #row(): Tensor {
    const { type, kvHeads, size } = this.#shape;
    const dims = [1, kvHeads, 1, size];
    return type === 'float16' ? new Tensor(type, new Uint16Array(kvHeads * size), dims) : new Tensor(type, new Float32Array(kvHeads * size), dims);
  }
}

function growthGraph({ type, kvHeads, size }: KvShape): Uint8Array {
  const graph = new OnnxGraph('growth');
  const element = type === 'float16' ? FLOAT16 : FLOAT;
  graph.node('Pad', [graph.input('small', element, [1, kvHeads, 'from', size]), graph.input('pads', INT64, [8])], {}, '', ['grown']);
  graph.output('grown', element, [1, kvHeads, 'to', size]);
  return graph.finish();
}

/** What lies in the processor's memory is the garbage collector's. */
function free(tensor: Tensor): void {
  if (tensor.location === 'gpu-buffer') tensor.dispose();
}
