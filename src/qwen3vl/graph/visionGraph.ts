import { activation } from './activation.ts';
import { attend } from './attention.ts';
import type { AttentionForm } from './attention.ts';
import type { VisionConfig } from '../checkpoint/config.ts';
import type { GraphWeights } from './graphWeights.ts';
import { FLOAT, INT64, MICROSOFT, OnnxGraph } from './onnx.ts';

const NORM = { axis: -1, epsilon: { float: 1e-6 } };

/**
 * The vision tower for N temporal patches of one size, each of `cells` = h × w patches in merge-block order. A temporal patch
 * attends only within itself, so N is a batch.
 *
 * Inputs: pixels [N·cells, channels·temporalPatch·patch²]; batch [3] = (N, cells, hidden), a shape; grid [4, cells], rows of the
 * table of position embeddings, and grid_weight [4, cells, 1], their bilinear weights; cos, sin [cells, headDim / 2].
 * Outputs: features [N·cells/merge², outHidden] and one deepstack_j of the same shape per tap.
 */
export function visionGraph(config: VisionConfig, weights: GraphWeights, attention: AttentionForm = 'fused'): Uint8Array {
  const graph = new OnnxGraph('vision');
  const patchSize = config.channels * config.temporalPatch * config.patch ** 2;
  const pixels = graph.input('pixels', FLOAT, ['rows', patchSize]);
  const batch = graph.input('batch', INT64, [3]);
  graph.input('grid', INT64, [4, 'cells']);
  graph.input('grid_weight', FLOAT, [4, 'cells', 1]);
  graph.input('cos', FLOAT, ['cells', config.hidden / config.heads / 2]);
  graph.input('sin', FLOAT, ['cells', config.hidden / config.heads / 2]);

  const tower = new VisionTower(graph, config, weights, batch, attention);
  let x = tower.addPositions(tower.linear(pixels, 'patch_embed.proj', patchSize, config.hidden));
  let taken = 0;
  for (let i = 0; i < config.depth; i++) {
    x = tower.block(x, `blocks.${i}`);
    const tap = config.taps.find((t) => t.block === i);
    if (!tap) continue;
    tower.tap(graph.node('Reshape', [x, graph.ints([-1, tower.mergedSize])]), tap.merger, `deepstack_${taken++}`);
  }
  tower.merged(x);
  return graph.finish();
}

/**
 * The mergers alone, which make features of what the blocks gave: x [rows, hidden·merge²], four neighbouring cells side by side,
 * goes to each. Outputs as of `visionGraph`.
 */
export function mergerGraph(config: VisionConfig, weights: GraphWeights): Uint8Array {
  const graph = new OnnxGraph('mergers');
  const tower = new VisionTower(graph, config, weights, '');
  const x = graph.input('x', FLOAT, ['rows', tower.mergedSize]);
  for (const [j, { merger }] of config.taps.entries()) tower.tap(x, merger, `deepstack_${j}`);
  const cells = graph.node('Reshape', [x, graph.ints([-1, config.hidden])]);
  tower.merged(cells);
  return graph.finish();
}

class VisionTower {
  readonly mergedSize: number;
  readonly #graph: OnnxGraph;
  readonly #config: VisionConfig;
  readonly #weights: GraphWeights;
  readonly #batch: string;
  readonly #form: AttentionForm;

  constructor(graph: OnnxGraph, config: VisionConfig, weights: GraphWeights, batch: string, attention: AttentionForm = 'fused') {
    this.mergedSize = config.hidden * config.merge ** 2;
    this.#graph = graph;
    this.#config = config;
    this.#weights = weights;
    this.#batch = batch;
    this.#form = attention;
  }

  /** x [rows, from] → x·Wᵀ + b [rows, to]; W stands as [to, from], `part` of `parts` along its rows. */
  linear(x: string, name: string, from: number, to: number, part = 0, parts = 1): string {
    const weight = this.#weights.add(this.#graph, 'visual', `${name}.weight`, [to, from], part, parts);
    const bias = this.#weights.add(this.#graph, 'visual', `${name}.bias`, [to], part, parts);
    return this.#graph.node('Gemm', [x, weight, bias], { transB: 1 });
  }

  layerNorm(x: string, name: string, size: number): string {
    const weight = this.#weights.add(this.#graph, 'visual', `${name}.weight`, [size]);
    const bias = this.#weights.add(this.#graph, 'visual', `${name}.bias`, [size]);
    return this.#graph.node('LayerNormalization', [x, weight, bias], NORM);
  }

  /** Adds the learned positions, resampled to this grid: four rows of the table, weighted. */
  addPositions(x: string): string {
    const { hidden, positions } = this.#config;
    const table = this.#weights.add(this.#graph, 'visual', 'pos_embed.weight', [positions, hidden]);
    const corners = this.#graph.node('Mul', [this.#graph.node('Gather', [table, 'grid']), 'grid_weight']);
    const resampled = this.#graph.node('ReduceSum', [corners, this.#graph.ints([0])], { keepdims: 0 });
    const sum = this.#graph.node('Add', [this.#graph.node('Reshape', [x, this.#batch]), resampled]);
    return this.#graph.node('Reshape', [sum, this.#graph.ints([-1, hidden])]);
  }

  block(x: string, name: string): string {
    const { hidden, intermediate, act } = this.#config;
    const mid = this.#graph.node('Add', [x, this.#attention(this.layerNorm(x, `${name}.norm1`, hidden), `${name}.attn`)]);
    const inner = this.layerNorm(mid, `${name}.norm2`, hidden);
    const up = activation(this.#graph, act, this.linear(inner, `${name}.mlp.linear_fc1`, hidden, intermediate));
    return this.#graph.node('Add', [mid, this.linear(up, `${name}.mlp.linear_fc2`, intermediate, hidden)]);
  }

  /** x [rows, mergedSize] through one of DeepStack's mergers. */
  tap(x: string, merger: number, output: string): void {
    const name = `deepstack_merger_list.${merger}`;
    this.#mergerOutput(this.layerNorm(x, `${name}.norm`, this.mergedSize), name, output);
  }

  /** x [rows, hidden], of which merge² become one, through the last merger. */
  merged(x: string): void {
    const normed = this.layerNorm(x, 'merger.norm', this.#config.hidden);
    this.#mergerOutput(this.#graph.node('Reshape', [normed, this.#graph.ints([-1, this.mergedSize])]), 'merger', 'features');
  }

  /** fc1, exact GELU, fc2; declared as an output. */
  #mergerOutput(x: string, name: string, output: string): void {
    const wide = this.linear(x, `${name}.linear_fc1`, this.mergedSize, this.mergedSize);
    const narrow = this.linear(activation(this.#graph, 'gelu', wide), `${name}.linear_fc2`, this.mergedSize, this.#config.outHidden);
    this.#graph.node('Identity', [narrow], {}, '', [output]);
    this.#graph.output(output, FLOAT, ['merged', this.#config.outHidden]);
  }

  #attention(x: string, name: string): string {
    const { hidden, heads } = this.#config;
    const project = (part: number): string => this.#graph.node('Reshape', [this.linear(x, `${name}.qkv`, hidden, hidden, part, 3), this.#batch]);
    const [query, key] = [rotate(this.#graph, project(0), heads), rotate(this.#graph, project(1), heads)];
    const mixed = attend(this.#graph, [query, key, project(2)], { heads, size: hidden / heads }, this.#form);
    return this.linear(this.#graph.node('Reshape', [mixed, this.#graph.ints([-1, hidden])]), `${name}.proj`, hidden, hidden);
  }
}

/** Rotary embedding of x [B, S, heads·headDim] with the graph's inputs cos and sin, row by row. */
export function rotate(graph: OnnxGraph, x: string, heads: number): string {
  return graph.node('RotaryEmbedding', [x, graph.ints([0]), 'cos', 'sin'], { num_heads: heads, interleaved: 0 }, MICROSOFT);
}
