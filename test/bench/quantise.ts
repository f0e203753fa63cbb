import { importModel } from '../../src/import/importModel.ts';
import { openSource } from '../../src/import/source.ts';
import type { Task } from './task.ts';

/** An import at int4. */
export interface Quantised {
  readonly seconds: number;
  /** of the weights' files, bytes */
  readonly bytes: number;
  /** of the logits, as the import measured it: largest difference relative to the largest logit, in a typical probe */
  readonly logitsError: number;
}

export async function measureQuantise({ dir, out }: Task): Promise<Quantised> {
  const source = openSource(dir);
  const began = performance.now();
  const manifest = await importModel({ source, out, precision: 'int4', stage: () => ({ advance: () => undefined, done: () => undefined }) });
  source.weights.close();
  const weights = manifest.files.filter(({ file }) => file.endsWith('.safetensors'));
  return {
    seconds: (performance.now() - began) / 1000,
    bytes: weights.reduce((sum, { bytes }) => sum + bytes, 0),
    logitsError: manifest.error?.logits.typical ?? 0,
  };
}
