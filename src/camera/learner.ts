import type { PacketGate, PacketSeen } from '../sample/packetGate.ts';
import type { LearningTurn, LearningTurns } from './learning.ts';

/** Still for so long, in packets and in pictures, and the decoder goes to sleep, ms. */
export const CALM = 2000;
/** A stream that waits for its turn to learn is checked so often, ms; keyframes may come half a second early. */
const WAITING_CHECK = 9500;

/**
 * What a stream's packets say, and whether they can be believed yet: what their sizes mean is learned from decoding everything for some
 * ten seconds. Where that takes a turn, they say nothing until it has come, and only checks show whether something moves. All times
 * are of the stream, ms.
 */
export class Learner {
  readonly #gate: PacketGate | undefined;
  readonly #turn: LearningTurn | undefined;
  #waiting: boolean;
  #lastMoving = Number.NEGATIVE_INFINITY;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #movedAt = Number.NEGATIVE_INFINITY;

  /** `begin`: the turn has come. Without `turns` the gate learns at once; without a gate packets always say that something moves. */
  constructor(gate: PacketGate | undefined, turns: Pick<LearningTurns, 'open'> | undefined, begin: () => void) {
    this.#gate = gate;
    this.#turn = gate && turns?.open(() => {
      if (!this.#waiting) return;
      begin();
      this.#waiting = false;
    });
    this.#waiting = this.#turn !== undefined;
  }

  /** The turn to learn has not come. */
  get waiting(): boolean {
    return this.#waiting;
  }

  ask(): void {
    if (this.#waiting) this.#turn?.ask();
  }

  over(): void {
    this.#turn?.over();
  }

  /** Takes the next packet; true: decode. */
  packet(seen: PacketSeen | undefined, asleep: boolean): boolean {
    // the gate takes what nobody looks at for still: while nothing can be learned it is shown nothing
    if (this.#waiting && asleep) return false;
    const moving = this.#gate === undefined || seen === undefined || this.#gate.packet(seen);
    if (moving && seen) this.#lastMoving = seen.pts;
    return moving;
  }

  checkDue(pts: number): boolean {
    // a time that is not known, or was set back, is due
    return this.#waiting ? !(Math.abs(pts - this.#checkedAt) < WAITING_CHECK) : this.#gate?.checkDue(pts) === true;
  }

  /** A check that showed a movement keeps it awake for a while: it may be a slow one. */
  checked(pts: number, moving: boolean): void {
    this.#checkedAt = pts;
    if (moving) this.#movedAt = pts;
  }

  /** Everything is decoded from here on, after a sleep that packets had no say in: what checks told the gate is of a stream that it never saw. */
  begin(newest: number): void {
    this.#gate?.reset();
    this.#lastMoving = newest;
  }

  /** May it sleep at this picture, as far as packets are concerned? */
  calm(pts: number): boolean {
    if (pts - this.#lastMoving >= CALM) return this.#gate !== undefined;
    // an event is over, and the turn has not come yet
    return this.#waiting && pts - this.#movedAt >= CALM;
  }

  /** It falls asleep: if packets have become believable, nothing remains to be learned in a turn. */
  sleeps(pts: number): void {
    if (pts - this.#lastMoving < CALM) return;
    this.#waiting = false;
    this.over();
  }
}
