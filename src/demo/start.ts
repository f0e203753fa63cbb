import type { RoomCamera } from './publish.ts';
import type { Display, View } from './view.ts';

/** Shows the demo's start while it lasts. */
export interface StartDisplay {
  /** what is waited for from now on */
  doing(what: string): void;
  /** where the page is */
  page(page: View['page']): void;
  /** what it sees is shown as well */
  camera(camera: RoomCamera): void;
  /** what ffmpeg said when it last ended; empty if it has not */
  lastWords(): string;
  stop(): void;
}

/** Between two pictures, ms. */
const TICK = 200;

/** Says what is waited for and for how long already, over what the camera shows meanwhile. */
export function showStart(display: Display, base: View, what: string): StartDisplay {
  const begun = Date.now();
  let { picture, camera: report, page } = base;
  let doing = what;
  const show = (): void => display.show({ ...base, picture, camera: report, page, stage: { kind: 'starting', doing, seconds: (Date.now() - begun) / 1000 } });
  const stops = [setInterval(show, TICK)].map((timer) => () => clearInterval(timer));
  show();
  return {
    doing: (next) => {
      doing = next;
      show();
    },
    page: (next) => {
      page = next;
      show();
    },
    camera: (camera) => {
      const subscriptions = [
        camera.thumbnails$.subscribe((next) => {
          picture = next;
        }),
        camera.reports$.subscribe((next) => {
          report = next;
        }),
      ];
      stops.push(...subscriptions.map((subscription) => () => subscription.unsubscribe()));
    },
    lastWords: () => report?.lastWords ?? '',
    stop: () => stops.forEach((stop) => stop()),
  };
}
