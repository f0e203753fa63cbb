import { YAMLMap, isCollection, isScalar } from 'yaml';
import { faultAt, parseSource } from './document.ts';
import type { KeyPath, Source } from './document.ts';
import { agreed, withKey } from './splice.ts';

/** A key and what it is to be; null takes it out. */
export interface KeyEdit {
  readonly path: KeyPath;
  readonly value: unknown;
}

/** What stands for a secret wherever one is shown. */
export const REDACTED = '[redacted]';

/**
 * The file with the edits made, one after the other; comments stay, and every other byte as far as its notation lets it. Not checked.
 * @throws LookoutError CONFIG_INVALID for a path that leads nowhere, and where a secret's stand-in would become its value
 */
export function withEdits(source: Source, edits: readonly KeyEdit[]): Source {
  return edits.reduce(withEdit, source);
}

function withEdit(source: Source, { path, value }: KeyEdit): Source {
  const { document } = source;
  const [holder, key] = [path.slice(0, -1), path.at(-1)];
  if (key === undefined) throw faultAt(source, [], 'an edit needs the path of a key');
  if (holdsRedacted(value)) throw faultAt(source, path, `${REDACTED} stands for what it is and is not shown: give another value, or leave the key as it is`);
  if (value === null && !document.hasIn(path)) return source;
  refuseHoles(source, path);
  const spliced = typeof key === 'string' ? withKey(source, holder, key, value) : undefined;
  if (value === null) document.deleteIn(path);
  else document.setIn(path, typeof value === 'object' ? document.createNode(value) : value);
  return parseSource(agreed(source, spliced), source.file);
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
