import type { Line } from './line.ts';
import { SURE } from './reportLine.ts';
import type { HeardLine, Step } from './reportTrack.ts';
import type { ClockPolicy, ClockReason } from './times.ts';

/** Whether the camera's reports are believed, and what they tell. */
export interface Judgement {
  readonly believed: 'camera' | 'arrival';
  readonly why: ClockReason;
  /** ms, by the camera's reports */
  readonly at: number;
  /** ms; where the arrivals are believed instead, the least that they have to admit */
  readonly uncertainty: number;
  /** ms by which the camera's clock is ahead of ours; undefined while nothing says so */
  readonly offset: number | undefined;
  /** ms from the reported time to the promptest arrival */
  readonly latency: number;
}

/** The evidence for one stream time x: both lines, and what delays the arrivals. */
export interface Evidence {
  readonly x: number;
  readonly reports: HeardLine;
  readonly arrivals: Line;
  /** a parser keeps each packet so long, ms */
  readonly heldBack: number;
  /** what the encoder's settings say it delays, ms */
  readonly encoder: number;
}

export interface Belief {
  judge(evidence: Evidence): Judgement;
  /** Whether the arrivals speak against the reports' line. */
  doubts(evidence: Evidence): boolean;
  /** A report has come, and has perhaps begun a new line. */
  heard(evidence: Evidence, step: Step | undefined): void;
}

/** A synchronised camera's clock against ours, ms. */
const REPORTED = 30;
/** A report that no other agrees with is late by less than what is missing to the first, or to the second and half the latency that it leaves, ms. */
const UNSURE = 1000;
const UNSURE_LATE = 300;
/** A camera's own clock is believed while it agrees with the arrivals: at most so much ahead of them or behind them, ms. */
const AHEAD = 500;
const BEHIND = 5000;
/** No report is late by so much, ms. */
const NEVER_LATE = 10_000;
/** Latencies that most streams stay below, ms. */
const USUAL = 1000;
/** Arrivals may be this early, ms: against reports that agree with each other (a frame period more), and against others. */
const SLACK = 30;
const SLACK_UNSURE = 10;
/** A latency that once was known to be otherwise is forgotten so fast, ms per ms: slower than a camera's clock runs away. */
const FORGET = 0.0001;
/** So that a clock that runs away by 500 ppm, the most that NTP corrects by, is not forgotten about; and what arrivals do of themselves, ms. */
const MORE = 1.25;
const STEADY = 10;
/** Capture, encoder and network delay a picture by so much more than the arrivals show, ms. */
const UNTOLD = 80;

/**
 * Decides whose clock tells. A picture was not taken after its packet could arrive, so reports later than the arrivals are cut
 * off there: they were sent late, or stamp the moment of sending (GStreamer's do by default), or the camera's clock is ahead.
 * When a line that was sure is set, the relation before or after it is kept, whichever leaves the likelier latency.
 */
export function createBelief(policy: ClockPolicy): Belief {
  const setting = createSetting();
  const wander = createWander();

  const latencyOf = ({ x, reports, arrivals, heldBack }: Evidence): number => arrivals.at(x) - heldBack - (reports.at(x) - setting.wrong);
  const offset = (evidence: Evidence, latency: number): number | undefined => {
    const impossible = latency > BEHIND || latency < -NEVER_LATE || (latency < -AHEAD && isSure(evidence));
    if (impossible) return setting.wrong - latency;
    return setting.wrong === 0 ? undefined : setting.wrong;
  };
  const camera = (evidence: Evidence, latency: number): Pick<Judgement, 'at' | 'uncertainty'> => {
    const { x, reports, heldBack, encoder } = evidence;
    const possible = Math.min(BEHIND, Math.max(0, latency));
    // the arrivals of a camera that may be wrong do not tell how late its reports are
    const most = Math.max(UNSURE - possible, UNSURE_LATE + possible / 2, policy === 'camera' ? reports.worst : 0);
    const late = Math.min(reports.late(x), most);
    const excess = Math.max(0, -latency);
    const clipped = policy === 'auto' && excess > (isSure(evidence) ? SLACK + heldBack : SLACK_UNSURE);
    // a film of an encoder that looked far ahead may be sent again as if it were live, without that delay
    const untold = Math.max(0, encoder - possible) + (clipped ? UNTOLD + excess / 2 : Math.min(excess, SLACK + heldBack));
    // what would be after the arrivals is not so
    const set = policy === 'camera' || latency - reports.contradicted > -SLACK - heldBack ? reports.contradicted : 0;
    const behind = possible - encoder > USUAL ? possible - encoder : 0;
    return { at: reports.at(x) - setting.wrong - (clipped ? excess : 0), uncertainty: REPORTED + late + untold + behind + set + wander.doubt(latency) };
  };
  const agreed = (evidence: Evidence, latency: number): ClockReason => {
    if (setting.wrong !== 0) return "camera's clock was set";
    if (!isSure(evidence)) return 'reports do not agree yet';
    return latency - evidence.encoder > USUAL ? "late, or camera's clock is behind" : 'reports agree';
  };
  const refusal = (evidence: Evidence, latency: number): ClockReason | undefined => {
    if (policy === 'arrival') return 'policy';
    if (policy === 'camera') return undefined;
    if (latency > BEHIND) return "camera's clock is behind";
    if (latency > -AHEAD) return undefined;
    return isSure(evidence) || latency < -NEVER_LATE ? "camera's clock is ahead" : 'reports do not agree yet';
  };
  return {
    judge(evidence) {
      const latency = latencyOf(evidence);
      const common = { latency, offset: offset(evidence, latency), ...camera(evidence, latency) };
      const refused = refusal(evidence, latency);
      if (!refused) return { ...common, believed: 'camera', why: policy === 'camera' ? 'policy' : agreed(evidence, latency) };
      return { ...common, believed: 'arrival', why: refused, uncertainty: refused === 'reports do not agree yet' ? UNSURE : 0 };
    },
    doubts: (evidence) => policy === 'auto' && unlikely(latencyOf(evidence), evidence) > 0,
    heard(evidence, step) {
      if (policy !== 'auto') return;
      if (step) setting.stepped(step, latencyOf(evidence), evidence);
      if (isSure(evidence)) wander.saw(evidence.x, latencyOf(evidence), step !== undefined);
    },
  };
}

const isSure = ({ x, reports }: Evidence): boolean => reports.late(x) < SURE;
const unlikely = (latency: number, { heldBack }: Evidence): number => Math.max(0, -latency - SLACK - heldBack, latency - USUAL);

/** What the camera's clock was set wrong by, ms (`wrong`). */
function createSetting(): { readonly wrong: number; stepped(step: Step, latency: number, evidence: Evidence): void } {
  let wrong = 0;
  /** since the line was last sure: what was known to be wrong then, and how far it has moved */
  let sure: { readonly wrong: number; readonly moved: number } | undefined;
  return {
    get wrong() {
      return wrong;
    },
    stepped({ by, wasSure }, latency, evidence) {
      if (wasSure) sure = { wrong, moved: by };
      else if (sure) sure = { ...sure, moved: sure.moved + by };
      else return;
      const followed = latency - wrong;
      const refused = sure.wrong + sure.moved;
      wrong = unlikely(followed + refused, evidence) < unlikely(followed, evidence) ? refused : 0;
    },
  };
}

/** How far the latency has moved: a clock that nobody keeps runs away from ours, though no report contradicts another. */
function createWander(): { saw(x: number, latency: number, anew: boolean): void; doubt(latency: number): number } {
  let seen: { readonly x: number; readonly low: number; readonly high: number } | undefined;
  return {
    saw(x, latency, anew) {
      const forgotten = seen ? FORGET * Math.max(0, x - seen.x) : 0;
      seen = anew || !seen ? { x, low: latency, high: latency } : { x, low: Math.min(latency, seen.low + forgotten), high: Math.max(latency, seen.high - forgotten) };
    },
    doubt(latency) {
      const moved = seen ? Math.max(seen.high - latency, latency - seen.low) : 0;
      return moved > STEADY ? MORE * moved : 0;
    },
  };
}
