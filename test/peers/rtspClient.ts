import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';

export interface RtpPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly marker: boolean;
  readonly payload: Buffer;
  /** wall clock, ms */
  readonly arrival: number;
}

export interface SenderReport {
  /** wall clock, ms */
  readonly ntp: number;
  readonly rtp: number;
  readonly arrival: number;
}

/** A client that reads an RTSP camera by the letter and keeps all it was sent: what a simulated camera does is checked with it. */
export interface RtspClient {
  readonly packets: readonly RtpPacket[];
  readonly reports: readonly SenderReport[];
  readonly sdp: string;
  readonly closed: boolean;
  /** Resolves when `what` holds, which is looked at after every arrival. */
  until(what: () => boolean): Promise<void>;
  request(method: string): Promise<{ readonly status: number; readonly text: string }>;
  close(): void;
}

export async function playRtsp(url: string, transport: 'tcp' | 'udp' = 'tcp', headers = ''): Promise<RtspClient> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const packets: RtpPacket[] = [];
  const reports: SenderReport[] = [];
  const answers: ((text: string) => void)[] = [];
  const wakers = new Set<() => void>();
  const udp: UdpSocket[] = [];
  let [rest, number, closed, sdp]: [Buffer, number, boolean, string] = [Buffer.alloc(0), 0, false, ''];
  const wake = (): void => wakers.forEach((waker) => waker());
  const take = (channel: number, data: Buffer): void => {
    if (channel === 0) packets.push(readPacket(data));
    else reports.push(readReport(data));
    wake();
  };
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
    for (const answer of answers.splice(0)) answer('');
    wake();
  });
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      if (rest[0] === 0x24 && rest.length >= 4 && rest.length >= 4 + rest.readUInt16BE(2)) {
        const end = 4 + rest.readUInt16BE(2);
        take(rest.readUInt8(1), rest.subarray(4, end));
        rest = rest.subarray(end);
        continue;
      }
      const head = rest.indexOf('\r\n\r\n');
      if (rest[0] === 0x24 || head < 0) return;
      const end = head + 4 + Number(/content-length: *(\d+)/i.exec(rest.subarray(0, head).toString())?.[1] ?? 0);
      if (rest.length < end) return;
      answers.shift()?.(rest.subarray(0, end).toString());
      rest = rest.subarray(end);
    }
  });
  const request = async (method: string, target = url, more = ''): Promise<{ status: number; text: string }> => {
    const answer = new Promise<string>((resolve) => void answers.push(resolve));
    socket.write(`${method} ${target} RTSP/1.0\r\nCSeq: ${++number}\r\n${headers}${more}\r\n`);
    const text = closed ? '' : await answer;
    return { status: Number(text.split(' ')[1] ?? 0), text };
  };
  await once(socket, 'connect');
  const described = await request('DESCRIBE');
  sdp = described.text;
  if (described.status === 200) {
    let wanted = 'RTP/AVP/TCP;unicast;interleaved=0-1';
    if (transport === 'udp') {
      for (const channel of [0, 1]) udp.push(createSocket('udp4', (data) => take(channel, data)).bind(0, '127.0.0.1'));
      await Promise.all(udp.map((one) => once(one, 'listening')));
      wanted = `RTP/AVP;unicast;client_port=${udp.map((one) => one.address().port).join('-')}`;
    }
    await request('SETUP', `${url}/trackID=0`, `Transport: ${wanted}\r\n`);
    await request('PLAY');
  }
  return {
    packets,
    reports,
    sdp,
    get closed() {
      return closed;
    },
    until: (what) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!what()) return;
          wakers.delete(look);
          resolve();
        };
        wakers.add(look);
        look();
      }),
    request: (method) => request(method),
    close() {
      socket.destroy();
      for (const one of udp) one.close();
    },
  };
}

function readPacket(data: Buffer): RtpPacket {
  return {
    sequence: data.readUInt16BE(2), timestamp: data.readUInt32BE(4), ssrc: data.readUInt32BE(8), marker: data.readUInt8(1) > 127,
    payload: Buffer.from(data.subarray(12)), arrival: Date.now(),
  };
}

function readReport(data: Buffer): SenderReport {
  return { ntp: (data.readUInt32BE(8) + data.readUInt32BE(12) / 2 ** 32) * 1000 - 2_208_988_800_000, rtp: data.readUInt32BE(16), arrival: Date.now() };
}
