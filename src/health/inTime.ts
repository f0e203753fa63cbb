/** Does something under a signal that also ends `patience` ms from now. Throws what `late` makes where it was that, else what `work` throws. */
export async function inTime<T>(patience: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>, late: (cause: unknown) => Error): Promise<T> {
  const over = AbortSignal.timeout(patience);
  try {
    return await work(AbortSignal.any([signal, over]));
  } catch (error) {
    throw over.aborted && !signal.aborted ? late(error) : error;
  }
}
