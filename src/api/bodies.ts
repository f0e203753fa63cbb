import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { refuseDeep, refuseMany } from './checked.ts';
import { Refusal } from './problem.ts';

/** JSON and nothing else; keys that would reach a prototype are refused. An empty body is none. */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.trim() === '') return done(null, undefined);
    try {
      refuseMany(body);
    } catch (fault) {
      return done(fault as Error);
    }
    parse(request, body, (error, value) => {
      try {
        if (error) throw new Refusal('REQUEST_INVALID', 'the body is no JSON, or has keys that no body may have.', { param: 'body' });
        refuseDeep(value);
        done(null, value);
      } catch (fault) {
        done(fault instanceof Error ? fault : new Error(String(fault)));
      }
    });
  });
}

/** Any kind of bytes, as they come, up to the route's limit. */
export function takeStream(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage, done) => {
    const limit = request.routeOptions.bodyLimit;
    if (Number(request.headers['content-length'] ?? 0) > limit) return done(tooLarge(limit));
    done(null, payload.pipe(upTo(limit, payload)));
  });
}

function upTo(limit: number, source: IncomingMessage): Transform {
  let bytes = 0;
  const counted = new Transform({
    transform(piece: Buffer, _encoding, next) {
      bytes += piece.length;
      if (bytes > limit) next(tooLarge(limit));
      else next(null, piece);
    },
  });
  // Cut off by the client it has to fail, and not to end as if it were whole.
  source.once('aborted', () => counted.destroy(new Refusal('REQUEST_INVALID', 'the body was cut off.', { param: 'body' })));
  return counted;
}

function tooLarge(limit: number): Refusal {
  return new Refusal('REQUEST_TOO_LARGE', `the body may hold ${limit} bytes.`, { param: 'body' });
}

/** How long a body may take: a small one in all, a stream between two pieces, ms. */
export interface BodyTimes {
  readonly whole: number;
  readonly idle: number;
}

/** Ends requests whose body comes drop by drop. */
export function hurry(request: FastifyRequest, reply: FastifyReply, stream: boolean, times: BodyTimes): void {
  const { raw } = request;
  if (raw.complete || (raw.headers['content-length'] === undefined && raw.headers['transfer-encoding'] === undefined)) return;
  if (stream) {
    raw.socket.setTimeout(times.idle);
    raw.once('end', () => raw.socket.setTimeout(0));
    return;
  }
  const timer = setTimeout(() => {
    if (raw.complete || reply.sent) return;
    reply.send(new Refusal('REQUEST_TIMEOUT', 'the body did not arrive in time.', { param: 'body' }));
  }, times.whole);
  raw.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
}

/** An answer before the body was there ends the connection: nobody reads the rest. */
export function leaveUnread(request: FastifyRequest): void {
  const { raw } = request;
  if (!raw.complete) setTimeout(() => raw.socket.destroy(), 500).unref();
}
