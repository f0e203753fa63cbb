import type { ByteState } from './grammarState.ts';

/**
 * Digits before and after the point. A model may otherwise go on with "0.3333…" until its tokens are spent; six digits before
 * the point hold eleven days in seconds, three after it a millisecond.
 */
const WHOLE_DIGITS = 6;
const FRACTION_DIGITS = 3;

/** A JSON number without exponent. */
export function jsonNumber(negative: boolean, then: ByteState): ByteState {
  const unsigned: ByteState = { done: false, step: (byte) => firstDigit(byte, then) };
  if (!negative) return unsigned;
  return { done: false, step: (byte) => (byte === 0x2d /* minus */ ? unsigned : firstDigit(byte, then)) };
}

function firstDigit(byte: number, then: ByteState): ByteState | null {
  if (!isDigit(byte)) return null;
  // JSON has no leading zeros
  return whole(byte === 0x30 ? 0 : WHOLE_DIGITS - 1, then);
}

/** A number has no end mark of its own: what is no part of it belongs to what follows. */
function whole(left: number, then: ByteState): ByteState {
  return {
    done: then.done,
    step(byte) {
      if (isDigit(byte)) return left > 0 ? whole(left - 1, then) : null;
      return byte === 0x2e /* point */ ? fraction(FRACTION_DIGITS, false, then) : then.step(byte);
    },
  };
}

function fraction(left: number, some: boolean, then: ByteState): ByteState {
  if (left === 0) return then;
  return {
    done: some && then.done,
    step(byte) {
      if (isDigit(byte)) return fraction(left - 1, true, then);
      return some ? then.step(byte) : null;
    },
  };
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
