import type { Window } from '../values.ts';

/** Windows of activity that may pass waiting heartbeats before rank counts no more. */
const MOST_PASSES = 3;
/** Cameras whose place in line is kept while no window of theirs waits; beyond that the oldest is forgotten. */
const MOST_OWED = 1024;

interface Place {
  readonly window: Window;
  /** the smaller, the longer the camera has waited */
  readonly turn: number;
  readonly urgent: boolean;
  /** wall clock, ms */
  readonly deadline: number;
}

/**
 * The windows that wait for the model: of each camera one, the newest. Who is next:
 *
 * 1. A camera has one place in line. It gets it when its wait begins and keeps it until one of its windows is taken: a newer
 *    window takes the place of the older one, and when a window has grown too old, the camera's next one gets its place. So
 *    whoever calls often gains nothing, and whoever calls seldom moves up all the same.
 * 2. Windows of activity go before heartbeats; among equals the camera with the earliest place.
 * 3. When three windows of activity have passed a heartbeat, the earliest place goes first, whatever waits there, until a
 *    heartbeat was taken. So quiet cameras come to their turn, no more often than busy ones, and with a quarter of the model at
 *    the most: activity has the rest, however many cameras are quiet.
 */
export class WaitingLine {
  readonly #places = new Map<string, Place>();
  /** places of cameras whose window grew too old */
  readonly #owed = new Map<string, number>();
  #turns = 0;
  #passes = 0;

  get size(): number {
    return this.#places.size;
  }

  /** Lets a window wait, no longer than until `deadline` (wall clock, ms). @returns the window of this camera that it overtook */
  put(window: Window, deadline: number): Window | undefined {
    const { camera } = window;
    const before = this.#places.get(camera);
    const turn = before?.turn ?? this.#owed.get(camera) ?? ++this.#turns;
    this.#owed.delete(camera);
    // activity that was promised a look keeps its rank when a heartbeat overtakes it
    const urgent = window.reason !== 'heartbeat' || (before?.urgent ?? false);
    this.#places.set(camera, { window, turn, urgent, deadline });
    return before?.window;
  }

  /** Takes the next window out of the line, of the cameras that are free. */
  take(isFree: (camera: string) => boolean): Window | undefined {
    const free = [...this.#places.values()].filter((place) => isFree(place.window.camera));
    const activity = earliest(free.filter((place) => place.urgent));
    const heartbeat = earliest(free.filter((place) => !place.urgent));
    const next = this.#passes < MOST_PASSES ? (activity ?? heartbeat) : earliest(free);
    if (!next) return undefined;
    if (next === heartbeat) this.#passes = 0;
    else if (heartbeat) this.#passes++;
    this.#places.delete(next.window.camera);
    return next.window;
  }

  /** Takes out the windows whose deadline has come; their cameras keep their places. */
  expire(now: number): Window[] {
    const old = [...this.#places.values()].filter((place) => place.deadline <= now);
    for (const { window, turn } of old) {
      this.#places.delete(window.camera);
      this.#owe(window.camera, turn);
    }
    return old.map((place) => place.window);
  }

  /** Takes out a camera's window. */
  discard(camera: string): void {
    this.#places.delete(camera);
  }

  /** What waits of a camera. */
  of(camera: string): Window | undefined {
    return this.#places.get(camera)?.window;
  }

  /** The earliest deadline, wall clock, ms; Infinity where nothing waits. */
  deadline(): number {
    return Math.min(Infinity, ...[...this.#places.values()].map((place) => place.deadline));
  }

  clear(): void {
    this.#places.clear();
    this.#owed.clear();
  }

  #owe(camera: string, turn: number): void {
    const [oldest] = this.#owed.keys();
    if (oldest !== undefined && this.#owed.size >= MOST_OWED) this.#owed.delete(oldest);
    this.#owed.set(camera, turn);
  }
}

function earliest(places: readonly Place[]): Place | undefined {
  return places.reduce<Place | undefined>((first, place) => (first && first.turn < place.turn ? first : place), undefined);
}
