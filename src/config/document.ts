import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { LookoutError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';

/** A key's place in a document: `['cameras', 0, 'url']`. */
export type KeyPath = readonly (string | number)[];

/** A YAML file as it was read: its text, its tree (comments included) and the lines that its keys stand on. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

const MAX_BYTES = 1_000_000;

/** @throws LookoutError CONFIG_NOT_FOUND, CONFIG_SYNTAX */
export function readSource(file: string): Source {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new LookoutError('CONFIG_NOT_FOUND', `${shown(file)}: ${reason}.`, { cause: error });
  }
  return parseSource(text, file);
}

/** @throws LookoutError CONFIG_SYNTAX */
export function parseSource(text: string, file: string): Source {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new LookoutError('CONFIG_SYNTAX', `${shown(file)}: larger than 1 MB.`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new LookoutError('CONFIG_SYNTAX', `${shown(file)}:${line}:${col}: ${sentence(unquoted(fault.message))}`, { cause: fault });
  }
  return { file, text, document, lines };
}

/** The document as plain values. @throws LookoutError CONFIG_SYNTAX for aliases that multiply without end */
export function valuesOf(source: Source): unknown {
  try {
    return source.document.toJS();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LookoutError('CONFIG_SYNTAX', `${shown(source.file)}: ${sentence(unquoted(reason))}`, { cause: error });
  }
}

/** An error of the key at `path`: `file:line:column: key: message`. Where the key is missing, the line of what should hold it. */
export function faultAt(source: Source, path: KeyPath, message: string, code: ErrorCode = 'CONFIG_INVALID'): LookoutError {
  const key = path.length > 0 ? `${keyName(path)}: ` : '';
  return new LookoutError(code, `${placeOf(source, path)}: ${key}${sentence(message)}`);
}

/** `file:line:column` of a key, or of the nearest thing around it that is there. */
export function placeOf(source: Source, path: KeyPath): string {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = keyNode(source.document, path.slice(0, depth));
    if (node?.range) {
      const { line, col } = source.lines.linePos(node.range[0]);
      return `${shown(source.file)}:${line}:${col}`;
    }
  }
  return `${shown(source.file)}:1:1`;
}

/** `cameras[0].url` */
export function keyName(path: KeyPath): string {
  return path.reduce<string>((name, part) => (typeof part === 'number' ? `${name}[${part}]` : name ? `${name}.${part}` : part), '');
}

/** The node of a map's key, or of a list's item: what a reader looks for, rather than the value after it. */
function keyNode(document: Document, path: KeyPath): Node | undefined {
  const last = path.at(-1);
  const holder: unknown = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (last === undefined) return document.contents ?? undefined;
  if (isMap(holder)) {
    const pair = holder.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last));
    return pair && isNode(pair.key) ? pair.key : undefined;
  }
  const node: unknown = document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

/** A path as people read it: relative while it lies below the working folder. */
export function shown(file: string): string {
  const short = relative(process.cwd(), file);
  return short === '' || short.startsWith('..') ? file : short;
}

/** The reader's own words: what it quotes of the file may be a secret. */
function unquoted(message: string): string {
  return message.replace(/(?<=\S): .*$/su, '');
}

function sentence(message: string): string {
  const line = message.split('\n')[0]?.trim() ?? '';
  return /[.!?:]$/.test(line) ? line : `${line}.`;
}
