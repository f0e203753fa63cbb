import { loops } from './loop.ts';
import type { Written } from './loop.ts';
import type { ByteState } from './state.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
/** stands in for a character that has to be written, whichever it is */
const FILLER = 0x2d;

/**
 * A JSON string of `least` to `most` characters, its quotes included. Its bytes are well-formed UTF-8, and control characters
 * (C0, DEL, C1) cannot be written, neither raw nor escaped: the text may be shown on somebody's terminal. Text that repeats
 * itself over and over cannot go on.
 */
export function jsonString(least: number, most: number, then: ByteState): ByteState {
  const first = new TextState({ least, most, follow: then }, 0, undefined);
  return { done: false, shortest: QUOTE, step: (byte) => (byte === QUOTE ? first : null) };
}

interface Text {
  readonly least: number;
  readonly most: number;
  readonly follow: ByteState;
}

/** The state after one more character, given as its code point. */
type After = (code: number) => ByteState;

/** After a character; a link of the text so far itself, since there are as many as there are bytes to try. */
class TextState implements ByteState, Written<number> {
  readonly done = false;
  readonly value: number;
  readonly before: TextState | undefined;
  readonly length: number;
  readonly #text: Text;
  /** no more characters; not known before it is asked */
  #full: boolean | undefined;

  constructor(text: Text, code: number, before: TextState | undefined) {
    this.#text = text;
    this.value = code;
    this.before = before;
    this.length = before ? before.length + 1 : 0;
  }

  get shortest(): number {
    return this.length < this.#text.least ? FILLER : QUOTE;
  }

  step(byte: number): ByteState | null {
    const { least, most, follow } = this.#text;
    if (byte === QUOTE) return this.length < least ? null : follow;
    if (byte < 0x20 || byte === 0x7f) return null;
    this.#full ??= this.length >= most || (this.length >= least && loops(this));
    if (this.#full) return null;
    if (byte < 0x80 && byte !== BACKSLASH) return this.#after(byte);
    const after: After = (code) => this.#after(code);
    return byte === BACKSLASH ? escape(after) : multibyte(byte, after);
  }

  #after(code: number): TextState {
    return new TextState(this.#text, code, this);
  }
}

/** The bytes after the first one of a character; the bounds of the second byte keep out overlong forms, surrogates and C1. */
function multibyte(lead: number, after: After): ByteState | null {
  if (lead >= 0xc2 && lead <= 0xdf) return continuation(1, lead & 0x1f, lead === 0xc2 ? 0xa0 : 0x80, 0xbf, after);
  if (lead >= 0xe0 && lead <= 0xef) return continuation(2, lead & 0x0f, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf, after);
  if (lead >= 0xf0 && lead <= 0xf4) return continuation(3, lead & 0x07, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf, after);
  return null;
}

function continuation(count: number, bits: number, low: number, high: number, after: After): ByteState {
  return {
    done: false,
    shortest: low,
    step(byte) {
      if (byte < low || byte > high) return null;
      const code = bits * 64 + (byte & 0x3f);
      return count === 1 ? after(code) : continuation(count - 1, code, 0x80, 0xbf, after);
    },
  };
}

function escape(after: After): ByteState {
  return {
    done: false,
    shortest: SLASH,
    step(byte) {
      if (byte === QUOTE || byte === BACKSLASH || byte === SLASH) return after(byte);
      return byte === 0x75 /* u */ ? hexadecimal(4, 0, after) : null;
    },
  };
}

function hexadecimal(digits: number, value: number, after: After): ByteState {
  return {
    done: false,
    // after "00" a 2 is the first to leave the control characters; anywhere else a 2 does no harm
    shortest: 0x32,
    step(byte) {
      const digit = hexDigit(byte);
      if (digit < 0) return null;
      const next = value * 16 + digit;
      if (digits > 1) return reachable(next, digits - 1) ? hexadecimal(digits - 1, next, after) : null;
      return writable(next) ? after(next) : null;
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
