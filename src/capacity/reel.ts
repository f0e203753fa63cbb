import { from, lastValueFrom, toArray } from 'rxjs';
import type { Config } from '../config/schema.ts';
import type { Frame, Window } from '../values.ts';
import { windows } from '../window/window.ts';
import type { WindowOptions } from '../window/window.ts';

/** Windows are asked of the model for so many cameras in turns, as if so many were watched, as far as their frames fit into so many bytes. */
const STREAMS = 8;
const STREAM_BYTES = 256 * 2 ** 20;

/** As the model's process and its streams have them (qwen3vl/process, qwen3vl/decode/streams). */
const LEAST_KV_MB = 64;
const RUNTIME_MB = 1024;
const MOST_STREAMS = 256;

/** Rolling windows of some cameras that saw the same, each with frames of its own: what is known of one serves no other. */
export class Reel {
  readonly #frames: readonly Frame[];
  readonly #options: WindowOptions;
  #count = 0;

  constructor(frames: readonly Frame[], options: WindowOptions) {
    this.#frames = frames;
    this.#options = options;
  }

  /** cameras that may be asked for in turns */
  get streams(): number {
    const bytes = this.#frames.reduce((sum, { data }) => sum + data.byteLength, 0);
    return Math.max(1, Math.min(STREAMS, Math.floor(STREAM_BYTES / Math.max(1, bytes))));
  }

  /** The windows of one more camera. */
  async camera(): Promise<Window[]> {
    const number = ++this.#count;
    const own = this.#frames.map((frame) => ({ ...frame, camera: `capacity-${number}`, data: marked(frame.data, number) }));
    return lastValueFrom(from(own).pipe(windows(this.#options), toArray()));
  }
}

function marked(data: Uint8Array, number: number): Uint8Array {
  const copy = Uint8Array.from(data);
  // one pixel that no eye sees
  copy.set([number & 255, number >> 8], 0);
  return copy;
}

/** Cameras whose windows' keys and values fit into what the configuration lets the model take; tokens of a window are its visual ones, and the words around them. */
export function streamsKept({ model }: Pick<Config, 'model'>, bytesPerToken: number, visualTokens: number, frames: number): number {
  const words = 12 * Math.ceil(frames / 2) + 300;
  const bytes = Math.max(LEAST_KV_MB, model.memory_mb - RUNTIME_MB - model.features_mb) * 2 ** 20;
  return Math.min(MOST_STREAMS, Math.floor(bytes / (bytesPerToken * (visualTokens + words))));
}
