import { spareRoom } from '../health/spare.ts';
import { createTurns } from '../health/turns.ts';
import type { Turns } from '../health/turns.ts';
import type { ToCamera } from './cameraWire.ts';

/** A stream in which something moves goes on being decoded, and learns as long as it takes; it keeps others waiting only so long, ms. */
const LONGEST = 20_000;

/** All that this process watches: a camera that learns decodes every picture, which takes some fifteen times as much as one that sleeps. */
const learnInTurn = createTurns({ atOnce: spareRoom(), longest: LONGEST });

/** The supervisor's side of one camera's turns to learn (learning.ts), numbered by its process. */
export interface Lending {
  /** Asked for, perhaps not for the first time: what is lost on the way is asked for again. */
  asked(turn: number): void;
  /** No longer needed; without a number, whichever it is. */
  over(turn?: number): void;
}

export function lendTurns(send: (message: ToCamera) => boolean, turns: Turns = learnInTurn): Lending {
  let lent: { readonly turn: number; begun: boolean; over(): void } | undefined;
  const over = (turn = lent?.turn): void => {
    if (!lent || turn !== lent.turn) return;
    lent.over();
    lent = undefined;
  };
  return {
    asked(turn) {
      if (lent?.turn === turn) return void (lent.begun && send({ kind: 'learn', turn }));
      over();
      const place = { turn, begun: false, over: (): void => undefined };
      lent = place;
      place.over = turns(() => {
        place.begun = true;
        send({ kind: 'learn', turn });
      });
    },
    over,
  };
}
