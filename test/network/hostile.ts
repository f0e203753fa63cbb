import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A server on loopback that says what it is told to, whatever it is asked. */
export interface HostileServer {
  readonly port: number;
  readonly connections: number;
  close(): void;
}

/** `answer` gets each chunk that a client sends, and the socket. */
export async function serve(answer: (request: string, socket: Socket) => void, host = '127.0.0.1'): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => answer(chunk.toString('latin1'), socket));
  }).listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const SDP = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=x', 'c=IN IP4 0.0.0.0', 't=0 0', 'm=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==', 'a=control:track1', ''].join('\r\n');

/** An RTSP server's usual answers; `changed` replaces that to a method, or parts of it. */
export function rtspAnswers(changed: Record<string, (cseq: string) => string>): (request: string, socket: Socket) => void {
  return (request, socket) => {
    const method = /^[A-Z_]+/.exec(request)?.[0] ?? '';
    const cseq = /CSeq: (\d+)/.exec(request)?.[1] ?? '0';
    const told = changed[method]?.(cseq);
    if (told !== undefined) return void socket.write(told, 'latin1');
    if (method === 'DESCRIBE') return void socket.write(reply(cseq, ['Content-Type: application/sdp'], SDP));
    if (method === 'SETUP') return void socket.write(reply(cseq, ['Session: 1', `Transport: ${/Transport: (.*)\r/.exec(request)?.[1]};server_port=40000-40001`]));
    if (method !== '') socket.write(reply(cseq, ['Session: 1', 'Public: OPTIONS, DESCRIBE, SETUP, PLAY']));
  };
}

export function reply(cseq: string, headers: readonly string[], body = '', status = '200 OK'): string {
  return [`RTSP/1.0 ${status}`, `CSeq: ${cseq}`, ...headers, ...(body ? [`Content-Length: ${body.length}`] : []), '', body].join('\r\n');
}
