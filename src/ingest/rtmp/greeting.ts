import { randomBytes } from 'node:crypto';
import { type Amf, readAmf, writeAmf } from './amf.ts';
import { STRANGER } from './limits.ts';
import { CHUNK_SIZE, type Message, TYPE, wrap } from './message.ts';
import { refusal } from './refusal.ts';

/** What a peer wants of the door. */
export interface Wish {
  readonly intent: 'publish' | 'play';
  /** `/live/<key>`, as the peer names it */
  readonly path: string;
  /** number of the message stream it will use */
  readonly stream: number;
}

const HELLO = 1536;
const WINDOW = 5_000_000;

/**
 * The plain handshake (RTMP 1.0, 5.2): C0 C1 → S0 S1 S2, then C2. The version bytes of S1 are zero, which tells peers that know
 * the handshake with digests to do without.
 */
export function createHandshake(reply: (bytes: Buffer) => void): { take(bytes: Buffer): Buffer | undefined } {
  let held = Buffer.alloc(0);
  let answered = false;
  return {
    /** What follows the handshake; undefined while that goes on. Throws RTMP_REFUSED. */
    take(bytes) {
      held = Buffer.concat([held, bytes]);
      if (held.length > 0 && held[0] !== 3) throw refusal(`The first byte is ${held[0]}, where RTMP has 3.`);
      if (!answered && held.length > HELLO) {
        answered = true;
        const mine = Buffer.concat([Buffer.alloc(8), randomBytes(HELLO - 8)]);
        reply(Buffer.concat([Buffer.from([3]), mine, held.subarray(1, 1 + HELLO)]));
      }
      if (held.length < 1 + 2 * HELLO) return undefined;
      const rest = held.subarray(1 + 2 * HELLO);
      held = Buffer.alloc(0);
      return rest;
    },
  };
}

/**
 * The talk before a key is shown. The server's own code takes no part in it: it answers `connect` and `createStream`, passes over
 * other commands, and waits for `publish` or `play` (RTMP 1.0, 7.2). Throws RTMP_REFUSED at anything that has no place here.
 */
export function createGreeting(reply: (bytes: Buffer) => void): { hear(message: Message): Wish | undefined } {
  let commands = 0;
  let streams = 0;
  let app: string | undefined;

  const connect = (id: number, about: Amf): void => {
    const name = about instanceof Map ? about.get('app') : undefined;
    if (app !== undefined || typeof name !== 'string') throw refusal('The connect command makes no sense.');
    app = name;
    const control = (type: number, value: number, ...more: number[]): Buffer => wrap(type, 0, Buffer.from([value >>> 24, value >>> 16, value >>> 8, value, ...more]), 2);
    const server = new Map<string, Amf>([['fmsVer', 'FMS/3,0,1,123'], ['capabilities', 31]]);
    const info = new Map<string, Amf>([['level', 'status'], ['code', 'NetConnection.Connect.Success'], ['description', 'Connection succeeded.'], ['objectEncoding', 0]]);
    const result = wrap(TYPE.command, 0, writeAmf('_result', id, server, info));
    reply(Buffer.concat([control(TYPE.window, WINDOW), control(TYPE.bandwidth, WINDOW, 2), control(TYPE.chunkSize, CHUNK_SIZE), result]));
  };
  const wish = (intent: Wish['intent'], name: Amf, stream: number): Wish => {
    if (app === undefined || typeof name !== 'string') throw refusal(`The ${intent} command makes no sense.`);
    // some cameras put the key into the application's name, and some add a query
    const parts = [app, name].flatMap((part) => (part.split('?')[0] ?? '').split('/')).filter((part) => part !== '');
    return { intent, path: `/${parts.join('/')}`, stream };
  };

  return {
    hear({ type, stream, payload }) {
      if (type >= TYPE.acknowledgement && type <= TYPE.bandwidth) return undefined;
      if (type !== TYPE.command && type !== TYPE.command3) throw refusal(`A message of type ${type} came before any key.`);
      commands += 1;
      if (commands > STRANGER.commands) throw refusal(`More than ${STRANGER.commands} commands came before any key.`);
      const [command, call, about, name] = readAmf(payload.subarray(type === TYPE.command3 ? 1 : 0));
      const id = typeof call === 'number' ? call : 0;
      if (command === 'connect') connect(id, about);
      if (command === 'createStream') reply(wrap(TYPE.command, 0, writeAmf('_result', id, null, (streams += 1))));
      return command === 'publish' || command === 'play' ? wish(command, name, stream) : undefined;
    },
  };
}
