/** A signal that ends with others, and by itself. */
export interface Linked {
  readonly signal: AbortSignal;
  stop(reason: unknown): void;
  /** has to be called at the end: others live as long as the process, and keep what listens to them */
  release(): void;
}

/** As AbortSignal.any, which keeps every signal that it makes for as long as the longest-lived source in Node 20. */
export function linked(signals: readonly (AbortSignal | undefined)[], timeout?: number): Linked {
  const own = new AbortController();
  const ends = signals.flatMap((source) => (source ? [{ source, end: (): void => own.abort(source.reason) }] : []));
  const timer = timeout === undefined ? undefined : setTimeout(() => own.abort(new DOMException('too late', 'TimeoutError')), timeout);
  for (const { source, end } of ends) {
    if (source.aborted) end();
    else source.addEventListener('abort', end, { once: true });
  }
  return {
    signal: own.signal,
    stop: (reason) => own.abort(reason),
    release() {
      clearTimeout(timer);
      for (const { source, end } of ends) source.removeEventListener('abort', end);
    },
  };
}
