import type { StreamClock } from '../ingest/clock/clock.ts';
import type { PacketGate } from '../sample/packetGate.ts';
import type { Decoding } from './decoding.ts';
import type { Gaze } from './gaze.ts';
import type { LearningTurns } from './learning.ts';

/** What a watcher works with. */
export interface WatcherParts {
  readonly decoding: Decoding;
  readonly clock: Pick<StreamClock, 'read'>;
  /** undefined: the decoder never sleeps */
  readonly gate: PacketGate | undefined;
  readonly gaze: Gaze;
  /** where turns to learn are asked for; undefined: the gate learns at once */
  readonly learning?: Pick<LearningTurns, 'open'> | undefined;
  /** ms between keyframes, once known */
  keyframeInterval(): number | undefined;
  /** Packets that are held back are needed now. */
  release?(): void;
}
