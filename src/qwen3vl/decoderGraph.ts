import { activation } from './activation.ts';
import type { Qwen3VLConfig, TextConfig } from './config.ts';
import { FLOAT, INT32, INT64, MICROSOFT, OnnxGraph } from './onnx.ts';
import { rotate } from './visionGraph.ts';
import type { WeightStore } from './weightStore.ts';

/** GroupQueryAttention wants head sizes that are multiples of this; smaller ones are padded with zeros, which changes nothing. */
const HEAD_MULTIPLE = 8;

/** The head size that keys and values have in the cache. */
export function cachedHeadDim(text: TextConfig): number {
  return Math.ceil(text.headDim / HEAD_MULTIPLE) * HEAD_MULTIPLE;
}

/**
 * The text decoder with its embedding table and head: S new tokens after P cached ones, batch of one.
 *
 * Inputs: ids [S]; visual [M, 1], the rows among S that visual features replace; features [M, hidden] and deepstack_j
 * [M, hidden], added to those rows after layer j; cos, sin [S, headDim / 2] of interleaved MRoPE; wanted [K], the rows whose
 * logits are asked for; past_last [1] = P + S − 1 and total [1] = P + S; key_i, value_i [1, kvHeads, capacity, cachedHeadDim],
 * of which the first P rows count. Outputs: logits [K, vocab] and new_key_i, new_value_i; where the caller gives a cache's own
 * tensor for the output as well, it is written in place, nothing is copied.
 */
export function decoderGraph(config: Qwen3VLConfig, weights: WeightStore): Uint8Array {
  const { text, vision } = config;
  const graph = new OnnxGraph('decoder', weights.file);
  graph.input('ids', INT64, ['S']);
  graph.input('visual', INT64, ['M', 1]);
  graph.input('features', FLOAT, ['M', text.hidden]);
  const deepstack = vision.taps.slice(0, text.layers).map((_, j) => graph.input(`deepstack_${j}`, FLOAT, ['M', text.hidden]));
  graph.input('cos', FLOAT, ['S', text.headDim / 2]);
  graph.input('sin', FLOAT, ['S', text.headDim / 2]);
  graph.input('wanted', INT64, ['K']);
  graph.input('past_last', INT32, [1]);
  graph.input('total', INT32, [1]);

  const decoder = new Decoder(graph, text, weights);
  const table = weights.add(graph, 'language', 'embed_tokens.weight', [text.vocab, text.hidden]);
  let x = graph.node('ScatterND', [graph.node('Gather', [table, 'ids']), 'visual', 'features']);
  for (let i = 0; i < text.layers; i++) {
    const last = i === text.layers - 1;
    x = decoder.layer(x, i, last ? 'wanted' : undefined);
    // after the last layer nothing reads the visual rows any more
    if (i < deepstack.length && !last) x = graph.node('ScatterND', [x, 'visual', deepstack[i] ?? ''], { reduction: 'add' });
  }
  const normed = decoder.norm(x, 'norm.weight', text.hidden);
  graph.node('Gemm', [normed, headWeight(graph, config, weights, table)], { transB: 1 }, '', ['logits']);
  graph.output('logits', FLOAT, ['K', text.vocab]);
  return graph.finish();
}

/** The checkpoint's own head, or the embedding table again where embeddings are tied. */
function headWeight(graph: OnnxGraph, { mayTie, text }: Qwen3VLConfig, weights: WeightStore, table: string): string {
  if (mayTie && !weights.has('head', 'lm_head.weight')) return table;
  return weights.add(graph, 'head', 'lm_head.weight', [text.vocab, text.hidden]);
}

class Decoder {
  readonly #graph: OnnxGraph;
  readonly #text: TextConfig;
  readonly #weights: WeightStore;

  constructor(graph: OnnxGraph, text: TextConfig, weights: WeightStore) {
    this.#graph = graph;
    this.#text = text;
    this.#weights = weights;
  }

  norm(x: string, name: string, size: number): string {
    const weight = this.#weights.add(this.#graph, 'language', name, [size]);
    return this.#graph.node('SimplifiedLayerNormalization', [x, weight], { axis: -1, epsilon: { float: this.#text.rmsEps }, stash_type: 1 });
  }

  /** x [S, hidden] → [S, hidden]; only the `wanted` rows where they are named. */
  layer(x: string, i: number, wanted: string | undefined): string {
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
    const weight = this.#weights.add(this.#graph, 'language', `${name}.weight`, [to, from]);
    const rest = bias ? [this.#weights.add(this.#graph, 'language', `${name}.bias`, [to])] : [];
    return this.#graph.node('Gemm', [x, weight, ...rest], { transB: 1 });
  }

  /** x [S, hidden] → the heads' outputs [S, heads·headDim], before the output projection. */
  #attention(x: string, i: number): string {
    const { heads, kvHeads, headDim } = this.#text;
    const name = `layers.${i}.self_attn`;
    const query = this.#turned(x, `${name}.q`, heads);
    const key = this.#turned(x, `${name}.k`, kvHeads);
    const value = this.#sized(this.#project(x, `${name}.v`, kvHeads), kvHeads);
    const past = ['key', 'value'].map((kind) => this.#graph.input(`${kind}_${i}`, FLOAT, [1, kvHeads, 'capacity', cachedHeadDim(this.#text)]));
    const outputs = [`mixed_${i}`, `new_key_${i}`, `new_value_${i}`];
    const attributes = { num_heads: heads, kv_num_heads: kvHeads, scale: { float: headDim ** -0.5 }, do_rotary: 0 };
    const mixed = this.#graph.node('GroupQueryAttention', [query, key, value, ...past, 'past_last', 'total'], attributes, MICROSOFT, outputs);
    for (const kind of ['key', 'value']) {
      this.#graph.output(`new_${kind}_${i}`, FLOAT, [1, kvHeads, 'new_capacity', cachedHeadDim(this.#text)]);
    }
    return this.#unsized(mixed, heads);
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
