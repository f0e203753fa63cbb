import type { GraphWeights } from './graphWeights.ts';
import { FLOAT, FLOAT16, MICROSOFT } from './onnx.ts';
import type { OnnxGraph } from './onnx.ts';
import type { WeightPart } from '../checkpoint/weights.ts';

/** A matrix of the checkpoint, `<name>.weight` [to, from], and where it has one its `<name>.bias` [to]. */
export interface LinearLayer {
  readonly part: WeightPart;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly bias?: boolean;
  /** the `index`th of `parts` equal parts along the matrix's rows, of which `to` is one; for matrices that are not quantised */
  readonly index?: number;
  readonly parts?: number;
}

/** Products of quantised weights with activations rounded to 8 bits, block by block, in integers: the fast kernels. */
const ACCURACY_INT8 = 4;

/**
 * x [S, from] → x·Wᵀ + b [S, to], all float32. A matrix that the checkpoint holds in quantised form is used in it; of the others
 * `half` multiplies in float16.
 */
export function linear(graph: OnnxGraph, weights: GraphWeights, x: string, layer: LinearLayer, half = false): string {
  const { part, name, from, to, index = 0, parts = 1 } = layer;
  const quantized = parts === 1 ? weights.quantized(graph, part, `${name}.weight`, to, from) : undefined;
  if (!quantized) {
    const type = half ? FLOAT16 : FLOAT;
    const matrix = weights.add(graph, part, `${name}.weight`, [to, from], index, parts, type);
    const bias = layer.bias ? [weights.add(graph, part, `${name}.bias`, [to], index, parts, type)] : [];
    const product = graph.node('Gemm', [half ? graph.cast(x, FLOAT16) : x, matrix, ...bias], { transB: 1 });
    return half ? graph.cast(product, FLOAT) : product;
  }
  const { bits, block, values, scales } = quantized;
  const attributes = { K: from, N: to, bits, block_size: block, accuracy_level: ACCURACY_INT8 };
  const product = graph.node('MatMulNBits', [x, values, scales], attributes, MICROSOFT);
  return layer.bias ? graph.node('Add', [product, weights.add(graph, part, `${name}.bias`, [to])]) : product;
}
