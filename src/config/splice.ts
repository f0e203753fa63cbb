import { isDeepStrictEqual } from 'node:util';
import { isMap, isNode, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import type { Node, YAMLSeq } from 'yaml';
import type { KeyPath, Source } from './document.ts';

/**
 * Edits of blocks in the text itself, so that every other byte of a file that people keep stays as it is. Each returns
 * undefined for a list or a map that is written in another way (`[a, b]`, aliases …).
 */

/** The text with one more item at the end of the list under `key`. */
export function withItem(source: Source, key: string, item: unknown): string | undefined {
  const { text, document } = source;
  const list: unknown = document.get(key, true);
  if (list === undefined) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${key}:\n${block(item, '  ')}`;
  if (isSeq(list) && !list.flow && list.items.length > 0) return afterLast(text, list, item);
  // An empty list, or a key with nothing after it but perhaps a comment.
  const head = new RegExp(`^${key}:[ ]*(?:\\[[ ]*\\][ ]*)?(#.*)?$`, 'm').exec(text);
  if (!head) return undefined;
  const end = lineEnd(text, head.index);
  return `${text.slice(0, head.index)}${key}:${head[1] ? ` ${head[1]}` : ''}\n${block(item, '  ')}${text.slice(end)}`;
}

/** The text without one item of the list (under `key`, or the whole document), and without the comment that stands right above it. */
export function withoutItem(source: Source, key: string | undefined, index: number): string | undefined {
  const { text, document } = source;
  const list: unknown = key === undefined ? document.contents : document.get(key, true);
  if (!isSeq(list) || list.flow) return undefined;
  const place = placeOf(text, list.items[index]);
  if (!place) return undefined;
  const before = text.slice(0, aboveComment(text, place.start));
  const rest = text.slice(place.end);
  const emptied = list.items.length === 1 && before.endsWith(`${key}:\n`);
  return emptied ? `${before.slice(0, -1)} []\n${rest}` : before + rest;
}

/** The text with a key of the map at `path` set, or taken out (null). */
export function withKey({ document, text }: Source, path: KeyPath, key: string, value: unknown): string | undefined {
  const map: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  const told = notation(value);
  if (map === undefined && path.length === 1 && value !== null) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${String(path[0])}:\n  ${key}: ${told}\n`;
  if (!isMap(map) || map.flow) return undefined;
  const pairs = map.items.filter((item) => isScalar(item.key));
  const pair = pairs.find((item) => isScalar(item.key) && item.key.value === key);
  if (pair) return withValue(text, isScalar(pair.key) ? pair.key.range?.[0] : undefined, pair.value, value === null ? null : `${key}: ${told}`);
  const first = pairs[0]?.key;
  const begins = isScalar(first) ? first.range?.[0] : undefined;
  const ends = endOf(pairs.at(-1)?.value);
  if (value === null || begins === undefined || ends === undefined) return undefined;
  const indent = begins - (text.lastIndexOf('\n', begins - 1) + 1);
  const end = text[ends - 1] === '\n' ? ends : lineEnd(text, ends);
  return `${text.slice(0, end)}${text.slice(0, end).endsWith('\n') ? '' : '\n'}${' '.repeat(indent)}${key}: ${told}\n${text.slice(end)}`;
}

/** The text with `told` in the place of a key and its value, or without them (null). */
function withValue(text: string, from: number | undefined, value: unknown, told: string | null): string | undefined {
  const to = endOf(value);
  if (from === undefined || to === undefined) return undefined;
  const whole = text[to - 1] === '\n';
  if (told !== null) return `${text.slice(0, from)}${told}${whole ? '\n' : ''}${text.slice(to)}`;
  const line = text.lastIndexOf('\n', from - 1) + 1;
  return text.slice(line, from).trim() === '' ? text.slice(0, line) + text.slice(whole ? to : lineEnd(text, to)) : undefined;
}

function endOf(value: unknown): number | undefined {
  return isNode(value) ? value.range?.[1] : undefined;
}

/** A value in one line. */
function notation(value: unknown): string {
  return stringify(value, { lineWidth: 0, ...(typeof value === 'object' ? { collectionStyle: 'flow' as const } : {}) }).trimEnd();
}

/** The text that was cut and pasted, if it says what the edited tree says; else the tree's own, which keeps comments but lays out anew. */
export function agreed(source: Source, spliced: string | undefined): string {
  const tree = source.document.toString({ lineWidth: 0, flowCollectionPadding: /\{ /.test(source.text) });
  return spliced !== undefined && sameValues(spliced, tree) ? spliced : tree;
}

function sameValues(spliced: string, tree: string): boolean {
  const [one, other] = [parseDocument(spliced), parseDocument(tree)];
  return one.errors.length === 0 && isDeepStrictEqual(one.toJS(), other.toJS());
}

function afterLast(text: string, list: YAMLSeq, item: unknown): string | undefined {
  const place = placeOf(text, list.items.at(-1));
  if (!place) return undefined;
  const before = text.slice(0, place.end);
  return `${before}${before.endsWith('\n') ? '' : '\n'}${block(item, place.indent)}${text.slice(place.end)}`;
}

function block(item: unknown, indent: string): string {
  return stringify([item], { lineWidth: 0 }).replace(/^(?=.)/gm, indent);
}

/** From the start of the line with the item's dash to the end of its last line. */
function placeOf(text: string, item: unknown): { start: number; end: number; indent: string } | undefined {
  const range = isNode(item) ? (item satisfies Node).range : undefined;
  if (!range) return undefined;
  const start = text.lastIndexOf('\n', range[0] - 1) + 1;
  const indent = /^([ ]*)-[ ]+$/.exec(text.slice(start, range[0]))?.[1];
  return indent === undefined ? undefined : { start, end: text[range[1] - 1] === '\n' ? range[1] : lineEnd(text, range[1]), indent };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

/** The start of the lines of comment that end right above `start`. */
function aboveComment(text: string, start: number): number {
  const above = text.lastIndexOf('\n', start - 2) + 1;
  return start > 0 && /^\s*#/.test(text.slice(above, start)) ? aboveComment(text, above) : start;
}
