import type { ByteState } from './state.ts';

/** One of several ways to go on, all followed until one is left. The shortest way to the end is that of the first one still possible. */
export function either(ways: readonly ByteState[]): ByteState {
  const [first, ...others] = new Set(ways);
  if (!first) throw new RangeError('there is no way to go on');
  return others.length === 0 ? first : new Either([first, ...others]);
}

class Either implements ByteState {
  readonly done: boolean;
  readonly #ways: readonly [ByteState, ...ByteState[]];

  constructor(ways: readonly [ByteState, ...ByteState[]]) {
    this.#ways = ways;
    this.done = ways.some((way) => way.done);
  }

  get shortest(): number {
    return this.#ways[0].shortest;
  }

  step(byte: number): ByteState | null {
    const left = this.#ways.map((way) => way.step(byte)).filter((way) => way !== null);
    return left.length === 0 ? null : either(left);
  }
}
