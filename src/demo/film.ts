import { type Encoder, openEncoder } from './encoder.ts';
import { createPace } from './pace.ts';
import type { Secret } from '../secret.ts';

export interface FilmOptions {
  readonly url: Secret;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Draw the picture of wall clock `at` (ms) into `out`. */
  draw(at: number, out: Uint8Array): void;
  /** Called with each picture that was handed to the encoder; it is overwritten two frames later. */
  shown?(at: number, picture: Uint8Array): void;
  /** Called once a second. */
  report?(report: FilmReport): void;
}

/** How the filming goes, since its beginning. */
export interface FilmReport {
  readonly frames: number;
  /** slots without a frame: drawing or encoding was late, or no connection stood */
  readonly skipped: number;
  /** how often ffmpeg was started */
  readonly connections: number;
  /** the latest that a frame of the last second was handed over after its wall clock, ms */
  readonly lateMs: number;
  /** mean time to draw a picture, ms */
  readonly drawMs: number;
  /** what ffmpeg said when it last ended; empty while it has not */
  readonly lastWords: string;
}

/** An encoder that takes no picture for so long is killed and started anew, ms. */
const STALL = 5000;
/** Pause before ffmpeg is started again, ms. */
const RETRY = 300;

/**
 * Film in real time until `signal` aborts. Every picture is drawn ahead of its time and handed over at it; one that would be
 * late is left out. ffmpeg is started again whenever it ends (the server went away, it was killed).
 */
export async function film(opts: FilmOptions, signal: AbortSignal): Promise<void> {
  const link = createLink(opts);
  const pace = createPace(opts.fps, Date.now());
  const buffers = [0, 1].map(() => new Uint8Array(opts.width * opts.height * 3));
  let [frames, skipped, late, drawn, reported] = [0, 0, 0, 0, Date.now()];
  for (let turn = 0; !signal.aborted; turn ^= 1) {
    const slot = pace.next(Date.now());
    skipped += slot.skipped;
    const picture = buffers[turn]!;
    const before = performance.now();
    opts.draw(slot.due, picture);
    drawn += performance.now() - before;
    frames += 1;
    await until(slot.due);
    if (link.offer(picture)) {
      late = Math.max(late, Date.now() - slot.due);
      opts.shown?.(slot.due, picture);
    } else {
      skipped += 1;
    }
    if (Date.now() - reported < 1000) continue;
    opts.report?.({ frames: frames - link.refused(), skipped, connections: link.connections(), lateMs: late, drawMs: drawn / frames, lastWords: link.lastWords() });
    [late, reported] = [0, Date.now()];
  }
  await link.close();
}

interface Link {
  /** False when no encoder is there or the last picture is still on its way to it. */
  offer(picture: Uint8Array): boolean;
  refused(): number;
  connections(): number;
  lastWords(): string;
  close(): Promise<void>;
}

/** The way to ffmpeg: one picture in flight at most, a stalled or ended encoder replaced. */
function createLink(opts: FilmOptions): Link {
  let encoder: Encoder | undefined;
  let [busySince, retryAt, connections, refused, words] = [0, 0, 0, 0, ''];

  const open = (): Encoder => {
    const opened = openEncoder(opts);
    connections += 1;
    busySince = 0;
    void opened.ended.then((said) => {
      words = said;
      if (encoder === opened) [encoder, retryAt] = [undefined, Date.now() + RETRY];
    });
    return opened;
  };
  const offer = (picture: Uint8Array): boolean => {
    if (!encoder && Date.now() >= retryAt) encoder = open();
    if (encoder && busySince > 0 && Date.now() - busySince > STALL) void encoder.close(0);
    if (!encoder || busySince > 0) return false;
    const target = encoder;
    busySince = Date.now();
    const free = (): void => {
      if (encoder === target) busySince = 0;
    };
    // a write that fails means that ffmpeg has ended, which `ended` tells; the picture is lost with the connection
    target.write(picture).then(free, free);
    return true;
  };
  return {
    offer: (picture) => {
      const taken = offer(picture);
      if (!taken) refused += 1;
      return taken;
    },
    refused: () => refused,
    connections: () => connections,
    lastWords: () => words,
    close: async () => {
      const last = encoder;
      encoder = undefined;
      await last?.close(800);
    },
  };
}

function until(at: number): Promise<void> {
  const wait = at - Date.now();
  return wait > 0 ? new Promise((resolve) => setTimeout(resolve, wait)) : Promise.resolve();
}
