import { jsonArray } from './array.ts';
import { either } from './either.ts';
import { END, encode, literal, optionalSpace } from './state.ts';
import type { ByteState } from './state.ts';
import { jsonString } from './text.ts';

/** From what comes after a value to the state before it. */
export type Compiled = (then: ByteState) => ByteState;

export interface Member {
  readonly name: string;
  readonly value: Compiled;
  readonly optional: boolean;
}

const BRACES = [0x7b, 0x7d] as const;
/** Characters of a key that is not named beforehand. */
const MOST_KEY = 64;

/** A JSON object of members in their order; those that are optional may be left out. */
export function jsonObject(members: readonly Member[]): Compiled {
  const leads = members.map(({ name }) => `${JSON.stringify(name)}:`);
  return (then) => {
    const known = new Map<number, ByteState>();
    /** after the opening brace, and so many members were written or left out */
    const rest = (from: number, some: boolean): ByteState => {
      const place = 2 * from + (some ? 1 : 0);
      const made = known.get(place) ?? either(ways(from, some));
      known.set(place, made);
      return made;
    };
    const ways = (from: number, some: boolean): ByteState[] => {
      const needed = members.findIndex((member, i) => i >= from && !member.optional);
      const last = needed < 0 ? members.length - 1 : needed;
      const next = members.slice(from, last + 1).map(({ value }, i) => {
        const lead = leads[from + i] as string;
        const written = (some ? [`,${lead}`, `, ${lead}`] : [lead]).map(encode);
        return literal(written, optionalSpace(value(rest(from + i + 1, true))));
      });
      // the shortest way first: the end, or straight to what may not be left out
      return needed < 0 ? [literal([encode('}')], then), ...next] : next.reverse();
    };
    return literal([encode('{')], rest(0, false));
  };
}

/** A JSON object of any keys, with values of one kind. */
export function jsonMap(value: Compiled, most: number): Compiled {
  const first = jsonString(1, MOST_KEY, literal([encode(':')], optionalSpace(value(END))));
  return (then) => jsonArray({ first, least: 0, most, distinct: true, brackets: BRACES }, then);
}
