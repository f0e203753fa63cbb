import type { AttentionForm } from './attention.ts';
import type { Qwen3VLConfig } from '../checkpoint/config.ts';
import { DecoderLayers } from './decoderLayer.ts';
import type { GraphWeights } from './graphWeights.ts';
import { linear } from './linear.ts';
import type { LinearLayer } from './linear.ts';
import { FLOAT, INT32, INT64, OnnxGraph } from './onnx.ts';

export { cachedHeadDim } from './decoderLayer.ts';

export interface DecoderGraphOptions {
  /** adds the input attention_bias [1, 1, S, P + S], added to the scores of attention, so that sequences can stand side by side */
  readonly packed?: boolean;
  /** products with weights in float16; norms, rotary embedding, activations and sums stay float32 */
  readonly half?: boolean;
  /** attention in float16, and so the inputs key_i, value_i and their outputs */
  readonly halfCache?: boolean;
  /** that the device computes rightly; default: fused */
  readonly attention?: AttentionForm;
  /** adds the outputs fresh_key_i, fresh_value_i [1, S, kvHeads · cachedHeadDim]: keys and values of the S new tokens alone */
  readonly fresh?: boolean;
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
export function decoderGraph(config: Qwen3VLConfig, weights: GraphWeights, options: DecoderGraphOptions = {}): Uint8Array {
  const { text, vision } = config;
  const { packed = false, half = false, halfCache = false, attention = 'fused', fresh = false } = options;
  const graph = new OnnxGraph('decoder');
  graph.input('ids', INT64, ['S']);
  graph.input('visual', INT64, ['M', 1]);
  graph.input('features', FLOAT, ['M', text.hidden]);
  const deepstack = vision.taps.slice(0, text.layers).map((_, j) => graph.input(`deepstack_${j}`, FLOAT, ['M', text.hidden]));
  layerInputs(graph, config);
  graph.input('wanted', INT64, ['K']);
  const bias = packed ? { bias: graph.input('attention_bias', FLOAT, [1, 1, 'S', 'T']) } : {};

  const layers = new DecoderLayers(graph, text, weights, { half, halfCache, attention, fresh, ...bias });
  // only the rows that are taken are widened, so that the table can stay on disk
  const table = weights.raw(graph, 'language', 'embed_tokens.weight', [text.vocab, text.hidden]);
  const rows = graph.node('Gather', [table.raw, 'ids']);
  let x = graph.node('ScatterND', [table.type === FLOAT ? rows : graph.cast(rows, FLOAT), 'visual', 'features']);
  for (let i = 0; i < text.layers; i++) {
    const last = i === text.layers - 1;
    x = layers.layer(x, i, last ? 'wanted' : undefined);
    // after the last layer nothing reads the visual rows any more
    if (i < deepstack.length && !last) x = graph.node('ScatterND', [x, 'visual', deepstack[i] ?? ''], { reduction: 'add' });
  }
  const normed = layers.norm(x, 'norm.weight', text.hidden);
  const logits = linear(graph, weights, normed, { ...headMatrix(config, weights), from: text.hidden, to: text.vocab }, half);
  return declareLogits(graph, logits, text.vocab).finish();
}

/** Layer `i` alone. Input x [S, hidden] and those of attention; outputs y [S, hidden] and the layer's keys and values. */
export function layerGraph(config: Qwen3VLConfig, weights: GraphWeights, i: number, half = false): Uint8Array {
  const graph = new OnnxGraph(`layer_${i}`);
  graph.input('x', FLOAT, ['S', config.text.hidden]);
  layerInputs(graph, config);
  const y = new DecoderLayers(graph, config.text, weights, { half, halfCache: half }).layer('x', i);
  graph.node('Identity', [y], {}, '', ['y']);
  graph.output('y', FLOAT, ['S', config.text.hidden]);
  return graph.finish();
}

/** The last norm and the head alone, or one of `parts` equal parts of a head that is not quantised: x [S, hidden] → logits [S, vocab / parts]. */
export function headGraph(config: Qwen3VLConfig, weights: GraphWeights, half: boolean, index = 0, parts = 1): Uint8Array {
  const { hidden, vocab } = config.text;
  const graph = new OnnxGraph('head');
  graph.input('x', FLOAT, ['S', hidden]);
  const normed = new DecoderLayers(graph, config.text, weights).norm('x', 'norm.weight', hidden);
  const logits = linear(graph, weights, normed, { ...headMatrix(config, weights), from: hidden, to: vocab / parts, index, parts }, half);
  return declareLogits(graph, logits, vocab / parts).finish();
}

function layerInputs(graph: OnnxGraph, { text }: Qwen3VLConfig): void {
  graph.input('cos', FLOAT, ['S', text.headDim / 2]);
  graph.input('sin', FLOAT, ['S', text.headDim / 2]);
  graph.input('past_last', INT32, [1]);
  graph.input('total', INT32, [1]);
}

/** The checkpoint's own head, or the embedding table again where embeddings are tied. */
function headMatrix({ mayTie }: Qwen3VLConfig, weights: GraphWeights): Pick<LinearLayer, 'part' | 'name'> {
  const own = weights.has('head', 'lm_head.weight') || weights.has('head', 'lm_head.weight.scale');
  return own || !mayTie ? { part: 'head', name: 'lm_head' } : { part: 'language', name: 'embed_tokens' };
}

function declareLogits(graph: OnnxGraph, made: string, vocab: number): OnnxGraph {
  graph.node('Identity', [made], {}, '', ['logits']);
  graph.output('logits', FLOAT, ['K', vocab]);
  return graph;
}
