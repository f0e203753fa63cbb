import { LookoutError } from '../errors.ts';
import { superviseChild } from '../health/child.ts';
import type { ChildState, SupervisedChild } from '../health/child.ts';
import type { Logger } from '../health/log.ts';
import type { Picture } from '../qwen3vl/video/frames.ts';
import type { FromJpeg, ToJpeg } from './jpegWire.ts';

const MEMORY_MB = 512;
/** Pictures in the process at a time; the others wait here, no more than the windows that are in work hold. */
const AT_ONCE = 4;
const ENDED = 'The process that packs frames ended.';

interface Waiting {
  readonly id: number;
  readonly picture: Picture;
  resolve(jpeg: Buffer): void;
  reject(error: unknown): void;
}

/** Makes JPEGs in a process of its own, which is started when the first is wanted. */
export class JpegMaker {
  readonly #signal: AbortSignal;
  readonly #log: Logger;
  #child: SupervisedChild | undefined;
  #state: ChildState = 'down';
  readonly #waiting: Waiting[] = [];
  readonly #inWork = new Map<number, Waiting>();
  #next = 1;

  constructor(signal: AbortSignal, log: Logger) {
    this.#signal = signal;
    this.#log = log;
  }

  /** Rejects with CHILD_EXITED where the process ends in the middle, or cannot read the picture. */
  encode(picture: Picture): Promise<Buffer> {
    if (this.#signal.aborted) return Promise.reject(this.#signal.reason as Error);
    this.#child ??= this.#start();
    // a window is of use for seconds, and a process that keeps ending is started again after up to half a minute
    if (this.#state === 'down' || this.#state === 'stopped') return Promise.reject(new LookoutError('CHILD_EXITED', ENDED));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#next++, picture, resolve, reject });
      this.#send();
    });
  }

  async close(): Promise<void> {
    await this.#child?.stop();
  }

  #start(): SupervisedChild {
    const child = superviseChild({ name: 'jpeg', entry: new URL('./jpegChild.ts', import.meta.url), memoryMb: MEMORY_MB, init: {} }, this.#signal, this.#log);
    child.messages$.subscribe((raw) => this.#hear(raw as FromJpeg));
    child.state$.subscribe((state) => {
      this.#state = state;
      if (state === 'down' || state === 'stopped') this.#fail([...this.#inWork.values(), ...this.#waiting.splice(0)], ENDED);
      // the subscription begins before the child is known here
      queueMicrotask(() => this.#send());
    });
    return child;
  }

  #send(): void {
    while (this.#state === 'up' && this.#inWork.size < AT_ONCE) {
      const next = this.#waiting.shift();
      if (!next) return;
      const { id, picture } = next;
      this.#inWork.set(id, next);
      const { width, height, data } = picture;
      if (!this.#child?.send({ id, picture: { width, height, data } } satisfies ToJpeg)) this.#fail([next], 'The process that packs frames takes none.');
    }
  }

  #hear(message: FromJpeg): void {
    const asked = this.#inWork.get(message.id);
    this.#inWork.delete(message.id);
    if ('jpeg' in message) asked?.resolve(Buffer.from(message.jpeg));
    else asked?.reject(new LookoutError('CHILD_EXITED', `A frame cannot be packed: ${message.error}.`));
    this.#send();
  }

  #fail(all: readonly Waiting[], why: string): void {
    for (const { id, reject } of all) {
      this.#inWork.delete(id);
      reject(new LookoutError('CHILD_EXITED', why));
    }
  }
}
