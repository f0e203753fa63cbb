import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import NodeMediaServer from 'node-media-server';
import type { Session } from 'node-media-server';
import logger from 'node-media-server/src/core/logger.js';
import { z } from 'zod';
import { LookoutError } from '../errors.ts';
import { runChild } from '../health/childSide.ts';

/** The RTMP server's process. Only its listener is started: no HTTP side, no recorder, no relay, no files. */

const Keys = z.array(z.string());
const Init = z.object({ host: z.string(), port: z.number(), keys: Keys });

/** A connection that neither publishes nor plays by then is closed: the server itself waits for ever, ms. */
const GREETING_TIME = 10_000;
/** A publisher that sends nothing for so long is gone, ms. */
const SILENCE = 30_000;
const MAX_CONNECTIONS = 256;
/** Bytes that may wait for a reader; the server itself would hoard without a bound. */
const MAX_UNREAD = 16e6;

let paths = new Set<string>();
let server: NodeMediaServer | undefined;
const admitted = new WeakSet<Socket>();

runChild({
  init: async (raw) => {
    const { host, port, keys } = Init.parse(raw);
    allow(keys);
    // its log names the stream paths, which are the keys
    logger.log = () => undefined;
    await tryPort(host, port);
    server = start(host, port);
    const { tcpServer } = server.rtmpServer;
    if (!tcpServer.listening) await new Promise((resolve) => tcpServer.once('listening', resolve));
  },
  message: (raw) => allow(Keys.parse(raw)),
  stop: () => server?.rtmpServer.stop(),
});

function allow(keys: readonly string[]): void {
  paths = new Set(keys.map((key) => `/live/${key}`));
}

function start(host: string, port: number): NodeMediaServer {
  const nms = new NodeMediaServer({ bind: host, rtmp: { port } });
  const { tcpServer } = nms.rtmpServer;
  tcpServer.maxConnections = MAX_CONNECTIONS;
  tcpServer.on('connection', (socket: Socket) => {
    setTimeout(() => {
      if (!admitted.has(socket)) socket.destroy();
    }, GREETING_TIME).unref();
  });
  nms.on('prePublish', (session) => {
    if (admit(session)) takePlace(session);
  });
  nms.on('prePlay', admit);
  nms.on('postPlay', closeWhenSlow);
  nms.on('donePublish', closeReaders);
  nms.rtmpServer.run();
  return nms;
}

/** Only the known keys: whoever names another path is cut off at once, and nobody reads that path. */
function admit(session: Session): boolean {
  session.broadcast.publishGraceMs = 0;
  if (!paths.has(session.streamPath)) {
    session.socket.destroy();
    return false;
  }
  admitted.add(session.socket);
  return true;
}

/** A camera that comes back while its old connection still hangs takes its own place; readers begin anew with its new clock. */
function takePlace(session: Session): void {
  const { broadcast } = session;
  session.socket.setTimeout(SILENCE, () => session.socket.destroy());
  const before = broadcast.publisher;
  if (!before || before === session) return;
  before.socket.destroy();
  closeReaders(session);
  broadcast.donePublish(before);
}

function closeReaders(session: Session): void {
  for (const reader of session.broadcast.subscribers.values()) reader.socket.destroy();
}

function closeWhenSlow(session: Session): void {
  const timer = setInterval(() => {
    if (session.socket.writableLength > MAX_UNREAD) session.socket.destroy();
  }, 1000);
  session.socket.once('close', () => clearInterval(timer));
}

/** node-media-server ends its process when the port is taken; asked first, we can say so. */
function tryPort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is already in use' : `cannot be opened (${cause.code})`;
      reject(new LookoutError('PORT_IN_USE', `RTMP port ${host}:${port} ${why}.`, { cause }));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}
