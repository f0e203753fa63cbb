import { InferenceSession } from 'onnxruntime-node';
import type { Tensor } from 'onnxruntime-node';
import { FLOAT, OnnxGraph } from '../graph/onnx.ts';
import { sessionOptions } from './sessionOptions.ts';

/**
 * A float32 tensor's values, wherever it lies. A graph fetches those of a device: Tensor.getData, which is meant for it, ends the
 * process with onnxruntime-node 1.30.
 */
export async function valuesOf(tensor: Tensor): Promise<Float32Array> {
  if (tensor.location !== 'gpu-buffer') return tensor.data as Float32Array;
  const graph = new OnnxGraph('fetch');
  const dims = tensor.dims.map((_, i) => `dim_${i}`);
  graph.node('Identity', [graph.input('there', FLOAT, dims)], {}, '', ['here']);
  graph.output('here', FLOAT, dims);
  const session = await InferenceSession.create(graph.finish(), sessionOptions('webgpu', 1));
  const { here } = await session.run({ there: tensor });
  await session.release();
  return here?.data as Float32Array;
}
