import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FLOAT, INT32, MICROSOFT, OnnxGraph } from './onnx.ts';

const HEADS = 2;
const HEAD_DIM = 16;
const WIDTH = HEADS * HEAD_DIM;
/** Long enough for the attention that devices use on prompts rather than on single tokens. */
const LENGTH = 64;
/** Devices may compute in half precision; what is wrong is wrong by far more. */
const TOLERANCE = 0.01;

/**
 * Whether a device computes attention, both kinds that the graphs use, as the CPU does. Software drivers of WebGPU are known
 * not to (SwiftShader, whose subgroups are narrower than ONNX Runtime's kernels reckon with), and would answer nonsense.
 */
export async function computesRightly(options: InferenceSession.SessionOptions): Promise<boolean> {
  const graph = trialGraph();
  const [tried, expected] = await Promise.all([attend(graph, options), attend(graph, { executionProviders: ['cpu'], intraOpNumThreads: 1 })]);
  return expected.every((value, i) => Math.abs(value - (tried[i] ?? NaN)) < TOLERANCE);
}

function trialGraph(): Uint8Array {
  const graph = new OnnxGraph('trial');
  const inputs = ['query', 'key', 'value'].map((name) => graph.input(name, FLOAT, [1, LENGTH, WIDTH]));
  const past = ['past_key', 'past_value'].map((name) => graph.input(name, FLOAT, [1, HEADS, 0, HEAD_DIM]));
  const lengths = ['past_last', 'total'].map((name) => graph.input(name, INT32, [1]));
  graph.node('MultiHeadAttention', inputs, { num_heads: HEADS }, MICROSOFT, ['plain']);
  const attributes = { num_heads: HEADS, kv_num_heads: HEADS, do_rotary: 0 };
  graph.node('GroupQueryAttention', [...inputs, ...past, ...lengths], attributes, MICROSOFT, ['causal', 'new_key', 'new_value']);
  for (const name of ['plain', 'causal']) graph.output(name, FLOAT, [1, LENGTH, WIDTH]);
  return graph.finish();
}

async function attend(graph: Uint8Array, options: InferenceSession.SessionOptions): Promise<readonly number[]> {
  const session = await InferenceSession.create(graph, { ...options, logSeverityLevel: 3 });
  // any numbers will do, so long as they are the same ones and of some size
  const wave = (step: number): Tensor =>
    new Tensor('float32', Float32Array.from({ length: LENGTH * WIDTH }, (_, i) => Math.sin(i * step)), [1, LENGTH, WIDTH]);
  const none = new Tensor('float32', new Float32Array(0), [1, HEADS, 0, HEAD_DIM]);
  const outputs = await session.run({
    query: wave(0.7),
    key: wave(1.3),
    value: wave(2.1),
    past_key: none,
    past_value: none,
    past_last: new Tensor('int32', Int32Array.of(LENGTH - 1), [1]),
    total: new Tensor('int32', Int32Array.of(LENGTH), [1]),
  });
  await session.release();
  return ['plain', 'causal'].flatMap((name) => Array.from(outputs[name]?.data as Float32Array));
}
