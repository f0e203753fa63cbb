import { availableParallelism } from 'node:os';
import { createTurns } from './turns.ts';

/** Starting an interpreter takes a core for half a second: a hundred at once would all be late. */
const AT_ONCE = 2 * availableParallelism();
/** A start that takes longer may hang, ms. */
const LONGEST = 5000;

/** Lets a few children start at a time: a turn is over when the child is up, or not. */
export const startInTurn = createTurns({ atOnce: () => AT_ONCE, longest: LONGEST });
