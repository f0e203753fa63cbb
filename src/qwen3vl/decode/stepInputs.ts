import { Tensor } from 'onnxruntime-node';
import type { Qwen3VLConfig } from '../checkpoint/config.ts';
import { cosSin } from '../checkpoint/rope.ts';

/** The inputs of a step of one token, made once and filled anew. */
export class StepInputs {
  readonly #rope: Qwen3VLConfig['text']['rope'];
  readonly #id = BigInt64Array.of(0n);
  readonly #cos: Float32Array;
  readonly #sin: Float32Array;
  readonly #feeds: Record<string, Tensor>;

  constructor({ text }: Qwen3VLConfig, deepstack: number) {
    this.#rope = text.rope;
    this.#cos = new Float32Array(text.headDim / 2);
    this.#sin = new Float32Array(text.headDim / 2);
    const nothing = new Tensor('float32', new Float32Array(0), [0, text.hidden]);
    this.#feeds = {
      ids: new Tensor('int64', this.#id, [1]),
      visual: new Tensor('int64', new BigInt64Array(0), [0, 1]),
      features: nothing,
      ...Object.fromEntries(Array.from({ length: deepstack }, (_, j) => [`deepstack_${j}`, nothing])),
      cos: new Tensor('float32', this.#cos, [1, text.headDim / 2]),
      sin: new Tensor('float32', this.#sin, [1, text.headDim / 2]),
      wanted: new Tensor('int64', BigInt64Array.of(0n), [1]),
    };
  }

  at(token: number, position: number): Record<string, Tensor> {
    this.#id[0] = BigInt(token);
    const { cos, sin } = cosSin(this.#rope, Int32Array.of(position, position, position), 1);
    this.#cos.set(cos);
    this.#sin.set(sin);
    return this.#feeds;
  }
}
