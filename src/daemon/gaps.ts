import type { Coverage, CoverageReason } from '../record.ts';
import type { Answer, Window } from '../values.ts';

interface Unseen {
  start: number;
  end: number;
  readonly reason: CoverageReason;
  readonly detail: string;
}

/** Hard ceiling per camera: with more dropped windows waiting, the oldest is written down as it stands. */
const MOST_UNSEEN = 64;
/** A window may be answered that began so many windows' lengths before one that was dropped; what ended before that nobody will see any more. */
const BEHIND = 2;
/** While no answer comes that is written down when it is so many lengths old: a daemon that is killed then has told of most of it. */
const OLD = 4;

/**
 * Windows overlap, so a dropped one is a gap only where no answered window shows the same time. Holds the dropped stretches of
 * each camera until a later answer has passed them, and hands out what nobody saw.
 */
export class DroppedWindows {
  readonly #unseen = new Map<string, Unseen[]>();
  /** what each camera's last answer shows; those before it are further back than anything that is still dropped */
  readonly #seen = new Map<string, { readonly from: number; readonly to: number }>();
  /** of the windows that were dropped, ms */
  #longest = 0;

  /**
   * Notes a window that no answer will come of; returns what had to make room for it, and what has been unseen for long. `underWay`: the
   * oldest of the camera's windows that may still be answered begins there, wall clock in ms.
   */
  drop(window: Window, reason: CoverageReason, detail: string, underWay = Infinity): Coverage[] {
    const first = window.frames[0];
    const last = window.frames.at(-1);
    if (!first || !last) return [];
    const list = this.#unseen.get(window.camera) ?? [];
    this.#unseen.set(window.camera, list);
    const { from, to } = this.#seen.get(window.camera) ?? { from: 0, to: 0 };
    list.push(...without({ start: first.at, end: last.at, reason, detail }, from, to));
    this.#longest = Math.max(this.#longest, last.at - first.at);
    const surplus = list.splice(0, Math.max(0, list.length - MOST_UNSEEN));
    const isOld = list.some((u) => u.end <= first.at - OLD * this.#longest);
    const behind = isOld ? list.filter((u) => u.end <= Math.min(underWay, first.at - BEHIND * this.#longest)) : [];
    this.#unseen.set(window.camera, list.filter((u) => !behind.includes(u)));
    return merged([...surplus, ...behind]).map((u) => ({ camera: window.camera, ...u }));
  }

  /** Takes away what an answered window shows; returns the stretches that now lie behind it unseen. */
  answered(answer: Pick<Answer, 'camera' | 'from' | 'to'>): Coverage[] {
    const list = this.#unseen.get(answer.camera);
    this.#seen.set(answer.camera, { from: answer.from, to: answer.to });
    if (!list || list.length === 0) return [];
    const left = list.flatMap((u) => without(u, answer.from, answer.to));
    const behind = left.filter((u) => u.end <= answer.from);
    this.#unseen.set(answer.camera, left.filter((u) => u.end > answer.from));
    return merged(behind).map((u) => ({ camera: answer.camera, ...u }));
  }

  /** Everything that is still unseen; for the end of the day. */
  rest(): Coverage[] {
    const all = [...this.#unseen].flatMap(([camera, list]) => merged(list).map((u) => ({ camera, ...u })));
    this.#unseen.clear();
    return all;
  }
}

function without(u: Unseen, from: number, to: number): Unseen[] {
  const parts = [
    { ...u, end: Math.min(u.end, from) },
    { ...u, start: Math.max(u.start, to) },
  ];
  return parts.filter((p) => p.end > p.start);
}

function merged(list: readonly Unseen[]): Unseen[] {
  const out: Unseen[] = [];
  for (const u of [...list].sort((a, b) => a.start - b.start)) {
    const before = out.at(-1);
    if (before && u.start <= before.end && u.reason === before.reason) before.end = Math.max(before.end, u.end);
    else out.push({ ...u });
  }
  return out;
}
