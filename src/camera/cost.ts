import type { StreamFacts } from './facts.ts';

/** A share of one processor core: 1 is the whole of it. */
export interface Load {
  readonly cores: number;
  /** false: reckoned from the stream's size and rate, since the camera was never like that while it was looked at */
  readonly measured: boolean;
}

/** What a camera's own process takes of the processor. */
export interface CameraCost {
  /** asleep: nothing moves */
  readonly idle: Load;
  /** awake: everything is decoded and looked at */
  readonly busy: Load;
}

export interface CostMeter {
  /** takes in what a stream tells every second */
  add(facts: StreamFacts): void;
  told(): CameraCost | undefined;
}

/** A program's first seconds are spent on compiling itself, s. */
const WARM_UP = 2;
/**
 * Processor seconds, measured once on a server's core: 60 s of H.264 at 1920 × 1080 and 25 pictures a second took 5.8 s to
 * decode, and 0.12 s to read. Good for the order of magnitude on other machines and codecs.
 */
const PER_MEGAPIXEL = 5.8 / (60 * 25 * 2.07);
const PER_PACKET = 0.12 / (60 * 25);
/** What a camera's process takes for itself: its messages, its beats, a few lines for every packet; measured on the same machine, in cores. */
const PROCESS = 0.004;
/** A sleeping camera is checked so often once a few checks have shown nothing; they begin 5 s apart, s. */
const CHECK = 20;

/** Splits the processor's seconds by whether the decoder slept: every step between two facts that was wholly the one or the other counts. */
export function createCostMeter(): CostMeter {
  const steps: { readonly asleep: boolean; readonly cores: number }[] = [];
  let last: StreamFacts | undefined;

  const measured = (asleep: boolean): Load | undefined => {
    const own = steps.filter((step) => step.asleep === asleep).map((step) => step.cores);
    return own.length === 0 ? undefined : { cores: own.reduce((sum, cores) => sum + cores, 0) / own.length, measured: true };
  };
  return {
    add(facts) {
      const took = last ? facts.observed - last.observed : 0;
      if (last && took > 0.2 && last.observed >= WARM_UP) {
        const slept = (facts.asleep * facts.observed - last.asleep * last.observed) / took;
        if (slept < 0.02 || slept > 0.98) steps.push({ asleep: slept > 0.5, cores: Math.max(0, facts.cpu - last.cpu) / took });
      }
      last = facts;
    },
    told: () => last && { idle: measured(true) ?? idleOf(last), busy: measured(false) ?? busyOf(last) },
  };
}

function idleOf({ measuredFps, width, height }: StreamFacts): Load {
  return { cores: PROCESS + measuredFps * PER_PACKET + (PER_MEGAPIXEL * width * height) / 1e6 / CHECK, measured: false };
}

function busyOf({ measuredFps, width, height }: StreamFacts): Load {
  return { cores: PROCESS + measuredFps * (PER_PACKET + (PER_MEGAPIXEL * width * height) / 1e6), measured: false };
}
