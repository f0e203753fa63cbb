import { InferenceSession, Tensor } from 'onnxruntime-node';
import { attend, attendCached } from '../graph/attention.ts';
import type { AttentionForm } from '../graph/attention.ts';
import { FLOAT, INT32, OnnxGraph } from '../graph/onnx.ts';
import { sessionOptions } from './sessionOptions.ts';
import type { RunningDevice } from './sessionOptions.ts';

const SIZES = { heads: 4, size: 32 };
const KV_HEADS = 2;
const WIDTHS = { query: SIZES.heads * SIZES.size, key: KV_HEADS * SIZES.size };
/** New and earlier tokens: a prompt longer than the tiles that kernels work in, one that goes on, a step. */
const RUNS = [{ fresh: 80, past: 0 }, { fresh: 40, past: 80 }, { fresh: 1, past: 120 }] as const;
/** Devices may compute in half precision; what is wrong is wrong by far more. */
const TOLERANCE = 0.01;
/** Of the numbers tried: large enough that each token sees few others, and a wrong one shows. */
const SPREAD = 2;

/**
 * Which forms of attention a device computes as the processor does, best first: of all others a few kernels are told to be wrong
 * on a few drivers, and would answer nonsense without a word. Throws where the device cannot be used at all.
 */
export async function rightForms(device: RunningDevice): Promise<AttentionForm[]> {
  const expected = await results('cpu', 'fused');
  const right: AttentionForm[] = [];
  for (const form of ['fused', 'plain'] as const) {
    const tried = await results(device, form);
    if (expected.every((value, i) => Math.abs(value - (tried[i] ?? NaN)) < TOLERANCE)) right.push(form);
  }
  return right;
}

async function results(device: RunningDevice, form: AttentionForm): Promise<number[]> {
  const session = await InferenceSession.create(trialGraph(form), sessionOptions(device, 1));
  const all: number[] = [];
  for (const { fresh, past } of RUNS) {
    const outputs = await session.run(feeds(fresh, past));
    for (const name of ['whole', 'causal']) all.push(...(outputs[name]?.data as Float32Array));
  }
  await session.release();
  return all;
}

/** Both kinds of attention that a model has. */
function trialGraph(form: AttentionForm): Uint8Array {
  const graph = new OnnxGraph('trial');
  const state = (name: string, width: number): string => graph.input(name, FLOAT, [1, 'S', width]);
  const [query, wideKey, wideValue] = [state('query', WIDTHS.query), state('wide_key', WIDTHS.query), state('wide_value', WIDTHS.query)];
  graph.node('Identity', [attend(graph, [query, wideKey, wideValue], SIZES, form)], {}, '', ['whole']);
  const past = (name: string): string => graph.input(name, FLOAT, [1, KV_HEADS, 'P', SIZES.size]);
  attendCached(
    graph,
    {
      ...SIZES,
      kvHeads: KV_HEADS,
      scale: SIZES.size ** -0.5,
      states: [query, state('key', WIDTHS.key), state('value', WIDTHS.key)],
      past: [past('past_key'), past('past_value')],
      lengths: [graph.input('past_last', INT32, [1]), graph.input('total', INT32, [1])],
      outputs: ['causal', 'new_key', 'new_value'],
    },
    form,
  );
  for (const name of ['whole', 'causal']) graph.output(name, FLOAT, [1, 'S', WIDTHS.query]);
  return graph.finish();
}

function feeds(fresh: number, past: number): Record<string, Tensor> {
  let seed = 1;
  const numbers = (dims: readonly number[]): Tensor => {
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => {
      // any generator will do, so long as it is the same one: this is Numerical Recipes'
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
      return (SPREAD * seed) / 2 ** 31;
    });
    return new Tensor('float32', data, dims);
  };
  const wide = (): Tensor => numbers([1, fresh, WIDTHS.query]);
  const narrow = (): Tensor => numbers([1, fresh, WIDTHS.key]);
  const before = (): Tensor => numbers([1, KV_HEADS, past, SIZES.size]);
  return {
    query: wide(),
    wide_key: wide(),
    wide_value: wide(),
    key: narrow(),
    value: narrow(),
    past_key: before(),
    past_value: before(),
    past_last: new Tensor('int32', Int32Array.of(past + fresh - 1), [1]),
    total: new Tensor('int32', Int32Array.of(past + fresh), [1]),
  };
}
