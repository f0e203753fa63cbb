import { fork } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../ingest/random.ts';
import { openTestDoor } from '../rtmp/door.ts';
import { openPeer, play } from '../rtmp/peer.ts';
import { mutate } from './mutate.ts';
import { madeSessions, recordPublisher } from './sessions.ts';

export interface FuzzResult {
  readonly connections: number;
  readonly seconds: number;
  /** how the door's process ended, where it did, and after how many connections */
  readonly deaths: readonly { readonly after: number; readonly detail: string }[];
  readonly witness: { readonly pictures: number; readonly longestGap: number; readonly readers: number; readonly cameras: number };
  /** of the door's process, MB */
  readonly memory: { readonly before: number; readonly most: number; readonly after: number };
  readonly sockets: { readonly before: number; readonly after: number };
  readonly kinds: Readonly<Record<string, number>>;
  /** whether any key is in the log */
  readonly keysShown: boolean;
  readonly refusals: number;
  /** messages that readers of the fuzzed streams got; each was well formed, or this would have thrown */
  readonly passed: number;
}

const WITNESS = 'key-of-the-witness-0001';
const GUESS = 'key-of-nobody-at-all-001';
const AT_ONCE = 12;
/** one for each that is at work, so that they do not take each other's place */
const VICTIMS = Array.from({ length: AT_ONCE }, (_, i) => `key-of-the-victim-000${100 + i}`);
/** how long a connection is left open after its last byte, ms */
const LINGER = 60;

/** Sends so many mutated sessions, a dozen at a time, to a door that a camera and a reader use all the while. */
export async function fuzzRtmp(opts: { readonly connections: number; readonly seed: number; readonly progress?: (done: number, memory: number) => void }): Promise<FuzzResult> {
  const door = await openTestDoor([WITNESS, ...VICTIMS]);
  const deaths: { after: number; detail: string }[] = [];
  let [done, ended] = [0, 0];
  door.server.child.exits$.subscribe(({ detail }) => deaths.push({ after: ended, detail }));
  const witness = fork(fileURLToPath(new URL('./witness.ts', import.meta.url)), [String(door.port), WITNESS], { execArgv: ['--import', 'tsx'] });
  const enough = new AbortController();
  setMaxListeners(AT_ONCE + 1, enough.signal);
  try {
    await once(witness, 'message');
    const recorded = await recordPublisher(door.port, VICTIMS[0] ?? '');
    const sessionsOf = (key: string): Buffer[] => [Buffer.from(recorded.toString('latin1').replaceAll(VICTIMS[0] ?? '', key), 'latin1'), ...madeSessions(key)];
    const random = createRandom(opts.seed);
    const kinds: Record<string, number> = {};
    const before = { memory: door.memory(), sockets: door.sockets() };
    let most = before.memory;
    const began = performance.now();
    const work = async (key: string): Promise<void> => {
      const sessions = [...sessionsOf(key), ...sessionsOf(GUESS)];
      while (done < opts.connections) {
        done += 1;
        const { kind, bytes } = mutate(random, sessions);
        for (const each of kind.split(', ')) kinds[each] = (kinds[each] ?? 0) + 1;
        await send(door.port, `127.0.0.${2 + Math.floor(random() * 30)}`, bytes, 1 + Math.floor(random() * 6));
        ended += 1;
        if (ended % 100 === 0) most = Math.max(most, door.memory());
        if (ended % 1000 === 0) opts.progress?.(ended, door.memory());
      }
    };
    const readers = VICTIMS.map((key) => keepReading(door.port, key, enough.signal));
    await Promise.all(VICTIMS.map(work));
    const seconds = (performance.now() - began) / 1000;
    enough.abort();
    const passed = (await Promise.all(readers)).reduce((sum, count) => sum + count, 0);
    // the last refusals are told within 5 s; the collector needs time to give memory back
    await pause(6000);
    witness.send('tell');
    const [told] = (await once(witness, 'message')) as [FuzzResult['witness']];
    const logged = door.logged();
    const refusals = [...logged.matchAll(/"count":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    return {
      connections: done, seconds, deaths, witness: told, kinds, refusals, passed,
      memory: { before: before.memory, most, after: door.memory() },
      sockets: { before: before.sockets, after: door.sockets() },
      keysShown: [WITNESS, ...VICTIMS, GUESS].some((key) => logged.includes(key)),
    };
  } finally {
    enough.abort();
    if (witness.connected) witness.disconnect();
    await once(witness, 'exit');
    await door.close();
  }
}

/** Reads a stream again and again; resolves with how many messages came. */
async function keepReading(port: number, key: string, signal: AbortSignal): Promise<number> {
  let count = 0;
  while (!signal.aborted) {
    const peer = openPeer(port, { bytes: play(key) });
    const leave = (): void => void peer.socket.destroy();
    signal.addEventListener('abort', leave, { once: true });
    await peer.closed;
    signal.removeEventListener('abort', leave);
    count += peer.messages.length;
    await pause(20);
  }
  return count;
}

const pause = (time: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, time));

/** Sends the bytes in some pieces; resolves when the door has closed, or a while after the last of them. */
async function send(port: number, from: string, bytes: Buffer, pieces: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  // whether it is ended or reset is no matter
  socket.on('error', () => undefined);
  socket.resume();
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    await new Promise((resolve) => void socket.write(bytes.subarray(at, at + size), resolve));
  }
  await Promise.race([closed, pause(LINGER)]);
  socket.destroy();
  await closed;
}
