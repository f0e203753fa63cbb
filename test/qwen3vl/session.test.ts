import { describe, expect, it } from 'vitest';
import { computesRightly } from '../../src/qwen3vl/deviceTrial.ts';
import { openSession } from '../../src/qwen3vl/session.ts';

describe('a device', () => {
  it('is tried before it is trusted; the CPU passes', async () => {
    expect(await computesRightly({ executionProviders: ['cpu'] })).toBe(true);
  });

  it('that cannot open a graph is named in one line', async () => {
    const source = { graph: new TextEncoder().encode('no graph'), folder: import.meta.dirname, prepack: true };
    await expect(openSession(source, 'cpu', 1, true)).rejects.toThrow(/^MODEL_RUNTIME: The model cannot be opened on cpu: .*$/);
  });
});
