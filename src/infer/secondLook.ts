import type { Answer, Event, Frame, Sighting, Window } from '../values.ts';
import type { Backend } from './backend.ts';
import { closeUps, otherPairing } from './closeUp.ts';
import { equivalent } from './equivalent.ts';
import { createLooker } from './looker.ts';
import type { LookerOptions } from './looker.ts';
import { settle } from './settle.ts';
import type { Shown } from './settle.ts';

export interface SecondLookOptions extends LookerOptions {
  readonly backend: LookerOptions['backend'] & Pick<Backend, 'score'>;
  /** the kept frames of the last seconds */
  readonly frames: { between(camera: string, from: number, to: number): readonly Frame[] };
  /** probability that an event's text satisfies a rule's; the back end's where not given */
  score?(event: string, rule: string): Promise<number>;
  /** wall clock, ms */
  now?(): number;
}

export interface SecondLook {
  /** What a window's frames show in the other pairing; undefined where they are gone, or the model has no time for it within two seconds. */
  alternate(answer: Answer): Promise<Answer | undefined>;
  /**
   * How sure a look at the very frames is that an event satisfies a rule, 0..1: the best score of what it shows at the event's
   * time. Undefined where the frames are gone, or the model has no time for it within two seconds.
   */
  verify(event: Event, ruleText: string): Promise<number | undefined>;
  /**
   * The event as closer looks at its beginning and its end tell it: times and their uncertainty; `retracted` where no look that
   * shows its whole time shows it. Undefined where nothing can be said: frames gone, model busy or failing.
   */
  refine(event: Event): Promise<Event | undefined>;
}

/** Somebody waits for a verification no longer than this, ms; nobody waits for a refinement, but frames go. */
const VERIFY_WITHIN = 2000;
const REFINE_WITHIN = 10_000;
/** … and after the next window's answer it is of no use, ms. */
const ALTERNATE_WITHIN = 2000;
/** Frames that far from an event can be part of a look at it, ms. */
const REACH = 4000;
/** A sighting may begin this far from an event that it shows, ms. */
const NEAR = 1500;
/** A happening longer than this, ms, is looked at twice: where it begins, and where it ends. */
const SHORT = 1500;

/** Only so many frames within so many ms of an event can deny it. */
const LEAST_SHOWN = 4;
const BESIDE = 600;

/**
 * ms shown before and after an event. A close look is the better one; a model that does not see an event in it does so now and then
 * with more around it, and hardly ever sees in neither what has happened.
 */
const CLOSE = 1000;
const WIDE = 1600;
/** From here on a score says yes. */
const YES = 0.5;

/** Second looks at events, in windows made of all frames that were kept around them. Never rejects. */
export function createSecondLook(opts: SecondLookOptions): SecondLook {
  const { backend, frames, now = Date.now } = opts;
  const score = opts.score ?? ((event: string, rule: string): Promise<number> => backend.score(event, rule));
  const windowsOf = (event: Event, from: number, to: number, margin: number): Window[] =>
    closeUps(frames.between(event.camera, from - REACH, to + REACH), { from, to, margin }, `${event.id}-again-${margin}`);

  const look = createLooker(opts);
  const scored = async (event: Event, ruleText: string, margin: number, deadline: number): Promise<number | undefined> => {
    const answers = await look(windowsOf(event, event.start, Math.min(event.end, event.start + SHORT), margin), true, deadline);
    if (!answers) return undefined;
    const texts = new Set(answers.flatMap((a) => a.sightings.filter((s) => meets(s, event)).map((s) => s.text)));
    return Math.max(0, ...(await Promise.all([...texts].map((text) => score(text, ruleText)))));
  };
  const settled = async (event: Event, margin: number, before: readonly Shown[]): Promise<{ shown: readonly Shown[]; event: Event | undefined }> => {
    const moments = event.end - event.start > SHORT ? [[event.start, event.start], [event.end, event.end]] as const : [[event.start, event.end]] as const;
    const answers = (await Promise.all(moments.map(([from, to]) => look(windowsOf(event, from, to, margin), false, now() + REFINE_WITHIN)))).flatMap((a) => a ?? []);
    const shown = [...before, ...(await Promise.all(answers.map((answer) => shownIn(answer, event))))];
    return { shown, event: answers.length === 0 ? undefined : settle(event, shown) };
  };
  /** What comes of looks; undefined where they fail. */
  const unless = <T>(event: Event, looks: Promise<T>): Promise<T | undefined> => looks.catch((error: unknown) => void opts.onFailed?.(error, event.camera));

  return {
    async alternate(answer) {
      const window = otherPairing(frames.between(answer.camera, answer.from - REACH, answer.to), answer);
      const [other] = (window && (await look([window], false, now() + ALTERNATE_WITHIN))) ?? [];
      return other && { ...other, latency: { ...answer.latency, infer: answer.latency.infer + other.latency.infer } };
    },
    verify: (event, ruleText) =>
      unless(event, (async () => {
        const deadline = now() + VERIFY_WITHIN;
        const close = await scored(event, ruleText, CLOSE, deadline);
        return close === undefined || close >= YES ? close : Math.max(close, (await scored(event, ruleText, WIDE, deadline)) ?? 0);
      })()),
    refine: (event) =>
      unless(event, (async () => {
        const close = await settled(event, CLOSE, []);
        if (close.event?.phase !== 'retracted') return close.event;
        // frames far apart may fall beside it
        if (frames.between(event.camera, event.start - BESIDE, event.end + BESIDE).length < LEAST_SHOWN) return undefined;
        return (await settled(event, WIDE, close.shown)).event;
      })()),
  };

  /** What a look shows of an event: the sighting nearest in time that says the same. */
  async function shownIn(answer: Answer, event: Event): Promise<Shown> {
    const near = answer.sightings.filter((s) => meets(s, event)).sort((a, b) => Math.abs(a.start - event.start) - Math.abs(b.start - event.start));
    for (const sighting of near) if (await equivalent(backend, event.text, sighting.text)) return { answer, sighting };
    return { answer, sighting: undefined };
  }
}

/** May a sighting show the event? What a window's first or last frame cuts off may have begun earlier, or go on. */
function meets(s: Sighting, event: Event): boolean {
  const overlaps = s.start <= event.end && s.end >= event.start;
  return Math.abs(s.start - event.start) <= NEAR || (overlaps && (s.openStart || s.openEnd || event.end - event.start > SHORT));
}
