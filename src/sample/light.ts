/** Tells a light that is switched from one that drifts: daylight, a cloud, a camera's exposure. */
export interface Light {
  /** the picture's mean brightness (grey levels) at `at` (ms); true when it has leapt since half a second ago */
  leapt(at: number, mean: number): boolean;
  clear(): void;
}

/** A lamp comes on within so many ms; what takes longer drifts. */
const SPAN = 500;
/** Grey levels of the whole picture's mean: a small lamp in a large room. */
const LEAP = 7;

export function createLight(): Light {
  let recent: { at: number; mean: number }[] = [];
  return {
    leapt(at, mean) {
      recent = recent.filter((r) => at - r.at <= SPAN).slice(-64);
      const leapt = recent.some((r) => Math.abs(mean - r.mean) >= LEAP);
      recent.push({ at, mean });
      return leapt;
    },
    clear() {
      recent = [];
    },
  };
}
