import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { LookoutError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';

/** Element types that are read, and their size in bytes. */
const SIZES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1 } as const;
export type Dtype = keyof typeof SIZES;

export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** bytes from the file's start */
  readonly offset: number;
  readonly length: number;
}

/** A tensor's bytes in memory, aligned for typed arrays. */
export interface RawTensor extends TensorInfo {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const headerSchema = z.record(
  z.string(),
  z.union([
    z.looseObject({
      dtype: z.string(),
      shape: z.array(z.number().int().nonnegative()),
      data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
    }),
    z.record(z.string(), z.string()),
  ]),
);
const MAX_HEADER = 100_000_000;

/**
 * A .safetensors file, open for reading: eight bytes of header length, a JSON header, the data. Format: huggingface/safetensors.
 * Errors carry `damaged` as their code (MODEL_WEIGHTS_CORRUPT) where the file is cut short or inconsistent, and `missing` where
 * it is not there.
 */
export class SafetensorsFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** tensors of types that are not read, and those types */
  readonly unreadable = new Map<string, string>();
  readonly #fd: number;
  readonly #damaged: ErrorCode;

  constructor(path: string, missing: ErrorCode = 'MODEL_WEIGHTS_MISSING', damaged: ErrorCode = 'MODEL_WEIGHTS_CORRUPT') {
    this.path = path;
    this.#damaged = damaged;
    try {
      this.#fd = openSync(path, 'r');
    } catch (cause) {
      throw new LookoutError(missing, `${path} cannot be opened.`, { cause });
    }
    try {
      this.tensors = this.#readHeader();
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** Reads a tensor whole; undefined where the file has none of that name. */
  read(name: string): RawTensor | undefined {
    const info = this.tensors.get(name);
    return info && { ...info, bytes: this.bytes(info.offset, info.length) };
  }

  bytes(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const got = readSync(this.#fd, out, at, Math.min(length - at, 1 << 30), offset + at);
      if (got === 0) throw this.#error('ends too early');
      at += got;
    }
    return out;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readHeader(): Map<string, TensorInfo> {
    const size = fstatSync(this.#fd).size;
    if (size < 8) throw this.#error('is no safetensors file');
    const length = Number(new DataView(this.bytes(0, 8).buffer).getBigUint64(0, true));
    if (length > Math.min(size - 8, MAX_HEADER)) throw this.#error('is cut short, or no safetensors file');
    const header = headerSchema.safeParse(this.#parse(new TextDecoder().decode(this.bytes(8, length))));
    if (!header.success) throw this.#error('has a damaged header');
    const tensors = new Map<string, TensorInfo>();
    for (const [name, entry] of Object.entries(header.data)) {
      if (name === '__metadata__') continue;
      const info = this.#tensorInfo(name, entry, 8 + length, size);
      if (info) tensors.set(name, info);
      else this.unreadable.set(name, String(entry['dtype']));
    }
    return tensors;
  }

  /** Undefined for a type that is not read: only a tensor that is asked for must be readable. */
  #tensorInfo(name: string, entry: z.infer<typeof headerSchema>[string], start: number, size: number): TensorInfo | undefined {
    const { dtype, shape, data_offsets: offsets } = entry as { dtype: string; shape: number[]; data_offsets: [number, number] };
    if (!Array.isArray(offsets)) throw this.#error(`has a damaged header at ${name}`);
    if (start + offsets[1] > size) throw this.#error(`is cut short: ${size} bytes, tensor ${name} ends at ${start + offsets[1]}`);
    if (!isDtype(dtype)) return undefined;
    const length = elementsOf(shape) * SIZES[dtype];
    if (offsets[1] - offsets[0] !== length) throw this.#error(`has a damaged header at ${name}`);
    return { dtype, shape, offset: start + offsets[0], length };
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new LookoutError(this.#damaged, `${this.path} has a damaged header.`, { cause });
    }
  }

  #error(what: string): LookoutError {
    return new LookoutError(this.#damaged, `${this.path} ${what}.`);
  }
}

/** Elements of a tensor of this shape. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function isDtype(dtype: string): dtype is Dtype {
  return Object.hasOwn(SIZES, dtype);
}
