import type { TruthEvent } from '../../src/demo/room.ts';
import { startSimulator } from '../peers/simulator.ts';
import { type Film, film } from './film.ts';
import { type Span, within } from './spans.ts';

/** Something that truly happened before a camera; wall clock, ms. */
export interface Happening extends Span, Pick<TruthEvent, 'kind' | 'text'> {
  readonly camera: string;
}

/** Cameras of known truth, which film whether anybody watches or not. Times are wall clock, ms. */
export interface Filmed {
  readonly ids: readonly string[];
  url(camera: string): string;
  /** what began between the two moments, by its start */
  happened(camera: string, from: number, to: number): Happening[];
  /** when something moved, between the two moments */
  moved(camera: string, from: number, to: number): Span[];
  /** clients that the camera is serving now */
  clients(camera: string): Promise<number>;
  /** when whoever is served from this moment on gets the first picture: the camera begins with a keyframe */
  firstPicture(camera: string, from: number): number;
  stop(): Promise<void>;
}

/** Rooms in which somebody picks up the phone, and sits down or falls, within half a minute. */
const SEEDS = [4, 29, 70];
const STORY = 28;
const LENGTH = 60;

/** `count` cameras show three films, each from another moment on, so that not all of them move at once. */
export async function filmCameras(folder: string, count: number): Promise<Filmed> {
  const films: Film[] = [];
  for (const seed of SEEDS) films.push(await film(folder, { seed, story: STORY, length: LENGTH }));
  const simulator = await startSimulator();
  const shown = new Map<string, Film>();
  for (let n = 0; n < count; n++) {
    const id = `cam-${String(n + 1).padStart(2, '0')}`;
    const one = films[n % films.length] as Film;
    shown.set(id, one);
    await simulator.tell(id, { clip: one.file, fps: one.fps, phase: Math.floor((n * one.frames) / count), seed: n + 1, reports: { every: 2000, late: 0, prompt: 0 } });
  }
  const filmOf = (camera: string): Film => {
    const found = shown.get(camera);
    if (!found) throw new Error(`There is no camera ${camera}.`);
    return found;
  };
  /** what a film holds, in every lap that the camera shows of it */
  const laps = <T extends Span>(camera: string, parts: readonly T[], from: number, to: number): (T & Span)[] => {
    const { frames, fps } = filmOf(camera);
    const lap = (frames * 1000) / fps;
    const last = simulator.truth(camera, 0, to);
    const began = Array.from({ length: Math.ceil((last - from) / lap) + 2 }, (_, n) => last + lap - n * lap);
    const all = began.flatMap((at) => parts.map((part) => ({ ...part, start: at + part.start * 1000, end: at + part.end * 1000 })));
    return all.sort((a, b) => a.start - b.start);
  };
  return {
    ids: [...shown.keys()],
    url: (camera) => simulator.url(camera),
    happened: (camera, from, to) =>
      laps(camera, filmOf(camera).events, from, to).filter(({ start }) => start >= from && start < to).map(({ kind, text, start, end }) => ({ camera, kind, text, start, end })),
    moved: (camera, from, to) => within(laps(camera, filmOf(camera).moves, from, to), { start: from, end: to }),
    clients: async (camera) => (await simulator.tell(camera, {})).clients,
    firstPicture: (camera, from) => {
      const { fps, keyframes } = filmOf(camera);
      const began = simulator.truth(camera, 0, from);
      const apart = (keyframes * 1000) / fps;
      return began + Math.ceil((from - began) / apart) * apart;
    },
    stop: () => simulator.stop(),
  };
}
