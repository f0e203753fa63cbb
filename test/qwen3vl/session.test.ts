import { describe, expect, it } from 'vitest';
import { rightForms } from '../../src/qwen3vl/device/deviceTrial.ts';
import { inShort, tryDevice, tryDevices } from '../../src/qwen3vl/device/devices.ts';
import { FLOAT, OnnxGraph } from '../../src/qwen3vl/graph/onnx.ts';
import { openSession } from '../../src/qwen3vl/device/session.ts';
import type { GraphSource } from '../../src/qwen3vl/device/session.ts';

describe('a device', () => {
  it('is tried before it is trusted; the processor passes, in both forms of attention', async () => {
    expect(await rightForms('cpu')).toEqual(['fused', 'plain']);
  });

  it('has a verdict in words, whatever this machine has', async () => {
    const verdicts = await tryDevices();
    expect(verdicts.map(({ device }) => device)).toEqual(['cuda', 'webgpu', 'cpu']);
    expect(verdicts.at(-1)).toMatchObject({ works: true, why: expect.stringMatching(/^\d threads$/) });
    for (const { why } of verdicts) expect(why).toMatch(/^[^\n]{3,170}$/);
  });

  it('that cannot open a graph is named in one line', async () => {
    const source = { graph: new TextEncoder().encode('no graph'), folder: import.meta.dirname, prepack: true };
    await expect(openSession(source, 'cpu', 1, true)).rejects.toThrow(/^MODEL_RUNTIME: The model cannot be opened on cpu: .*$/);
  });

  it('is told apart from its error by the error alone', () => {
    const long = 'Non-zero status code returned while running the initializer, in file webgpu_context.cc, function X: Failed to get a WebGPU adapter: No supported adapters.\n at line 7';
    expect(inShort(long)).toBe('Failed to get a WebGPU adapter: No supported adapters');
    expect(inShort('x'.repeat(999))).toHaveLength(161);
  });
});

describe('the choice of a device', () => {
  const source: GraphSource = { graph: () => echo(), folder: import.meta.dirname, prepack: true };

  it('says why it fell', async () => {
    const cpu = await openSession(source, 'cpu', 2, false);
    expect(cpu).toMatchObject({ device: 'cpu', why: 'the processor with 2 threads is used' });
    const small = await openSession(source, 'auto', undefined, true);
    expect(small).toMatchObject({ device: 'cpu', why: 'for so small a model the processor with 1 thread is used' });
    const auto = await openSession(source, 'auto', 1, false);
    const passedOver = (await tryDevices()).slice(0, -1).filter(({ works }) => !works);
    for (const { device, why } of passedOver) expect(auto.why).toContain(`${device}: ${why}; `);
    expect(auto.why).toMatch(/ is used$/);
    for (const { session } of [cpu, small, auto]) await session.release();
  });

  it('is an error where a device is asked for by name that does not work', async () => {
    const { works, why } = await tryDevice('cuda');
    const opened = openSession(source, 'cuda', 1, false);
    if (works) await (await opened).session.release();
    else await expect(opened).rejects.toMatchObject({ code: 'MODEL_RUNTIME', detail: `The model cannot be opened on cuda: cuda: ${why}.` });
  });
});

function echo(): Uint8Array {
  const graph = new OnnxGraph('echo');
  graph.node('Identity', [graph.input('x', FLOAT, ['n'])], {}, '', ['y']);
  graph.output('y', FLOAT, ['n']);
  return graph.finish();
}
