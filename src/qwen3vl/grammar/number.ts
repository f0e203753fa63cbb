import type { ByteState } from './state.ts';

/**
 * Digits before and after the point. A model may otherwise go on with "0.3333…" until its tokens are spent; six digits before
 * the point hold eleven days in seconds, three after it a millisecond.
 */
const WHOLE_DIGITS = 6;
const FRACTION_DIGITS = 3;
/** As many as a double holds exactly. */
const INTEGER_DIGITS = 15;

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** A JSON number without exponent. */
export function jsonNumber(negative: boolean, then: ByteState): ByteState {
  return signed(negative, { whole: WHOLE_DIGITS, fraction: FRACTION_DIGITS, follow: then });
}

/** A JSON number without fraction and exponent. */
export function jsonInteger(negative: boolean, then: ByteState): ByteState {
  return signed(negative, { whole: INTEGER_DIGITS, fraction: 0, follow: then });
}

interface Digits {
  readonly whole: number;
  readonly fraction: number;
  readonly follow: ByteState;
}

function signed(negative: boolean, digits: Digits): ByteState {
  const unsigned: ByteState = { done: false, shortest: ZERO, step: (byte) => firstDigit(byte, digits) };
  if (!negative) return unsigned;
  return { done: false, shortest: ZERO, step: (byte) => (byte === MINUS ? unsigned : firstDigit(byte, digits)) };
}

function firstDigit(byte: number, digits: Digits): ByteState | null {
  if (!isDigit(byte)) return null;
  // JSON has no leading zeros
  return whole(byte === ZERO ? 0 : digits.whole - 1, digits);
}

/** A number has no end mark of its own: what is no part of it belongs to what follows. */
function whole(left: number, digits: Digits): ByteState {
  const then = digits.follow;
  if (left === 0 && digits.fraction === 0) return then;
  return {
    done: then.done,
    shortest: then.shortest,
    step(byte) {
      if (isDigit(byte)) return left > 0 ? whole(left - 1, digits) : null;
      return byte === POINT && digits.fraction > 0 ? fraction(digits.fraction, false, then) : then.step(byte);
    },
  };
}

function fraction(left: number, some: boolean, then: ByteState): ByteState {
  if (left === 0) return then;
  return {
    done: some && then.done,
    shortest: some ? then.shortest : ZERO,
    step(byte) {
      if (isDigit(byte)) return fraction(left - 1, true, then);
      return some ? then.step(byte) : null;
    },
  };
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}
