import { activation } from './activation.ts';
import { attendCached } from './attention.ts';
import type { AttentionForm, CachedAttention } from './attention.ts';
import type { TextConfig } from '../checkpoint/config.ts';
import type { GraphWeights } from './graphWeights.ts';
import { linear } from './linear.ts';
import { FLOAT, FLOAT16 } from './onnx.ts';
import type { ElementType, OnnxGraph } from './onnx.ts';
import { rotate } from './visionGraph.ts';

/** GroupQueryAttention wants head sizes that are multiples of this; smaller ones are padded with zeros, which changes nothing. */
const HEAD_MULTIPLE = 8;

/** The head size that keys and values have in the cache. */
export function cachedHeadDim(text: TextConfig): number {
  return Math.ceil(text.headDim / HEAD_MULTIPLE) * HEAD_MULTIPLE;
}

export interface LayerOptions {
  /** products with weights in float16; all else stays float32 */
  readonly half?: boolean;
  /** attention, its keys and values in float16 */
  readonly halfCache?: boolean;
  /** name of the graph's value [1, 1, S, P + S] that is added to the attention's scores */
  readonly bias?: string;
  /** that the device computes rightly; default: fused */
  readonly attention?: AttentionForm;
  /** adds the outputs fresh_key_i and fresh_value_i [1, S, kvHeads · cachedHeadDim], of the new tokens alone */
  readonly fresh?: boolean;
}

/** Adds decoder layers to a graph, which has the inputs cos, sin, past_last and total of `decoderGraph`. */
export class DecoderLayers {
  readonly #graph: OnnxGraph;
  readonly #text: TextConfig;
  readonly #weights: GraphWeights;
  readonly #half: boolean;
  readonly #halfCache: boolean;
  readonly #bias: string;
  readonly #form: AttentionForm;
  readonly #fresh: boolean;

  constructor(graph: OnnxGraph, text: TextConfig, weights: GraphWeights, { half = false, halfCache = false, bias = '', attention = 'fused', fresh = false }: LayerOptions = {}) {
    this.#graph = graph;
    this.#text = text;
    this.#weights = weights;
    this.#half = half;
    this.#halfCache = halfCache;
    this.#bias = bias;
    this.#form = attention;
    this.#fresh = fresh;
  }

  norm(x: string, name: string, size: number): string {
    const weight = this.#weights.add(this.#graph, 'language', name, [size]);
    return this.#graph.node('SimplifiedLayerNormalization', [x, weight], { axis: -1, epsilon: { float: this.#text.rmsEps }, stash_type: 1 });
  }

  /** x [S, hidden] → [S, hidden]; only the `wanted` rows where they are named. */
  layer(x: string, i: number, wanted?: string): string {
    const { hidden, intermediate, act } = this.#text;
    const name = `layers.${i}`;
    let mixed = this.#attention(this.norm(x, `${name}.input_layernorm.weight`, hidden), i);
    let rest = x;
    if (wanted) [mixed, rest] = [this.#graph.node('Gather', [mixed, wanted]), this.#graph.node('Gather', [x, wanted])];
    const out = this.#linear(mixed, `${name}.self_attn.o_proj`, this.#text.heads * this.#text.headDim, hidden, this.#text.attentionBias);
    const mid = this.#graph.node('Add', [rest, out]);
    const inner = this.norm(mid, `${name}.post_attention_layernorm.weight`, hidden);
    const gate = activation(this.#graph, act, this.#linear(inner, `${name}.mlp.gate_proj`, hidden, intermediate));
    const up = this.#graph.node('Mul', [gate, this.#linear(inner, `${name}.mlp.up_proj`, hidden, intermediate)]);
    return this.#graph.node('Add', [mid, this.#linear(up, `${name}.mlp.down_proj`, intermediate, hidden)]);
  }

  #linear(x: string, name: string, from: number, to: number, bias = false): string {
    return linear(this.#graph, this.#weights, x, { part: 'language', name, from, to, bias }, this.#half);
  }

  /** x [S, hidden] → the heads' outputs [S, heads·headDim], before the output projection. */
  #attention(x: string, i: number): string {
    const { heads, kvHeads, headDim } = this.#text;
    const name = `layers.${i}.self_attn`;
    const type = this.#halfCache ? FLOAT16 : FLOAT;
    const query = this.#turned(x, `${name}.q`, heads);
    const key = this.#turned(x, `${name}.k`, kvHeads);
    const value = this.#sized(this.#project(x, `${name}.v`, kvHeads), kvHeads);
    const size = cachedHeadDim(this.#text);
    const past = (kind: string): string => this.#graph.input(`${kind}_${i}`, type, [1, kvHeads, 'capacity', size]);
    const given: CachedAttention = {
      heads,
      kvHeads,
      size,
      scale: headDim ** -0.5,
      type,
      states: [this.#as(query, type), this.#as(key, type), this.#as(value, type)],
      past: [past('key'), past('value')],
      lengths: ['past_last', 'total'],
      bias: this.#bias === '' ? '' : this.#as(this.#bias, type),
      outputs: [`mixed_${i}`, `new_key_${i}`, `new_value_${i}`],
    };
    const mixed = attendCached(this.#graph, given, this.#form);
    for (const [kind, state] of [['key', given.states[1]], ['value', given.states[2]]] as const) {
      this.#graph.output(`new_${kind}_${i}`, type, [1, kvHeads, 'new_capacity', size]);
      if (!this.#fresh) continue;
      this.#graph.node('Identity', [state], {}, '', [`fresh_${kind}_${i}`]);
      this.#graph.output(`fresh_${kind}_${i}`, type, [1, 'S', kvHeads * size]);
    }
    return this.#unsized(this.#halfCache ? this.#graph.cast(mixed, FLOAT) : mixed, heads);
  }

  #as(x: string, type: ElementType): string {
    return type === FLOAT ? x : this.#graph.cast(x, type);
  }

  /** Query or key: projected, normalised over each head, turned by its position. */
  #turned(x: string, name: string, heads: number): string {
    const { headDim } = this.#text;
    const perHead = this.#graph.node('Reshape', [this.#project(x, name, heads), this.#graph.ints([-1, headDim])]);
    const normed = this.norm(perHead, `${name}_norm.weight`, headDim);
    const joined = this.#graph.node('Reshape', [normed, this.#graph.ints([1, -1, heads * headDim])]);
    return this.#sized(rotate(this.#graph, joined, heads), heads);
  }

  #project(x: string, name: string, heads: number): string {
    return this.#linear(x, `${name}_proj`, this.#text.hidden, heads * this.#text.headDim, this.#text.attentionBias);
  }

  /** → [1, S, heads·cachedHeadDim] */
  #sized(x: string, heads: number): string {
    const { headDim } = this.#text;
    const size = cachedHeadDim(this.#text);
    let padded = x;
    if (size !== headDim) {
      const perHead = this.#graph.node('Reshape', [x, this.#graph.ints([-1, headDim])]);
      padded = this.#graph.node('Pad', [perHead, this.#graph.ints([0, 0, 0, size - headDim])]);
    }
    return this.#graph.node('Reshape', [padded, this.#graph.ints([1, -1, heads * size])]);
  }

  #unsized(x: string, heads: number): string {
    const { headDim } = this.#text;
    const size = cachedHeadDim(this.#text);
    let cut = x;
    if (size !== headDim) {
      const perHead = this.#graph.node('Reshape', [x, this.#graph.ints([-1, size])]);
      cut = this.#graph.node('Slice', [perHead, this.#graph.ints([0]), this.#graph.ints([headDim]), this.#graph.ints([1])]);
    }
    return this.#graph.node('Reshape', [cut, this.#graph.ints([-1, heads * headDim])]);
  }
}
