import { refusal } from './refusal.ts';

/** A value of AMF0; objects are maps, so that no name in them has a meaning to JavaScript. */
export type Amf = number | boolean | string | null | undefined | readonly Amf[] | ReadonlyMap<string, Amf>;

const DEPTH = 8;
const VALUES = 512;
const OBJECT_END = 9;

/** Reads AMF0 values (Adobe, "Action Message Format – AMF 0", 2007). Throws RTMP_REFUSED at what is cut short, too deep or of no known type. */
export function readAmf(bytes: Buffer): Amf[] {
  const reader = { bytes, at: 0, values: 0 };
  const values: Amf[] = [];
  while (reader.at < bytes.length) values.push(value(reader, 0));
  return values;
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
  values: number;
}

function take(reader: Reader, count: number): Buffer {
  const { at, bytes } = reader;
  if (at + count > bytes.length) throw refusal('A value is cut short.');
  reader.at += count;
  return bytes.subarray(at, at + count);
}

const text = (reader: Reader, lengthBytes: 2 | 4): string => take(reader, take(reader, lengthBytes).readUIntBE(0, lengthBytes)).toString('utf8');

function value(reader: Reader, depth: number): Amf {
  reader.values += 1;
  if (depth > DEPTH || reader.values > VALUES) throw refusal('Values are nested too deeply, or too many.');
  const type = take(reader, 1)[0];
  switch (type) {
    case 0:
      return take(reader, 8).readDoubleBE();
    case 1:
      return take(reader, 1)[0] !== 0;
    case 2:
      return text(reader, 2);
    case 3:
      return object(reader, depth);
    case 5:
      return null;
    case 6:
      return undefined;
    case 8:
      take(reader, 4);
      return object(reader, depth);
    case 10:
      return list(reader, depth);
    case 11:
      return take(reader, 10).readDoubleBE();
    case 12:
      return text(reader, 4);
    default:
      throw refusal(`A value has type ${type}, which is not read.`);
  }
}

function object(reader: Reader, depth: number): Amf {
  const fields = new Map<string, Amf>();
  for (;;) {
    const name = text(reader, 2);
    if (name === '' && reader.bytes[reader.at] === OBJECT_END) break;
    fields.set(name, value(reader, depth + 1));
  }
  reader.at += 1;
  return fields;
}

function list(reader: Reader, depth: number): Amf {
  const items: Amf[] = [];
  for (let left = take(reader, 4).readUInt32BE(); left > 0; left--) items.push(value(reader, depth + 1));
  return items;
}

/** Writes AMF0 values: numbers, booleans, strings (up to 65535 bytes), null, undefined, and objects of them. */
export function writeAmf(...values: readonly Amf[]): Buffer {
  return Buffer.concat(values.map(encode));
}

function encode(item: Amf): Buffer {
  if (item === null) return Buffer.from([5]);
  if (item instanceof Map) {
    const fields = [...item].map(([name, field]) => Buffer.concat([encode(name).subarray(1), encode(field)]));
    return Buffer.concat([Buffer.from([3]), ...fields, Buffer.from([0, 0, OBJECT_END])]);
  }
  if (typeof item === 'boolean') return Buffer.from([1, item ? 1 : 0]);
  if (typeof item === 'number') {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(item, 1);
    return bytes;
  }
  if (typeof item !== 'string') return Buffer.from([6]);
  const body = Buffer.from(item);
  const head = Buffer.from([2, 0, 0]);
  head.writeUInt16BE(body.length, 1);
  return Buffer.concat([head, body]);
}
