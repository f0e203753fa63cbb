import { MICROSOFT } from './onnx.ts';
import type { OnnxGraph } from './onnx.ts';

/** `hidden_act` as config.json spells it (transformers, activations.py). */
export const ACTIVATIONS = ['silu', 'swish', 'gelu', 'gelu_new', 'gelu_pytorch_tanh', 'gelu_fast', 'quick_gelu', 'relu', 'sigmoid', 'tanh'] as const;

/** Adds the activation `act` of `x`, any shape, to a graph. */
export function activation(graph: OnnxGraph, act: string, x: string): string {
  switch (act) {
    case 'silu':
    case 'swish':
      return graph.node('QuickGelu', [x], { alpha: { float: 1 } }, MICROSOFT);
    case 'quick_gelu':
      return graph.node('QuickGelu', [x], { alpha: { float: 1.702 } }, MICROSOFT);
    case 'gelu':
      return graph.node('Gelu', [x], { approximate: 'none' });
    case 'relu':
      return graph.node('Relu', [x]);
    case 'sigmoid':
      return graph.node('Sigmoid', [x]);
    case 'tanh':
      return graph.node('Tanh', [x]);
    default:
      return graph.node('Gelu', [x], { approximate: 'tanh' });
  }
}
