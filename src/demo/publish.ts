import { filter, map, type Observable, share } from 'rxjs';
import { type SupervisedChild, superviseChild } from '../health/child.ts';
import type { Logger } from '../health/log.ts';
import type { Secret } from '../secret.ts';
import type { FilmReport } from './film.ts';
import type { Thumbnail } from './thumbnail.ts';

export interface PublishOptions {
  readonly seed: number;
  /** of the story, seconds */
  readonly duration: number;
  /** where the stream goes: rtmp://host:port/app/key */
  readonly url: Secret;
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  /** small pictures of what the camera shows: 1 / factor of its size, so many a second */
  readonly thumbnail?: { readonly factor: number; readonly fps: number };
}

/** The room's camera, filming in a process of its own. */
export interface RoomCamera {
  /**
   * Begins the story, which until then stays at its opening. Returns the wall clock (ms) of the story's second 0: the camera
   * shows second t at wall clock `epoch + 1000 t`, whatever happens to its process or its connection.
   */
  begin(): number;
  readonly thumbnails$: Observable<Thumbnail>;
  readonly reports$: Observable<FilmReport>;
  readonly child: SupervisedChild;
}

export type CameraInit = Required<Omit<PublishOptions, 'url' | 'thumbnail'>> & Pick<PublishOptions, 'thumbnail'> & { readonly url: string };
export interface ToCamera {
  readonly epoch: number;
}
export type FromCamera = { readonly kind: 'thumbnail'; readonly thumbnail: Thumbnail } | { readonly kind: 'report'; readonly report: FilmReport };

/** Time for the message to reach the camera before its story begins, ms. */
const COUNTDOWN = 400;

/**
 * Publish the demo room over RTMP: H.264 with B-frames, in real time, until `signal` aborts. Drawing and encoding run in
 * processes of their own, so that the caller's event loop and clock are left alone.
 */
export function publishRoom(opts: PublishOptions, signal: AbortSignal, log: Logger): RoomCamera {
  const { width = 768, height = 512, fps = 15, seed, duration, thumbnail } = opts;
  const init: CameraInit = { seed, duration, width, height, fps, thumbnail, url: opts.url.reveal() };
  const entry = new URL('./cameraChild.ts', import.meta.url);
  const child = superviseChild({ name: 'demo-camera', entry, memoryMb: 400, init }, signal, log);
  const messages$ = child.messages$.pipe(map((message) => message as FromCamera), share());
  let epoch: number | null = null;
  // a camera that was restarted joins the story where it now is
  child.state$.subscribe((state) => {
    if (state === 'up' && epoch !== null) child.send({ epoch } satisfies ToCamera);
  });
  return {
    begin: () => {
      epoch ??= Date.now() + COUNTDOWN;
      child.send({ epoch } satisfies ToCamera);
      return epoch;
    },
    thumbnails$: messages$.pipe(filter((m) => m.kind === 'thumbnail'), map((m) => m.thumbnail)),
    reports$: messages$.pipe(filter((m) => m.kind === 'report'), map((m) => m.report)),
    child,
  };
}
