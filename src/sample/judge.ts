import type { Thumbnail } from '../values.ts';
import type { ChangeKind, SampleOptions } from './candidate.ts';
import { sceneChange } from './change.ts';
import type { SceneChange } from './change.ts';
import { createLight } from './light.ts';
import { countedCells, countedMean } from './mask.ts';
import type { Counted } from './mask.ts';

/** What a thumbnail shows against the last one kept. */
export interface Seen {
  /** share of the picture that changed, 0..1; 1 where all of it did */
  readonly score: number;
  readonly kind: ChangeKind;
  /** worth being looked at */
  readonly moves: boolean;
  /** worth it if the next one shows it as well */
  readonly suspect: boolean;
}

export interface Judge {
  look(at: number, reference: Thumbnail | undefined, thumbnail: Thumbnail, awake: boolean): Seen;
  /** Would it show anything, were it looked at? Remembers nothing. */
  shows(reference: Thumbnail, thumbnail: Thumbnail): boolean;
  clear(): void;
}

/** A change of this share of the picture wakes when two frames running show it (an arm is about 0.3 %) … */
const SMALL_AREA = 0.0006;
/** … and one of this share at once. */
const LARGE_AREA = 0.005;
/** What changes more of the picture than this is another scene: nobody fills so much of it between two frames. */
const CUT_AREA = 0.4;
/** Grey levels of the picture's mean that count as other light. */
const OTHER_LIGHT = 3;

/** Says of one camera's thumbnails what changed in them, by the frames' own times. */
export function createJudge(opts: Pick<SampleOptions, 'masks' | 'minSize'>): Judge {
  const light = createLight();
  let mask: { readonly width: number; readonly height: number; readonly counted: Counted | undefined } | undefined;
  /** the thumbnail before showed a change */
  let suspect = false;

  const countedIn = ({ width, height }: Thumbnail): Counted | undefined => {
    if (mask?.width !== width || mask.height !== height) mask = { width, height, counted: countedCells(opts.masks, width, height) };
    return mask.counted;
  };
  // another size of picture: another stream of the camera
  const compare = (reference: Thumbnail, thumbnail: Thumbnail): SceneChange | undefined =>
    reference.width === thumbnail.width && reference.height === thumbnail.height
      ? sceneChange(reference, thumbnail, { counted: countedIn(thumbnail), minSize: opts.minSize })
      : undefined;
  return {
    look(at, reference, thumbnail, awake) {
      const counted = countedIn(thumbnail);
      // the first picture of all has nothing to differ from
      const leapt = reference !== undefined && light.leapt(at, counted ? countedMean(thumbnail.cells, counted) : thumbnail.mean);
      const change = reference && compare(reference, thumbnail);
      const area = reference ? (change?.area ?? 1) : 0;
      const little = area >= SMALL_AREA;
      const moves = leapt || area >= LARGE_AREA || (little && (awake || suspect));
      suspect = leapt || little;
      return { score: leapt ? 1 : area, kind: kindOf(area, leapt, change), moves, suspect };
    },
    shows: (reference, thumbnail) => (compare(reference, thumbnail)?.area ?? 1) >= SMALL_AREA,
    clear() {
      suspect = false;
      light.clear();
    },
  };
}

function kindOf(area: number, leapt: boolean, change: SceneChange | undefined): ChangeKind {
  if (area >= CUT_AREA) return 'cut';
  const relit = change !== undefined && Math.abs(change.brighter) >= OTHER_LIGHT;
  // what a lamp throws its light on does not follow one line of gain and offset
  if (leapt && relit && area < 10 * LARGE_AREA) return 'light';
  if (leapt || area >= SMALL_AREA) return 'motion';
  if (change && (change.shift.dx !== 0 || change.shift.dy !== 0)) return 'shake';
  return relit ? 'light' : 'none';
}
