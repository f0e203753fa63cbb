import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { UdpPorts } from './outlet.ts';
import { serveClient } from './rtspConnection.ts';
import { DEFAULTS, NO_STATS } from './settings.ts';
import type { Change, FromSimulator, PathStats, ToSimulator } from './settings.ts';
import { createCamera } from './simulatedCamera.ts';
import type { SimulatedCamera } from './simulatedCamera.ts';

// The simulator's own process: an event loop that no test disturbs. It ends with the process that forked it.

const cameras = new Map<string, SimulatedCamera>();
let udp: UdpPorts | undefined;
let turn: Promise<void> = Promise.resolve();

const tell = (message: FromSimulator): void => void process.send?.(message);

async function start(message: ToSimulator & { kind: 'start' }): Promise<void> {
  udp = await bindPair(message.host);
  const { port: udpPort } = udp.rtp.address();
  const serve = (socket: Parameters<typeof serveClient>[0]): void => serveClient(socket, (path) => cameras.get(path), udpPort);
  const server: Server = message.tls ? createTlsServer(message.tls, serve) : createServer(serve);
  server.listen(message.port, message.host);
  await once(server, 'listening');
  const address = server.address();
  tell({ kind: 'ready', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
}

/** An even port and the one after it, as RTP and RTCP want them (RFC 3550 11). */
async function bindPair(host: string): Promise<UdpPorts> {
  for (let tries = 0; tries < 100; tries++) {
    const [rtp, rtcp] = [createSocket('udp4'), createSocket('udp4')];
    const port = 20_000 + 2 * Math.floor(Math.random() * 10_000);
    try {
      for (const [i, socket] of [rtp, rtcp].entries()) {
        socket.bind(port + i, host);
        await once(socket, 'listening');
        // a client that has gone answers with ICMP
        socket.on('error', () => undefined);
      }
      rtp.setSendBufferSize(2 ** 21);
      return { rtp, rtcp };
    } catch {
      // taken: another pair
      for (const socket of [rtp, rtcp]) socket.close();
    }
  }
  throw new Error('There are no two free UDP ports.');
}

async function apply(path: string, change: Change): Promise<PathStats> {
  const camera = cameras.get(path);
  if (change.remove) {
    camera?.close();
    cameras.delete(path);
  } else if (camera) await camera.change(change);
  else {
    const { clip, fps, ...rest } = change;
    if (!clip || !fps || !udp) throw new Error(`The path ${path} begins with a clip and a rate.`);
    cameras.set(path, await createCamera({ ...DEFAULTS, ...rest, clip, fps }, udp, (segment) => tell({ kind: 'segment', path, segment })));
  }
  return cameras.get(path)?.stats() ?? NO_STATS;
}

process.on('message', (message: ToSimulator) => {
  turn = turn.then(async () => {
    if (message.kind === 'start') return start(message);
    try {
      tell({ kind: 'done', id: message.id, stats: await apply(message.path, message.change) });
    } catch (error) {
      tell({ kind: 'done', id: message.id, stats: NO_STATS, error: error instanceof Error ? error.message : String(error) });
    }
  });
});
process.on('disconnect', () => process.exit(0));
