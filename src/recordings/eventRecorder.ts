import type { Event } from '../values.ts';

export interface EventRecorderOptions {
  /** s recorded before and after an event */
  readonly before: number;
  readonly after: number;
  /** is this camera recorded around events? Asked at every event, since it may change */
  recorded(camera: string): boolean;
  /** Has a camera record from `from` to `to` (wall clock, ms), instead of what it was asked for before; camera/camera.ts. */
  record(camera: string, from: number, to: number): void;
  /** wall clock, ms */
  now(): number;
}

/** Has cameras recorded around events: contiguous activity is one stretch, however many events it is made of. */
export interface EventRecorder {
  /** An event in any of its phases; an open one is recorded until its end is told, or nothing is heard of it for long. */
  event(event: Pick<Event, 'id' | 'camera' | 'start' | 'end' | 'phase'>): void;
  close(): void;
}

/** An event of which nothing was heard for so long is over, ms. */
const SILENT = 600_000;
/** While an event is open its camera is asked for so much more time, so often, ms. */
const LEASE = 60_000;
const RENEWED = 20_000;
/** Events of a camera that may be open at once; beyond that the oldest counts as over. */
const MOST_OPEN = 100;

interface Activity {
  readonly open: Map<string, number>;
  from: number;
  to: number;
}

export function createEventRecorder(opts: EventRecorderOptions): EventRecorder {
  const cameras = new Map<string, Activity>();
  const { now } = opts;
  const before = 1000 * opts.before;
  const after = 1000 * opts.after;

  const order = (camera: string, activity: Activity): void => {
    const to = activity.open.size > 0 ? Math.max(activity.to, now() + LEASE) : activity.to;
    if (opts.recorded(camera)) opts.record(camera, activity.from, to);
  };
  const renew = (): void => {
    for (const [camera, activity] of cameras) {
      for (const [id, heard] of activity.open) {
        if (heard >= now() - SILENT) continue;
        activity.open.delete(id);
        activity.to = Math.max(activity.to, heard + after);
        if (activity.open.size === 0) order(camera, activity);
      }
      if (activity.open.size > 0) order(camera, activity);
      else if (activity.to < now() - LEASE) cameras.delete(camera);
    }
  };
  const timer = setInterval(renew, RENEWED).unref();

  return {
    event({ id, camera, start, end, phase }) {
      if (!opts.recorded(camera)) return;
      let activity = cameras.get(camera);
      // what begins after the last is over has a stretch of its own
      if (!activity || (activity.open.size === 0 && start - before > activity.to)) {
        activity = { open: new Map(), from: start - before, to: end + after };
        cameras.set(camera, activity);
      }
      activity.from = Math.min(activity.from, start - before);
      activity.to = Math.max(activity.to, end + after);
      activity.open.delete(id);
      if (phase === 'new' || phase === 'update') activity.open.set(id, now());
      const oldest = activity.open.keys().next();
      if (activity.open.size > MOST_OPEN && !oldest.done) activity.open.delete(oldest.value);
      order(camera, activity);
    },
    close: () => clearInterval(timer),
  };
}
