/**
 * The automaton's states, byte by byte over UTF-8: what may come next in a JSON text of a given shape. States are immutable
 * values, so that a decoder can try many tokens from the same one, and go back to an earlier one.
 */
export interface ByteState {
  /** the text may end here */
  readonly done: boolean;
  /** the next byte on the shortest way to the text's end; without meaning where the text may end here */
  readonly shortest: number;
  /** the state after one more byte, or null where that byte is not allowed */
  step(byte: number): ByteState | null;
}

/** Nothing may follow. */
export const END: ByteState = { done: true, shortest: 0, step: () => null };

const utf8 = new TextEncoder();

export function encode(text: string): Uint8Array {
  return utf8.encode(text);
}

/** One of several fixed texts, none a prefix of another. */
export function literal(options: readonly Uint8Array[], then: ByteState, at = 0): ByteState {
  return {
    done: false,
    shortest: options.reduce((a, b) => (b.length < a.length ? b : a))[at] ?? 0,
    step(byte) {
      const left = options.filter((o) => o[at] === byte);
      if (left.length === 0) return null;
      return left.some((o) => o.length === at + 1) ? then : literal(left, then, at + 1);
    },
  };
}

/** At most one space, then what follows. */
export function optionalSpace(then: ByteState): ByteState {
  return { done: false, shortest: then.shortest, step: (byte) => (byte === 0x20 ? then : then.step(byte)) };
}
