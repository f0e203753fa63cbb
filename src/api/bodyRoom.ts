import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from './problem.ts';

/** Smaller ones need no room kept, bytes. */
const SMALL = 2 ** 20;
/** Of JSON that is read whole, all requests together, bytes. */
export const MOST_TOGETHER = 256 * 2 ** 20;

/** Keeps room in memory for large bodies from their heads on until they are answered: many at once would take all there is. @throws Refusal SERVER_BUSY */
export function createBodyRoom(most: number = MOST_TOGETHER): (request: FastifyRequest, reply: FastifyReply) => void {
  let taken = 0;
  return ({ headers, routeOptions: { bodyLimit } }, reply) => {
    const length = headers['content-length'] ?? (headers['transfer-encoding'] === undefined ? 0 : bodyLimit);
    const bytes = Math.min(bodyLimit, Number(length));
    if (!(bytes > SMALL)) return;
    if (taken + bytes > most) throw new Refusal('SERVER_BUSY', 'too many large bodies are on their way.', { retryAfter: 5 });
    taken += bytes;
    reply.raw.once('close', () => (taken -= bytes));
  };
}
