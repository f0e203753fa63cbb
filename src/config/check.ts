import { z } from 'zod';
import type { LookoutError } from '../errors.ts';
import { faultAt, keyName } from './document.ts';
import type { KeyPath, Source } from './document.ts';

/**
 * Values as the schema wants them, with its defaults. The error names the first fault's file, line and key, and counts the rest.
 * @param at where in the document the values stand
 * @throws LookoutError CONFIG_INVALID
 */
export function checked<S extends z.ZodType>(schema: S, source: Source, values: unknown, at: KeyPath = []): z.output<S> {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  throw schemaFault(schema, source, values, result.error.issues, at);
}

function schemaFault(schema: z.ZodType, source: Source, values: unknown, issues: readonly z.core.$ZodIssue[], at: KeyPath): LookoutError {
  // A key that is missing is mostly one that was misspelt, so unknown ones come first.
  const order = [...issues].sort((a, b) => Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys'));
  const faults = order.flatMap((issue) => describe(schema, values, issue));
  const [first, ...others] = faults;
  const more = others.length > 0 ? ` (and ${others.length} more: ${others.slice(0, 3).map((fault) => keyName([...at, ...fault.path])).join(', ')})` : '';
  return faultAt(source, [...at, ...(first?.path ?? [])], `${first?.message ?? 'is not valid'}${more}`);
}

interface Fault {
  readonly path: KeyPath;
  readonly message: string;
}

function describe(schema: z.ZodType, values: unknown, issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: `unknown key${suggestion(key, keysAt(schema, path))}` }));
  }
  const missing = issue.code === 'invalid_type' && valueAt(values, path) === undefined;
  return [{ path, message: missing ? 'is missing' : issue.message.replace(/^Invalid input: /, '') }];
}

function valueAt(values: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((inner, part) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, part) : undefined), values);
}

/** The keys that the schema knows at a path. */
function keysAt(schema: z.ZodType, path: KeyPath): string[] {
  let inner: unknown = bare(schema);
  for (const part of path) {
    if (inner instanceof z.ZodArray) inner = bare(inner.element);
    else if (inner instanceof z.ZodObject) inner = bare(inner.shape[part]);
  }
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** A schema without its defaults around it, and before what is made of its values. */
function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return bare(schema.in);
  const wrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  return wrapped ? bare(schema.unwrap()) : schema;
}

function suggestion(key: string, known: readonly string[]): string {
  const near = known.map((name) => ({ name, far: distance(key, name) })).sort((a, b) => a.far - b.far)[0];
  if (near && near.far <= Math.max(2, key.length / 4)) return `; did you mean ${near.name}?`;
  return known.length > 0 ? `; known are ${known.join(', ')}` : '';
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
