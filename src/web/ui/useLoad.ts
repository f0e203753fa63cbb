import { useSignal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { asProblem } from './problem.tsx';

export interface Loaded<T> {
  readonly value: ReadonlySignal<T | undefined>;
  readonly problem: ReadonlySignal<Problem | undefined>;
  readonly loading: ReadonlySignal<boolean>;
  reload(): void;
}

/**
 * Loads when it is first rendered, and anew when `keys` change; a later question's answer is never overtaken by an earlier one's.
 * What was there stays in sight until the new is.
 */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const value = useSignal<T | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const loading = useSignal(true);
  const running = useRef<AbortController | null>(null);
  const reload = useCallback(() => {
    running.current?.abort();
    const stop = new AbortController();
    running.current = stop;
    loading.value = true;
    void run(load, stop.signal).then(
      (found) => {
        if (stop.signal.aborted) return;
        value.value = found;
        problem.value = undefined;
        loading.value = false;
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        loading.value = false;
        problem.value = asProblem(error);
      },
    );
  }, keys);
  useEffect(() => {
    reload();
    return () => running.current?.abort();
  }, [reload]);
  return { value, problem, loading, reload };
}

async function run<T>(load: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  return load(signal);
}
