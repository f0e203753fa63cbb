/** The connection broke, or the server has trouble: trying again may help. */
export class ConnectionLost extends Error {
  /** how long the server asks to be left alone, ms */
  readonly waitMs: number;

  constructor(reason: string, waitMs: number) {
    super(reason);
    this.waitMs = waitMs;
  }
}

/** From whatever a broken connection throws. Its text names hosts at most: links may carry signatures. */
export function connectionLost(cause: unknown, waitMs = 0): ConnectionLost {
  if (cause instanceof ConnectionLost) return cause;
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : '';
  return new ConnectionLost(code || (inner instanceof Error ? inner.message : String(inner)), waitMs);
}
