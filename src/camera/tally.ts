import type { PacketTimes, StreamClock } from '../ingest/clock/clock.ts';
import type { Decoder } from '../ingest/decoder.ts';
import type { Source } from '../ingest/source.ts';
import type { StreamCounter, StreamFacts } from './facts.ts';
import { createSelf } from './self.ts';

/** Asleep, facts are told every so many seconds. */
const RARELY = 2;

export interface TallyParts {
  readonly source: Source;
  readonly decoder: Decoder;
  readonly clock: StreamClock;
  readonly counter: StreamCounter;
  asleep(): boolean;
  tell(facts: StreamFacts): void;
}

/** Takes the times of each packet once, in order, into the clock and the facts, which are told once a second, and every two while nothing is decoded. */
export function createTally({ source, decoder, clock, counter, asleep, tell }: TallyParts): (times: PacketTimes, keyframe: boolean, size: number) => void {
  const self = createSelf();
  let seconds = 0;

  const facts = (pts: number): StreamFacts => {
    const { codec, width, height, fps: declaredFps } = source;
    const stream = { codec, width, height, declaredFps, ...counter.told, timeSource: clock.source, clock: clock.told(), until: clock.read(pts)?.at };
    return { ...stream, decoded: decoder.decoded, hardware: decoder.hardware, ...self.told };
  };
  return (times, keyframe, size) => {
    const { pts } = times;
    clock.packet(times);
    self.second(asleep(), pts);
    if (counter.packet(pts, keyframe, size) && (!asleep() || seconds++ % RARELY === 0)) tell(facts(pts));
  };
}
