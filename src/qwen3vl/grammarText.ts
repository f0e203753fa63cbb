import type { ByteState } from './grammarState.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * A JSON string of `least` to `most` characters, its quotes included. Its bytes are well-formed UTF-8, and control characters
 * (C0, DEL, C1) cannot be written, neither raw nor escaped: the text may be shown on somebody's terminal.
 */
export function jsonString(least: number, most: number, then: ByteState): ByteState {
  return { done: false, step: (byte) => (byte === QUOTE ? characters(least, most, then) : null) };
}

function characters(least: number, most: number, then: ByteState): ByteState {
  return {
    done: false,
    step(byte) {
      if (byte === QUOTE) return least > 0 ? null : then;
      if (most <= 0 || byte < 0x20 || byte === 0x7f) return null;
      const after = characters(least - 1, most - 1, then);
      if (byte === BACKSLASH) return escape(after);
      return byte < 0x80 ? after : multibyte(byte, after);
    },
  };
}

/** The bytes after the first one of a character; the bounds of the second byte keep out overlong forms, surrogates and C1. */
function multibyte(lead: number, after: ByteState): ByteState | null {
  if (lead >= 0xc2 && lead <= 0xdf) return continuation(1, lead === 0xc2 ? 0xa0 : 0x80, 0xbf, after);
  if (lead >= 0xe0 && lead <= 0xef) return continuation(2, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf, after);
  if (lead >= 0xf0 && lead <= 0xf4) return continuation(3, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf, after);
  return null;
}

function continuation(count: number, low: number, high: number, after: ByteState): ByteState {
  return {
    done: false,
    step(byte) {
      if (byte < low || byte > high) return null;
      return count === 1 ? after : continuation(count - 1, 0x80, 0xbf, after);
    },
  };
}

function escape(after: ByteState): ByteState {
  return {
    done: false,
    step(byte) {
      if (byte === QUOTE || byte === BACKSLASH || byte === 0x2f /* slash */) return after;
      return byte === 0x75 /* u */ ? hexadecimal(4, 0, after) : null;
    },
  };
}

function hexadecimal(digits: number, value: number, after: ByteState): ByteState {
  return {
    done: false,
    step(byte) {
      const digit = hexDigit(byte);
      if (digit < 0) return null;
      const next = value * 16 + digit;
      if (digits > 1) return reachable(next, digits - 1) ? hexadecimal(digits - 1, next, after) : null;
      return writable(next) ? after : null;
    },
  };
}

/** Whether some completion of the digits so far gives a character that may be written; else the automaton would run dry. */
function reachable(prefix: number, missing: number): boolean {
  const span = 16 ** missing;
  return writable(prefix * span) || writable(prefix * span + span - 1);
}

function writable(code: number): boolean {
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  return code < 0xd800 || code > 0xdfff;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
