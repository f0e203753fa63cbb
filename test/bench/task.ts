import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SceneSize } from './scenes.ts';

/** What a child measures; each kind has a module of its name. */
export type Measure = 'speed' | 'hop' | 'rules' | 'lag' | 'kvTax' | 'quantise';

export interface Task extends SceneSize {
  readonly measure: Measure;
  /** the checkpoint's folder */
  readonly dir: string;
  readonly threads: number;
  /** tokens of an answer */
  readonly tokens: number;
  readonly repetitions: number;
  /** folder that an import makes */
  readonly out: string;
  /** how long the load lasts, where a load is what is measured */
  readonly seconds: number;
}

/** What a child answers with: the measure's own findings, and what the process took at its peak. */
export interface Measured<T> {
  readonly result: T;
  /** most resident memory, weights mapped from files included, MB */
  readonly peakMb: number;
  /** memory of no file at the measure's end, MB; NaN where the system does not tell */
  readonly anonymousMb: number;
}

/** Runs a measure in a process of its own, so that none finds another's memory, caches or threads. */
export function measureApart<T>(task: Task): Promise<Measured<T>> {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    let measured: Measured<T> | undefined;
    child.on('message', (message) => {
      measured = message as Measured<T>;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (measured) resolve(measured);
      else reject(new Error(`${task.measure} of ${task.dir} ended with ${signal ?? String(code)} and measured nothing`));
    });
    child.send(task);
  });
}
