import type { FromCamera, ToCamera } from './cameraWire.ts';

/** One connection's turn to learn what its packets are like, which takes decoding all of them: asked of the supervisor (lending.ts). */
export interface LearningTurn {
  /** Asks, or asks again in case it was lost. */
  ask(): void;
  /** Gives it back, or its place in the queue. */
  over(): void;
}

export interface LearningTurns {
  /** `begin` is called when the turn has come, perhaps more than once. */
  open(begin: () => void): LearningTurn;
  told(message: ToCamera): void;
}

export function createLearningTurns(send: (message: FromCamera) => boolean): LearningTurns {
  let number = 0;
  let current: { readonly turn: number; readonly begin: () => void } | undefined;
  return {
    open(begin) {
      const turn = ++number;
      const mine = { turn, begin };
      current = mine;
      return {
        ask: () => void send({ kind: 'learn', turn }),
        over: () => {
          if (current !== mine) return;
          current = undefined;
          send({ kind: 'learned', turn });
        },
      };
    },
    // a turn that comes late may be that of the connection before
    told: ({ turn }) => {
      if (current?.turn === turn) current.begin();
    },
  };
}
