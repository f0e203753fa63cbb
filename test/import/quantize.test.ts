import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { FLOAT, MICROSOFT, OnnxGraph, UINT8 } from '../../src/qwen3vl/graph/onnx.ts';
import { quantizeBlocks } from '../../src/import/quantize.ts';

const BLOCK = 32;

function waves(count: number, step: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * step) + 0.3 * Math.sin(i * i));
}

describe.each([4, 8] as const)('weights at %d bits', (bits) => {
  it('are those whole numbers that they can be', () => {
    const zero = 1 << (bits - 1);
    const weights = Float32Array.from({ length: 2 * BLOCK }, (_, i) => 0.25 * (i % BLOCK === 5 ? -zero : ((i * 7) % (2 * zero)) - zero));
    const { scales, squared } = quantizeBlocks(weights, BLOCK, bits);
    expect(squared).toBeLessThan(1e-9);
    expect([...scales].map(Math.abs)).toEqual([0.25, 0.25]);
  });

  it('are nothing where there is nothing, and keep a single weight', () => {
    const weights = new Float32Array(2 * BLOCK);
    weights[BLOCK + 3] = 5;
    const { scales, squared, energy } = quantizeBlocks(weights, BLOCK, bits);
    expect(scales[0]).toBe(0);
    expect(squared / energy).toBeLessThan(1e-9);
  });

  it('are read by the runtime as they are meant, and lose what is said', async () => {
    const [rows, columns] = [24, 96];
    const weights = waves(rows * columns, 0.37);
    const { values, scales, squared, energy } = quantizeBlocks(weights, BLOCK, bits);
    const graph = new OnnxGraph('product');
    graph.input('x', FLOAT, [columns, columns]);
    graph.input('values', UINT8, [rows, columns / BLOCK, (BLOCK * bits) / 8]);
    graph.input('scales', FLOAT, [(rows * columns) / BLOCK]);
    graph.node('MatMulNBits', ['x', 'values', 'scales'], { K: columns, N: rows, bits, block_size: BLOCK }, MICROSOFT, ['y']);
    graph.output('y', FLOAT, [columns, rows]);
    const session = await InferenceSession.create(graph.finish(), { executionProviders: ['cpu'], intraOpNumThreads: 1 });
    const identity = Float32Array.from({ length: columns ** 2 }, (_, i) => (i % (columns + 1) === 0 ? 1 : 0));
    const { y } = await session.run({
      x: new Tensor('float32', identity, [columns, columns]),
      values: new Tensor('uint8', values, [rows, columns / BLOCK, (BLOCK * bits) / 8]),
      scales: new Tensor('float32', scales, [scales.length]),
    });
    await session.release();
    // the identity gives the matrix back, turned
    const read = y?.data as Float32Array;
    let [error, all] = [0, 0];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const w = weights[r * columns + c] ?? NaN;
        error += ((read[c * rows + r] ?? NaN) - w) ** 2;
        all += w ** 2;
      }
    }
    expect(all).toBeCloseTo(energy, 3);
    expect(error).toBeCloseTo(squared, 4);
    expect(Math.sqrt(squared / energy)).toBeLessThan(bits === 4 ? 0.1 : 0.01);
  });
});
