import { Recent } from './recent.ts';

/** One packet does not say more than this, deviations, however odd it is. */
export const withinReason = (z: number): number => Math.max(-3, Math.min(6, z));

/** A packet's size against what was expected of it. */
export interface Residual {
  /** log of size over expected size */
  readonly log: number;
  /** the same in deviations of what is usual, held within -3..6 */
  readonly z: number;
  /** bytes expected */
  readonly expected: number;
  /** of `log` in quiet scenes */
  readonly deviation: number;
}

/** Sizes of one kind of packet, expected by their place behind the keyframe. */
export interface SizeBaseline {
  /** undefined: too little is known yet */
  residual(place: number, size: number): Residual | undefined;
  /** A packet of a quiet scene. */
  learn(place: number, size: number, residual: Residual | undefined): void;
}

/** Sizes are compared by their logarithms; so many bytes, that headers take, are added so that tiny packets do not jump. */
const HEADERS = 100;
/** Groups of pictures that a place remembers: a median over nine outlives four that were odd. */
const GROUPS = 9;
/** Places remembered, packets: 30 s at 30 a second; those beyond share the last. */
const PLACES = 900;
/** Fewer earlier sizes than this predict nothing; with fewer than ENOUGH the neighbouring places are asked as well. */
const LEAST = 3;
const ENOUGH = 5;
/** No encoder is steadier than this (share of the size), or than so many bytes. */
const STEADIEST = 0.01;
const STEADIEST_BYTES = 16;

/**
 * What encoders do is periodic in the group of pictures (rate control, refresh of quality, hierarchies), so that a size is
 * compared with those at the same place in the last groups: by their median, moved by how the last packets lay against theirs,
 * which follows a bit rate or a noise that changes.
 */
export function createSizeBaseline(): SizeBaseline {
  const places: Recent[] = [];
  const level = new Recent(128);
  const off = new Recent(256);

  const expected = (place: number): number | undefined => {
    let found: number[] = [...(places[place]?.values() ?? [])];
    for (let d = 1; found.length < ENOUGH && d <= place / 6; d++) {
      found = found.concat(places[place - d]?.values() ?? [], places[place + d]?.values() ?? []);
    }
    if (found.length < LEAST) return undefined;
    found.sort((a, b) => a - b);
    return found[found.length >> 1];
  };
  return {
    residual(anyPlace, size) {
      const base = expected(Math.min(PLACES, anyPlace));
      if (base === undefined) return undefined;
      const log = Math.log(size + HEADERS) - base;
      const moved = level.count >= 16 ? level.quantile(0.5) : 0;
      const deviation = Math.max(STEADIEST + STEADIEST_BYTES / Math.exp(base), off.quantile(0.5) * 1.4826);
      const z = off.count < 8 ? 0 : withinReason((log - moved) / deviation);
      return { log, z, expected: Math.exp(base + moved) - HEADERS, deviation };
    },
    learn(anyPlace, size, residual) {
      const place = Math.min(PLACES, anyPlace);
      (places[place] ??= new Recent(GROUPS)).push(Math.log(size + HEADERS));
      if (!residual) return;
      off.push(Math.abs(residual.log - (level.count >= 16 ? level.quantile(0.5) : 0)));
      level.push(residual.log);
    },
  };
}
