import { YAMLMap, isCollection, isScalar, isSeq } from 'yaml';
import { faultAt, parseSource, valuesOf } from './document.ts';
import type { KeyPath, Source } from './document.ts';
import { agreed, withItem, withKey, withoutItem } from './splice.ts';

/** A key and what it is to be; null takes it out. */
export interface KeyEdit {
  readonly path: KeyPath;
  readonly value: unknown;
}

/** What stands for a secret wherever one is shown. */
export const REDACTED = '[redacted]';

/**
 * The file with the edits made, one after the other; comments stay, and every other byte as far as its notation lets it. Not checked.
 * @throws LookoutError CONFIG_SYNTAX, CONFIG_INVALID for a path that leads nowhere, and where a secret's stand-in would become its value
 */
export function withEdits(source: Source, edits: readonly KeyEdit[]): Source {
  // what cannot be read as a whole cannot be written either
  valuesOf(source);
  return edits.reduce(withEdit, source);
}

function withEdit(source: Source, { path, value }: KeyEdit): Source {
  const { document } = source;
  const [holder, key] = [path.slice(0, -1), path.at(-1)];
  if (key === undefined) throw faultAt(source, [], 'an edit needs the path of a key');
  if (holdsRedacted(value)) throw faultAt(source, path, `${REDACTED} stands for what it is and is not shown: give another value, or leave the key as it is`);
  if (value === null && !document.hasIn(path)) return source;
  refuseHoles(source, path);
  const spliced = typeof key === 'string' ? withKey(source, holder, key, value) : ofList(source, holder, key, value);
  if (value === null) document.deleteIn(path);
  else document.setIn(path, typeof value === 'object' ? document.createNode(value) : value);
  return parseSource(agreed(source, spliced ?? inOneLine(source, holder)), source.file);
}

/** An item more or less of a list of sections, as the list of cameras is one. */
function ofList(source: Source, path: KeyPath, index: number, value: unknown): string | undefined {
  const [key, ...deeper] = path;
  const list: unknown = source.document.getIn(path, true);
  if (typeof key !== 'string' || deeper.length > 0 || !isSeq(list)) return undefined;
  if (value === null) return withoutItem(source, key, index);
  return index === list.items.length ? withItem(source, key, value) : undefined;
}

/** What was edited within `{ … }` or `[ … ]`, or within a list of plain values, written anew as a whole: nothing else in the file changes. */
function inOneLine(source: Source, path: KeyPath): string | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const [holder, key] = [path.slice(0, depth - 1), path[depth - 1]];
    const node: unknown = source.document.getIn(path.slice(0, depth), true);
    if (typeof key !== 'string' || !isCollection(node) || !node.range) continue;
    const commented = source.text.slice(node.range[0], node.range[1]).includes('#');
    const plain = node.flow === true || (isSeq(node) && node.items.every((item) => isScalar(item)));
    if (plain && !commented) return withKey(source, holder, key, node.toJS(source.document));
  }
  return undefined;
}

/** Every step has to lead into a map by a name, or into a list by the place of an item or the one after the last; an empty section becomes a map. */
function refuseHoles(source: Source, path: KeyPath): void {
  const { document } = source;
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) document.contents = new YAMLMap(document.schema);
  path.forEach((step, depth) => {
    const before = path.slice(0, depth);
    const node: unknown = depth === 0 ? document.contents : document.getIn(before, true);
    if (node === undefined) return;
    if (isScalar(node) && (node.value === null || node.value === undefined)) return document.setIn(before, new YAMLMap(document.schema));
    const list = isCollection(node) && !(node instanceof YAMLMap);
    if (!isCollection(node) || list !== (typeof step === 'number')) throw faultAt(source, before, `has no ${JSON.stringify(step)} in it`);
    if (typeof step === 'number' && step > node.items.length) throw faultAt(source, before, `has ${node.items.length} items only`);
  });
}

function holdsRedacted(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(REDACTED);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsRedacted);
}
