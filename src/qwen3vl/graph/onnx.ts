import { ProtobufWriter } from './protobuf.ts';

/** ONNX element types (onnx.proto, TensorProto.DataType). */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT32 = 6;
export const INT64 = 7;
export const FLOAT16 = 10;
export const DOUBLE = 11;
export const BFLOAT16 = 16;
export type ElementType = typeof FLOAT | typeof UINT8 | typeof INT32 | typeof INT64 | typeof FLOAT16 | typeof DOUBLE | typeof BFLOAT16;

/** A number is a fixed dimension, a string a free one. */
export type Dims = readonly (number | string)[];

/** Where a tensor's little-endian bytes stand, and as what the graph sees them. */
export interface WeightRange {
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** the file's path, relative to the folder that the session is told */
  readonly location: string;
  /** bytes */
  readonly offset: number;
  readonly length: number;
}

export type Attribute = number | string | { readonly float: number };

/** Contrib operators of ONNX Runtime. */
export const MICROSOFT = 'com.microsoft';
const OPSET = 21;
const IR_VERSION = 10;
const EXTERNAL = 1;

/**
 * An ONNX graph under construction. Values are known by name: every method that makes one returns its name. Weights are not
 * copied in; they stay in the files that hold them, which also keeps the graph under protobuf's 2 GB.
 * Field numbers are those of onnx.proto.
 */
export class OnnxGraph {
  readonly #graph = new ProtobufWriter();
  readonly #initializers = new Set<string>();
  readonly #casts = new Map<string, string>();
  #count = 0;

  constructor(name: string) {
    this.#graph.string(2, name);
  }

  input(name: string, type: ElementType, dims: Dims): string {
    this.#graph.message(11, valueInfo(name, type, dims));
    return name;
  }

  /** Declares `name`, made by a node, as an output. */
  output(name: string, type: ElementType, dims: Dims): void {
    this.#graph.message(12, valueInfo(name, type, dims));
  }

  weight(name: string, at: WeightRange): string {
    if (this.#initializers.has(name)) return name;
    this.#initializers.add(name);
    const tensor = new ProtobufWriter();
    for (const dim of at.dims) tensor.int(1, dim);
    tensor.int(2, at.type).string(8, name);
    const place = { location: at.location, offset: String(at.offset), length: String(at.length) };
    for (const [key, value] of Object.entries(place)) tensor.message(13, new ProtobufWriter().string(1, key).string(2, value));
    this.#graph.message(5, tensor.int(14, EXTERNAL));
    return name;
  }

  /** `x` as another type; the same node however often it is asked for. */
  cast(x: string, to: ElementType): string {
    const key = `${x}:${to}`;
    const made = this.#casts.get(key) ?? this.node('Cast', [x], { to });
    this.#casts.set(key, made);
    return made;
  }

  /** A constant vector of int64. */
  ints(values: readonly number[]): string {
    const name = `ints_${values.join('_')}`;
    if (this.#initializers.has(name)) return name;
    this.#initializers.add(name);
    const raw = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#graph.message(5, new ProtobufWriter().int(1, values.length).int(2, INT64).string(8, name).bytes(9, raw));
    return name;
  }

  /** A node with one output that is used. `outputs` names them all where the caller wants other ones too. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, domain = '', outputs?: readonly string[]): string {
    const names = outputs ?? [`${op}_${this.#count++}`];
    const node = new ProtobufWriter();
    for (const name of inputs) node.string(1, name);
    for (const name of names) node.string(2, name);
    node.string(3, `${op}:${names[0]}`).string(4, op);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attributeProto(name, value));
    this.#graph.message(1, node.string(7, domain));
    return names[0] ?? '';
  }

  /** The file's bytes. */
  finish(): Uint8Array {
    const model = new ProtobufWriter().int(1, IR_VERSION).string(2, 'lookout').message(7, this.#graph);
    model.message(8, new ProtobufWriter().string(1, '').int(2, OPSET));
    return model.message(8, new ProtobufWriter().string(1, MICROSOFT).int(2, 1)).finish();
  }
}

function valueInfo(name: string, type: ElementType, dims: Dims): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dim of dims) {
    shape.message(1, typeof dim === 'number' ? new ProtobufWriter().int(1, dim) : new ProtobufWriter().string(2, dim));
  }
  const tensor = new ProtobufWriter().int(1, type).message(2, shape);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensor));
}

/** AttributeProto.type: 1 float, 2 int, 3 string. */
function attributeProto(name: string, value: Attribute): ProtobufWriter {
  const attribute = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return attribute.int(3, value).int(20, 2);
  if (typeof value === 'string') return attribute.string(4, value).int(20, 3);
  return attribute.float(2, value.float).int(20, 1);
}
