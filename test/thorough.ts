/** `npm run test:thorough`: all cases of the tests that try many, where `npm test` takes some of each. */
const THOROUGH = process.env.LOOKOUT_THOROUGH === '1';

/** So many, of what could be tried without end. */
export function cases(few: number, all: number): number {
  return THOROUGH ? all : few;
}

/** The first of some that differ in degree. */
export function firstOf<T>(few: number, all: readonly T[]): readonly T[] {
  return all.slice(0, cases(few, all.length));
}
