/** The frames of one chunk, in runs of those that go the same way. */
export interface Runs {
  begin(bytes: Buffer): void;
  /** The next frame ends here, and is kept or passes. */
  add(to: number, kept: boolean): void;
  /** bytes of the run at hand, if it is one that is kept, up to a frame */
  heldBefore(from: number): number;
  /** Ends the last run; all that pass. */
  end(): readonly Buffer[];
  /** where the last frame ended */
  readonly to: number;
}

/** `keep` gets what is kept, run by run. */
export function createRuns(keep: (bytes: Buffer) => void): Runs {
  let chunk: Buffer = Buffer.alloc(0);
  let [begun, ended, keeping] = [0, 0, false];
  let passed: Buffer[] = [];

  const close = (): void => {
    if (ended > begun && keeping) keep(chunk.subarray(begun, ended));
    else if (ended > begun) passed.push(chunk.subarray(begun, ended));
    begun = ended;
  };
  return {
    begin(bytes) {
      chunk = bytes;
      [begun, ended, keeping] = [0, 0, false];
      passed = [];
    },
    add(to, kept) {
      if (kept !== keeping) close();
      keeping = kept;
      ended = to;
    },
    heldBefore: (from) => (keeping ? from - begun : 0),
    end() {
      close();
      return passed;
    },
    get to() {
      return ended;
    },
  };
}
