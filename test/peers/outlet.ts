import type { Socket as UdpSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import type { RtpUnit } from './packetise.ts';

export interface UdpPorts {
  readonly rtp: UdpSocket;
  readonly rtcp: UdpSocket;
}

/** Where a client wants its packets. */
export type Destination =
  | { readonly kind: 'tcp'; readonly rtp: number; readonly rtcp: number }
  | { readonly kind: 'udp'; readonly host: string; readonly rtp: number; readonly rtcp: number };

interface Client {
  readonly socket: Socket;
  readonly to: Destination;
  waiting: boolean;
}

/** A path's clients: all are sent the same packets. */
export interface Outlet {
  add(socket: Socket, to: Destination, waiting: boolean): void;
  remove(socket: Socket): void;
  unit(unit: RtpUnit, keyframe: boolean): void;
  /** @param report behind its four bytes of interleaving on channel 1; `only`: for this client alone */
  report(report: Buffer, only?: Socket): void;
  cut(): void;
  readonly clients: number;
  readonly dropped: number;
}

/** A client that does not read is left out above this, until the next keyframe. */
const MOST_WAITING = 4 * 2 ** 20;
/** UDP packets sent at once, and the pause after them: a receiver's buffer holds few more. */
const BATCH = 24;
const PAUSE = 2;
const MOST_QUEUED = 20_000;

export function createOutlet(udp: UdpPorts, harm: () => { readonly loss: number; readonly reorder: number }, random: () => number): Outlet {
  const clients = new Map<Socket, Client>();
  const queue: { packet: Buffer; to: Destination & { kind: 'udp' } }[] = [];
  let pumping: NodeJS.Timeout | undefined;
  let dropped = 0;

  const pump = (): void => {
    for (const { packet, to } of queue.splice(0, BATCH)) udp.rtp.send(packet, to.rtp, to.host);
    pumping = queue.length > 0 ? setTimeout(pump, PAUSE) : undefined;
  };
  const datagrams = (unit: RtpUnit, to: Destination & { kind: 'udp' }): void => {
    const { loss, reorder } = harm();
    const packets: Buffer[] = [];
    for (const { from, to: end } of unit.packets) {
      if (loss > 0 && random() < loss) {
        dropped++;
        continue;
      }
      packets.push(unit.interleaved.subarray(from, end));
    }
    for (const packet of packets) {
      const overtakes = reorder > 0 && random() < reorder && queue.length > 0;
      queue.splice(overtakes ? queue.length - 1 : queue.length, 0, { packet, to });
    }
    dropped += queue.splice(0, Math.max(0, queue.length - MOST_QUEUED)).length;
    if (!pumping) pump();
  };

  return {
    add: (socket, to, waiting) => void clients.set(socket, { socket, to, waiting }),
    remove: (socket) => void clients.delete(socket),
    unit(unit, keyframe) {
      const channels = new Map([[0, unit.interleaved]]);
      for (const client of clients.values()) {
        const { socket, to } = client;
        if (socket.writableLength > MOST_WAITING) client.waiting = true;
        else if (keyframe) client.waiting = false;
        if (client.waiting) dropped++;
        else if (to.kind === 'udp') datagrams(unit, to);
        else {
          const bytes = channels.get(to.rtp) ?? onChannel(unit, to.rtp);
          channels.set(to.rtp, bytes);
          socket.write(bytes);
        }
      }
    },
    report(report, only) {
      for (const { socket, to } of clients.values()) {
        if (only && socket !== only) continue;
        if (to.kind === 'udp') udp.rtcp.send(report.subarray(4), to.rtcp, to.host);
        else socket.write(to.rtcp === 1 ? report : Buffer.concat([Buffer.from([0x24, to.rtcp]), report.subarray(2)]));
      }
    },
    cut() {
      for (const { socket } of clients.values()) socket.destroy();
      clients.clear();
      clearTimeout(pumping);
      pumping = undefined;
      queue.length = 0;
    },
    get clients() {
      return clients.size;
    },
    get dropped() {
      return dropped;
    },
  };
}

function onChannel(unit: RtpUnit, channel: number): Buffer {
  const copy = Buffer.from(unit.interleaved);
  for (const { from } of unit.packets) copy.writeUInt8(channel, from - 3);
  return copy;
}
