import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createRandom } from '../ingest/random.ts';

/** Stands between an RTSP server and its clients over UDP and loses a share of the media packets on their way to the client. */
export interface LossyRelay {
  readonly port: number;
  readonly passed: number;
  readonly lost: number;
  close(): void;
}

/** @param loss share of the RTP packets, 0..1; reports get through */
export async function relayLossy(serverPort: number, loss: number, seed = 1): Promise<LossyRelay> {
  const random = createRandom(seed);
  const sockets = new Set<Socket>();
  const pairs: UdpSocket[] = [];
  const count = { passed: 0, lost: 0 };

  /** Two UDP ports that stand for the server's towards the client and for the client's towards the server. */
  const standIn = async (client: readonly number[]): Promise<{ ports: string; server(ports: readonly number[]): void }> => {
    const pair = await bindPair();
    pairs.push(...pair);
    let server: readonly number[] = [];
    pair.forEach((socket, i) =>
      socket.on('message', (data, { port }) => {
        const fromServer = server.includes(port);
        if (fromServer && i === 0 && random() < loss) return void count.lost++;
        if (fromServer && i === 0) count.passed++;
        const to = (fromServer ? client : server)[i];
        if (to) socket.send(data, to, '127.0.0.1');
      }),
    );
    return { ports: pair.map((socket) => socket.address().port).join('-'), server: (ports) => (server = ports) };
  };

  const listener = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    let pair: Awaited<ReturnType<typeof standIn>> | undefined;
    let clientPorts = '';
    let turn = Promise.resolve();
    for (const [from, to] of [[client, server], [server, client]] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    client.on('data', (bytes) => {
      turn = turn.then(async () => {
        const text = bytes.toString('latin1');
        const asked = /client_port=(\d+-\d+)/.exec(text)?.[1];
        if (asked) pair = await standIn((clientPorts = asked).split('-').map(Number));
        server.write(Buffer.from(asked && pair ? text.replace(asked, pair.ports) : text, 'latin1'));
      });
    });
    server.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      const told = /server_port=(\d+-\d+)/.exec(text)?.[1];
      if (!told || !pair) return void client.write(bytes);
      pair.server(told.split('-').map(Number));
      client.write(Buffer.from(text.replace(pair.ports, clientPorts).replace(told, pair.ports), 'latin1'));
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    get passed() {
      return count.passed;
    },
    get lost() {
      return count.lost;
    },
    close() {
      listener.close();
      for (const socket of sockets) socket.destroy();
      for (const socket of pairs) socket.close();
    },
  };
}

/** An even port and the next one. */
async function bindPair(): Promise<[UdpSocket, UdpSocket]> {
  for (let tries = 0; tries < 100; tries++) {
    const pair: [UdpSocket, UdpSocket] = [createSocket('udp4'), createSocket('udp4')];
    const port = 40_000 + 2 * Math.floor(Math.random() * 10_000);
    try {
      for (const [i, socket] of pair.entries()) {
        socket.bind(port + i, '127.0.0.1');
        await once(socket, 'listening');
        socket.on('error', () => undefined);
      }
      return pair;
    } catch {
      // taken: another pair
      for (const socket of pair) socket.close();
    }
  }
  throw new Error('There are no two free UDP ports.');
}
