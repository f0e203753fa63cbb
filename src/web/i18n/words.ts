import type { en } from './en.ts';

/** What a language has to say: every key of English, a function where English has one. */
export type Words = Said<typeof en>;

/** A view's part of it, for the file of that view: `export const live: Said<typeof english> = {…}`. */
export type Said<T> = {
  readonly [K in keyof T]: T[K] extends (...given: infer G) => string ? (...given: G) => string : T[K] extends string ? string : T[K] extends object ? Said<T[K]> : T[K];
};
