/** The demo camera's process: draws the room, films it, and answers to `publish.ts`. */
import { runChild, sendToParent } from '../health/childSide.ts';
import { Secret } from '../secret.ts';
import { film } from './film.ts';
import type { CameraInit, FromCamera, ToCamera } from './publish.ts';
import { createRoom } from './room.ts';
import { shrink } from './thumbnail.ts';

const stop = new AbortController();
let epoch: number | null = null;
let filming: Promise<void> = Promise.resolve();

const tell = (message: FromCamera): boolean => sendToParent(message);

/** Before the story begins the room shows its opening, at negative times, with living noise. */
function storyTime(at: number): number {
  return epoch === null ? (at % 1e7) / 1000 - 1e4 : (at - epoch) / 1000;
}

function start(init: CameraInit): void {
  const room = createRoom(init.seed, { duration: init.duration });
  let nextThumbnail = 0;
  filming = film(
    {
      url: new Secret(init.url),
      width: init.width,
      height: init.height,
      fps: init.fps,
      draw: (at, out) => void room.render(storyTime(at), init.width, init.height, out),
      shown: (at, picture) => {
        if (!init.thumbnail || at < nextThumbnail) return;
        nextThumbnail = at + 1000 / init.thumbnail.fps;
        tell({ kind: 'thumbnail', thumbnail: { at, ...shrink(picture, init.width, init.height, init.thumbnail.factor) } });
      },
      report: (report) => void tell({ kind: 'report', report }),
    },
    stop.signal,
  );
}

runChild({
  init: (message) => start(message as CameraInit),
  message: (message) => {
    epoch = (message as ToCamera).epoch;
  },
  stop: async () => {
    stop.abort();
    await filming;
  },
});
