/** Rows that wait until their acknowledgement has stood for a while. */
export interface Settling<Row extends { readonly seq: number }> {
  add(row: Row): void;
  has(seq: number): boolean;
  /** everything leaves now */
  flush(): void;
  stop(): void;
}

/** Leaving is done together, for each time costs a transaction, ms. */
const TOGETHER = 50;

/** @param ms how long; @param leave is given what has waited long enough, in the order in which it came */
export function settling<Row extends { readonly seq: number }>(ms: number, leave: (rows: readonly Row[]) => void): Settling<Row> {
  const rows = new Map<number, { readonly row: Row; readonly due: number }>();
  let timer: NodeJS.Timeout | undefined;

  function leaveDue(until: number): void {
    timer = undefined;
    const due: Row[] = [];
    for (const one of rows.values()) {
      if (one.due > until) break;
      due.push(one.row);
    }
    for (const { seq } of due) rows.delete(seq);
    if (due.length > 0) leave(due);
    const [next] = rows.values();
    if (next) arm(next.due - performance.now());
  }

  function arm(wait: number): void {
    timer ??= setTimeout(() => leaveDue(performance.now()), Math.max(0, wait) + TOGETHER);
  }

  return {
    add(row) {
      rows.set(row.seq, { row, due: performance.now() + ms });
      arm(ms);
    },
    has: (seq) => rows.has(seq),
    flush() {
      clearTimeout(timer);
      leaveDue(Number.POSITIVE_INFINITY);
    },
    stop: () => clearTimeout(timer),
  };
}
