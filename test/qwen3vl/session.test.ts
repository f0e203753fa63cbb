import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computesRightly } from '../../src/qwen3vl/deviceTrial.ts';
import { openSession } from '../../src/qwen3vl/session.ts';
import { scratch } from './fixtures.ts';

describe('a device', () => {
  it('is tried before it is trusted; the CPU passes', async () => {
    expect(await computesRightly({ executionProviders: ['cpu'] })).toBe(true);
  });

  it('that cannot open a graph is named in one line', async () => {
    const folder = scratch();
    const path = join(folder.dir, 'graph.onnx');
    writeFileSync(path, 'no graph');
    await expect(openSession(path, 'cpu', 1, true)).rejects.toThrow(/^MODEL_RUNTIME: The model cannot be opened on cpu: .*$/);
    folder.remove();
  });
});
