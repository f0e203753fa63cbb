import { useSignal, useSignalEffect } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

/** Rest after the last change, ms; but told at least this often while it goes on changing. */
const REST = 120;
const LONGEST = 600;

/** Follows a signal that changes at every frame less often: what costs more than a frame hangs on this. */
export function useRested<T>(of: ReadonlySignal<T>): ReadonlySignal<T> {
  const rested = useSignal(of.peek());
  const told = useSignal(performance.now());
  useSignalEffect(() => {
    const { value } = of;
    const tell = (): void => {
      told.value = performance.now();
      rested.value = value;
    };
    const timer = setTimeout(tell, Math.min(REST, Math.max(0, told.peek() + LONGEST - performance.now())));
    return () => clearTimeout(timer);
  });
  return rested;
}
