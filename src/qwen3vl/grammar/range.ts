import type { ByteState } from './state.ts';

/** Bounds of a number, both included, in its last decimal: 2 to 3 with one `decimals` are 20 and 30. Safe integers. */
export interface Range {
  readonly least: number;
  readonly most: number;
  readonly decimals: number;
}

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
/** More digits than a safe integer has. */
const DIGITS = 16;

/** A JSON number within bounds, without exponent: a digit may be written while some number that begins so lies within. */
export function jsonRange(range: Range, then: ByteState): ByteState {
  const { least, most, decimals } = range;
  if (least > most) throw new RangeError('no number lies within the bounds');
  const plain = most >= 0 ? new Digits({ least: Math.max(0, least), most, unit: 10 ** decimals, follow: then }, '') : undefined;
  const negative = least < 0 ? new Digits({ least: Math.max(0, -most), most: -least, unit: 10 ** decimals, follow: then }, '') : undefined;
  return {
    done: false,
    shortest: plain ? plain.shortest : MINUS,
    step: (byte) => (byte === MINUS ? (negative ?? null) : (plain?.step(byte) ?? null)),
  };
}

/** Bounds of what stands after the sign; `unit` is what 1 is in the last decimal. */
interface Magnitude {
  readonly least: number;
  readonly most: number;
  readonly unit: number;
  readonly follow: ByteState;
}

/** Within a number. */
class Digits implements ByteState {
  readonly #range: Magnitude;
  readonly #text: string;
  /** a number within the bounds is written */
  readonly #whole: boolean;

  constructor(range: Magnitude, text: string) {
    this.#range = range;
    this.#text = text;
    const value = valueOf(text, range);
    this.#whole = /\d$/.test(text) && value >= range.least && value <= range.most;
  }

  get done(): boolean {
    return this.#whole && this.#range.follow.done;
  }

  get shortest(): number {
    if (this.#whole) return this.#range.follow.shortest;
    return (reached(this.#text, this.#range) ?? '').charCodeAt(this.#text.length);
  }

  step(byte: number): ByteState | null {
    const character = byte === POINT || (byte >= ZERO && byte <= 0x39) ? String.fromCharCode(byte) : '';
    const text = this.#text + character;
    if (character !== '' && possible(text, this.#range)) {
      const next = new Digits(this.#range, text);
      const ends = ![...'0123456789.'].some((more) => possible(text + more, this.#range));
      return ends ? this.#range.follow : next;
    }
    return this.#whole ? this.#range.follow.step(byte) : null;
  }
}

function valueOf(text: string, { unit }: Magnitude): number {
  const [whole = '', fraction = ''] = text.split('.');
  return Number(whole) * unit + Number(fraction.padEnd(decimalsOf(unit), '0') || 0);
}

function decimalsOf(unit: number): number {
  return Math.round(Math.log10(unit));
}

/** Whether a text is the beginning of a number within the bounds. */
function possible(text: string, range: Magnitude): boolean {
  return /^(0|[1-9]\d*)(\.\d*)?$/.test(text) && reached(text, range) !== undefined;
}

/** The shortest number within the bounds that begins so; undefined where there is none. */
function reached(text: string, range: Magnitude): string | undefined {
  const { least, most, unit } = range;
  const decimals = decimalsOf(unit);
  const [whole = '', fraction] = text.split('.');
  if (fraction !== undefined) {
    const left = decimals - fraction.length;
    if (left < 0 || decimals === 0) return undefined;
    const from = valueOf(text, range);
    const value = Math.max(from, least);
    // a point wants a digit after it
    const end = from + 10 ** left - 1;
    return value <= Math.min(end, most) ? written(value, decimals, text.length + (fraction === '' ? 1 : 0)) : undefined;
  }
  const longest = whole === '0' ? 0 : DIGITS;
  for (const step of decimals > 0 ? [unit, 1] : [unit]) {
    for (let more = 0; more <= longest; more++) {
      const from = Number(whole) * 10 ** more * unit;
      if (from > most) break;
      const value = Math.max(Math.ceil(from / step), Math.ceil(least / step)) * step;
      const end = from + 10 ** more * unit - 1;
      if (value <= Math.min(end, most)) return written(value, decimals, 0);
    }
  }
  return undefined;
}

/** A number of last decimals, without zeros at its end that it does not need for `length` characters. */
function written(value: number, decimals: number, length: number): string {
  const digits = String(value).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals);
  const needed = fraction.replace(/0+$/, '');
  const text = needed === '' ? whole : `${whole}.${needed}`;
  return text.length >= length ? text : `${whole}.${fraction}`.slice(0, length);
}
