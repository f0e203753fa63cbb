import { Readable } from 'node:stream';
import { LookoutError } from '../errors.ts';
import type { LiveNews, LiveOrder } from './liveWire.ts';

/** A camera as it comes, in a container that a browser plays; the stream ends with the camera's connection or format. */
export interface LiveStream {
  readonly type: 'video/x-flv';
  /** libav's name: h264, hevc, av1 */
  readonly codec: string;
  readonly stream: Readable;
}

/** The supervisor's side of those who watch a camera live. */
export interface Lives {
  /** Begins with the last keyframe. Rejects with LIVE_BUSY, LIVE_UNPLAYABLE, CAMERA_STALLED, CAMERA_UNREACHABLE, or why the camera is offline. */
  live(): Promise<LiveStream>;
  told(news: LiveNews): void;
  /** The process is gone. */
  lost(): void;
}

/** Of one camera. */
const MOST = 8;
/** The next keyframe of a camera that has just begun is waited for, ms. */
const PATIENCE = 10_000;
/** What a viewer took is told in steps of, bytes. */
const STEP = 32_768;

/** Who has been told that it is over reads the rest within this time, or goes without, ms. */
const REST = 5000;

interface Viewer {
  began(codec: string): void;
  over(error: LookoutError): void;
  readonly stream: LiveReadable;
}

/** `offline`: why there is nothing to see, if so. */
export function createLives(camera: string, send: (order: LiveOrder) => boolean, offline: () => LookoutError | undefined): Lives {
  const viewers = new Map<number, Viewer>();
  let ids = 0;

  const open = (id: number): Promise<LiveStream> =>
    new Promise((resolve, reject) => {
      const stream = new LiveReadable((bytes) => send({ kind: 'taken', id, bytes }));
      const timer = setTimeout(() => viewer.over(new LookoutError('CAMERA_STALLED', `camera ${camera} has sent nothing to show for ${PATIENCE / 1000} s.`)), PATIENCE);
      const viewer: Viewer = {
        stream,
        began(codec) {
          clearTimeout(timer);
          resolve({ type: 'video/x-flv', codec, stream });
        },
        over(error) {
          reject(error);
          stream.finish();
          setTimeout(() => stream.destroy(), REST).unref();
        },
      };
      viewers.set(id, viewer);
      stream.once('close', () => {
        clearTimeout(timer);
        viewers.delete(id);
        send({ kind: 'unwatch', id });
      });
      if (!send({ kind: 'watch', id })) viewer.over(new LookoutError('CAMERA_UNREACHABLE', `camera ${camera} is being started.`));
    });
  return {
    live: async () => {
      const fault = offline();
      if (fault) throw fault;
      if (viewers.size >= MOST) throw new LookoutError('LIVE_BUSY', `${viewers.size} watch camera ${camera} already.`);
      return open(++ids);
    },
    told(news) {
      const viewer = viewers.get(news.id);
      if (news.kind === 'live') {
        viewer?.began(news.codec);
        viewer?.stream.arrived(Buffer.from(news.data.buffer, news.data.byteOffset, news.data.byteLength));
      } else {
        viewer?.over(new LookoutError(news.code ?? 'CAMERA_UNREACHABLE', news.detail ?? `camera ${camera} ended the stream.`));
      }
    },
    lost() {
      for (const { over } of viewers.values()) over(new LookoutError('CAMERA_UNREACHABLE', `camera ${camera} is being started.`));
    },
  };
}

/** Holds what its reader has not taken; the camera's process sends no more than a window of that. */
class LiveReadable extends Readable {
  readonly #taken: (bytes: number) => void;
  readonly #queue: Buffer[] = [];
  #wanted = false;
  #passed = 0;
  #told = 0;
  #over = false;

  constructor(taken: (bytes: number) => void) {
    super({ highWaterMark: STEP });
    this.#taken = taken;
  }

  arrived(bytes: Buffer): void {
    this.#queue.push(bytes);
    if (this.#wanted) this.#flow();
  }

  /** Ends with what came. */
  finish(): void {
    this.#over = true;
    if (this.#wanted) this.#flow();
  }

  override _read(): void {
    this.#wanted = true;
    this.#flow();
  }

  #flow(): void {
    while (this.#wanted) {
      const next = this.#queue.shift();
      if (!next) break;
      this.#passed += next.length;
      this.#wanted = this.push(next);
    }
    if (this.#passed - this.#told >= STEP) {
      this.#told = this.#passed;
      this.#taken(this.#told);
    }
    if (this.#over && this.#queue.length === 0) this.push(null);
  }
}
