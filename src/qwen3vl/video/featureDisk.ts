import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';

/** A share of the bound that stays free after a clean-up, so that not every new file asks for one. */
const SLACK = 0.1;

/** What a file's rows look like: `tensors` of [rows, width] float32, one after another. */
export interface FeatureShape {
  readonly tensors: number;
  readonly width: number;
}

/**
 * Features on disk, a file per temporal patch, named by the hash of its pixels: a restart, or a second question about the same
 * video, does not compute them again. A file is the tensors' float32 values and their SHA-256 before them; what does not hash
 * right is no entry. Bounded in bytes; the longest unused go first. It is a cache: where the disk fails, features are computed.
 */
export class FeatureDisk {
  readonly #dir: string;
  readonly #maxBytes: number;
  readonly #shape: FeatureShape;
  #bytes = 0;

  /** `model` names the weights that the features come from: features of one model are nothing to another. */
  constructor(root: string, model: string, maxBytes: number, shape: FeatureShape) {
    this.#dir = join(root, model);
    this.#maxBytes = maxBytes;
    this.#shape = shape;
    mkdirSync(this.#dir, { recursive: true });
    this.#bytes = this.#files().reduce((sum, file) => sum + file.size, 0);
  }

  /** The tensors [rows, width] each, or undefined where there is no sound file. */
  read(hash: string): Tensor[] | undefined {
    const path = this.#path(hash);
    const bytes = readIfThere(path);
    if (!bytes) return undefined;
    const { tensors, width } = this.#shape;
    const values = bytes.subarray(DIGEST);
    const rows = values.length / 4 / tensors / width;
    if (!Number.isInteger(rows) || rows === 0 || !digest(values).equals(bytes.subarray(0, DIGEST))) {
      rmSync(path, { force: true });
      return undefined;
    }
    const now = new Date();
    utimesSync(path, now, now);
    const all = new Float32Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.length));
    return Array.from({ length: tensors }, (_, i) => new Tensor('float32', all.slice(i * rows * width, (i + 1) * rows * width), [rows, width]));
  }

  write(hash: string, tensors: readonly Tensor[]): void {
    const values = Buffer.concat(tensors.map(({ data }) => bytesOf(data as Float32Array)));
    const size = values.length + DIGEST;
    if (size > this.#maxBytes) return;
    if (this.#bytes + size > this.#maxBytes) this.#makeRoom(size);
    const path = this.#path(hash);
    const making = `${path}.${process.pid}.making`;
    try {
      writeFileSync(making, Buffer.concat([digest(values), values]));
      renameSync(making, path);
      this.#bytes += size;
    } catch {
      // a full disk costs the cache, not the answer
      rmSync(making, { force: true });
    }
  }

  #makeRoom(wanted: number): void {
    const files = this.#files().sort((a, b) => a.used - b.used);
    this.#bytes = files.reduce((sum, file) => sum + file.size, 0);
    for (const { path, size } of files) {
      if (this.#bytes + wanted <= this.#maxBytes * (1 - SLACK)) return;
      rmSync(path, { force: true });
      this.#bytes -= size;
    }
  }

  #files(): { path: string; size: number; used: number }[] {
    return readdirSync(this.#dir).flatMap((name) => {
      const path = join(this.#dir, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat ? [{ path, size: stat.size, used: stat.mtimeMs }] : [];
    });
  }

  #path(hash: string): string {
    return join(this.#dir, `${hash}.features`);
  }
}

const DIGEST = 32;

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // not there, or not readable: as good as not there
    return undefined;
  }
}
