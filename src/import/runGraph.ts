import type { Tensor } from 'onnxruntime-node';
import { openSession } from '../qwen3vl/device/session.ts';
import type { GraphSource } from '../qwen3vl/device/session.ts';

export type Run = (feeds: Readonly<Record<string, Tensor>>) => Promise<Readonly<Record<string, Tensor>>>;

/** Opens a graph on the processor, hands it to `use`, and closes it. */
export async function withGraph<T>(source: GraphSource, use: (run: Run) => Promise<T>): Promise<T> {
  const { session } = await openSession(source, 'cpu', undefined, false);
  try {
    return await use((feeds) => session.run(feeds));
  } finally {
    await session.release();
  }
}
