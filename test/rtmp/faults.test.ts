import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAmf } from '../../src/ingest/rtmp/amf.ts';
import { KEPT } from '../../src/ingest/rtmp/limits.ts';
import { Secret } from '../../src/secret.ts';
import { openTestDoor } from './door.ts';
import type { TestDoor } from './door.ts';
import { command, connectTo, createStream, header, hello, isPicture, message, openPeer, picture, play, publish, taken } from './peer.ts';
import type { Peer } from './peer.ts';

/** What brings the RTMP server down, lets strangers in, or makes it hoard, where it stands open. */

const KEY = 'camera-of-the-front-door';
const OTHER = 'camera-of-the-back-yard';
const LEAVE = command('deleteStream', 5, null, 1);
const GUESS = 'camera-of-the-front-dooR';
const CANARY = Buffer.from('CANARY-of-a-stranger');

let door: TestDoor;
let camera: Peer;
let reader: Peer;
let pid: number | undefined;
let shown = 0;

/** The camera goes on, its reader sees it, and the process is the one it was. */
const unharmed = async (): Promise<void> => {
  const mark = `picture ${(shown += 1)}`;
  camera.send(picture(false, Buffer.from(mark), shown * 40));
  await reader.until((each) => isPicture(each) && each.payload.includes(mark));
  expect(door.server.child.pid).toBe(pid);
};
const seenBy = (peer: Peer): string => Buffer.concat(peer.messages.map(({ payload }) => payload)).toString('latin1');

beforeAll(async () => {
  door = await openTestDoor([KEY, OTHER]);
  ({ pid } = door.server.child);
  reader = openPeer(door.port, { bytes: play(KEY) });
  await reader.until(({ type, payload }) => type === 20 && payload.includes('Play.Start'));
  camera = openPeer(door.port, { bytes: Buffer.concat([publish(KEY), picture(true, Buffer.from('first'))]) });
  await reader.until(isPicture);
});

afterAll(async () => {
  for (const peer of [camera, reader]) peer.socket.destroy();
  await door.close();
});

const begun = Buffer.concat([hello(), connectTo('live'), createStream()]);
const deep = Buffer.concat([writeAmf('connect', 1), ...Array.from({ length: 4000 }, () => Buffer.from([3, 0, 1, 0x61])), Buffer.from([5])]);
const MALFORMED: [string, Buffer][] = [
  ['another version', Buffer.concat([Buffer.from([6]), Buffer.alloc(3072)])],
  ['garbage after the handshake', Buffer.concat([hello(), Buffer.alloc(4096, 0xa7)])],
  ['a chunk size of 0', Buffer.concat([begun, message(1, Buffer.alloc(4), { id: 2 }), picture(true, Buffer.alloc(500))])],
  ['a chunk size that is missing', Buffer.concat([hello(), message(1, Buffer.alloc(0), { id: 2 })])],
  ['a message that grows under way', Buffer.concat([begun, header({ length: 200, type: 20 }), Buffer.alloc(128), header({ length: 9000, type: 20 }), Buffer.alloc(9000)])],
  ['an unknown AMF type', Buffer.concat([hello(), message(20, Buffer.from([0x11, 1, 2]))])],
  ['a command cut short', Buffer.concat([hello(), message(20, Buffer.from([2, 0, 200, 0x63]))])],
  ['an empty command', Buffer.concat([hello(), message(20, Buffer.alloc(0)), header({ length: 17_000, type: 20 })])],
  ['a command that every object has', Buffer.concat([hello(), command('constructor', 1, null), command('__proto__', 1, null), command('publish', 1)])],
  ['AMF 4000 objects deep', Buffer.concat([hello(), message(20, deep)])],
  ['connect without an object', Buffer.concat([hello(), command('connect', 1, null)])],
  ['connect without an address', Buffer.concat([hello(), command('connect', 1, new Map([['tcUrl', 'no address']]))])],
  ['publish without a name', Buffer.concat([begun, command('publish', 3, null)])],
  ['publish before connect', Buffer.concat([hello(), command('publish', 3, null, KEY)])],
  ['play of a number', Buffer.concat([begun, command('play', 3, null, 7)])],
  ['pictures before a key', Buffer.concat([begun, picture(true, Buffer.alloc(0))])],
  ['metadata of garbage', Buffer.concat([begun, message(18, Buffer.from([0x0d, 0xff]))])],
  ['17 commands', Buffer.concat([begun, ...Array.from({ length: 17 }, () => createStream())])],
  ['70,000 bytes of nothing', Buffer.concat([begun, ...Array.from({ length: 70 }, () => message(4, Buffer.alloc(1000), { id: 2 }))])],
];

describe('malformed input', () => {
  it.each(MALFORMED)('%s ends its connection alone', async (_, bytes) => {
    await openPeer(door.port, { bytes }).closed;
    await unharmed();
  });

  it.each([
    ['metadata of garbage', message(18, Buffer.from([0x0d, 0xff])), false],
    ['metadata without an object', message(18, writeAmf('@setDataFrame', 'onMetaData')), false],
    ['pictures cut short', Buffer.concat([message(9, Buffer.from([0x17])), message(9, Buffer.from([0x91, 0x68, 0x76])), message(9, Buffer.alloc(0)), message(8, Buffer.alloc(0))]), false],
    ['AMF3 data', message(15, Buffer.from([0, 2, 0, 0])), false],
    ['commands that it had before', Buffer.concat([connectTo('live'), createStream(), command('publish', 9, null, GUESS)]), false],
    ['leave taken', LEAVE, true],
    ['a message of 9 MB', header({ length: 9e6, type: 9 }), true],
    ['a command of garbage', message(20, Buffer.from([0x11])), false],
  ])('%s from a camera with a key reaches no reader', async (_, bytes, closes) => {
    const watching = openPeer(door.port, { bytes: play(OTHER) });
    await watching.until(({ payload }) => payload.includes('Play.Start'));
    const sending = openPeer(door.port, { bytes: Buffer.concat([publish(OTHER), picture(true, Buffer.from('before')), bytes, picture(false, Buffer.from('after'))]) });
    await watching.until(isPicture);
    if (closes) await sending.closed;
    else await watching.until(({ payload }) => payload.includes('after'));
    expect(watching.messages.filter(({ type }) => type !== 20).every((each) => isPicture(each) || each.type < 7 || each.payload.includes('RtmpSampleAccess'))).toBe(true);
    for (const peer of [watching, sending]) peer.socket.destroy();
    await unharmed();
  });
});

describe('a stranger', () => {
  const frames = Buffer.concat([picture(true, CANARY), picture(false, CANARY), message(18, Buffer.concat([writeAmf('onMetaData'), CANARY]))]);

  it.each([
    ['a guessed key', Buffer.concat([publish(GUESS), frames])],
    ['no name, then the pictures', Buffer.concat([begun, frames])],
    ['a guessed key, then another', Buffer.concat([publish(GUESS), command('publish', 4, null, `${KEY}x`), frames])],
    ['a path above the key', Buffer.concat([publish(''), frames])],
    ['another application', Buffer.concat([hello(), connectTo('other'), createStream(), command('publish', 3, null, KEY), frames])],
    ['a reader who sends', Buffer.concat([play(GUESS), frames])],
  ])('with %s is closed, and nothing of it is seen', async (_, bytes) => {
    const peer = openPeer(door.port, { bytes });
    await peer.closed;
    await unharmed();
    expect(seenBy(reader)).not.toContain('CANARY');
    expect(seenBy(peer)).not.toContain('picture');
    expect(seenBy(peer)).not.toContain('Start');
  });

  it('who has a key to read cannot send to the other readers', async () => {
    await openPeer(door.port, { bytes: Buffer.concat([play(KEY), frames]) }).closed;
    await unharmed();
    expect(seenBy(reader)).not.toContain('CANARY');
  });

  it('is told of in the log, and no key is', async () => {
    await expect.poll(() => door.logged(), { timeout: 30_000 }).toMatch(/"code":"RTMP_REFUSED","count":\d+,"address":"127.0.0.1"/);
    for (const key of [KEY, OTHER, GUESS]) expect(door.logged()).not.toContain(key);
  });
});

describe('memory', () => {
  it('is not set aside for what is announced: 42 KB announced 50 GB', async () => {
    const announced = Buffer.concat(Array.from({ length: 3000 }, (_, i) => Buffer.concat([Buffer.from([0, i % 256]), header({ length: 16_777_215, type: 9 }).subarray(1), Buffer.from([1])])));
    const before = door.memory();
    await Promise.all(Array.from({ length: 20 }, () => openPeer(door.port, { bytes: Buffer.concat([begun, announced]) }).closed));
    await Promise.all(Array.from({ length: 20 }, () => openPeer(door.port, { bytes: Buffer.concat([publish(OTHER), announced]) }).closed));
    console.info(`announced 2 TB on 40 connections: ${before.toFixed(0)} → ${door.memory().toFixed(0)} MB`);
    expect(door.memory() - before).toBeLessThan(60);
    await unharmed();
  });

  it('is bounded for a camera that sends keyframes without end, or none after the first', async () => {
    const before = door.memory();
    const sending = openPeer(door.port, { bytes: publish(OTHER) });
    const body = Buffer.alloc(1e6, 1);
    for (let i = 0; i < 150; i++) {
      sending.send(message(1, Buffer.from([0, 0xff, 0xff, 0xff]), { id: 2 }), message(9, Buffer.concat([Buffer.from([i < 75 ? 0x17 : 0x27, 1, 0, 0, 0]), body]), { id: 4, size: 0xffffff }));
    }
    await taken(sending, 148e6);
    console.info(`150 MB from one camera: ${before.toFixed(0)} → ${door.memory().toFixed(0)} MB`);
    expect(door.memory() - before).toBeLessThan(KEPT.perStream / 1e6 + 120);
    // who comes now begins with the next keyframe
    const last = openPeer(door.port, { bytes: play(OTHER) });
    await last.until(({ payload }) => payload.includes('Play.Start'));
    sending.send(picture(false, Buffer.from('the last of 150')));
    await last.until(({ payload }) => payload.includes('the last of 150'));
    const watching = openPeer(door.port, { bytes: play(OTHER) });
    await watching.until(({ payload }) => payload.includes('Play.Start'));
    sending.send(message(9, Buffer.from([0x17, 1, 0, 0, 0, 7]), { id: 4 }));
    expect((await watching.until(isPicture)).payload.length).toBe(6);
    for (const peer of [watching, last, sending]) peer.socket.destroy();
    await unharmed();
  });

  it('is bounded for a reader that does not read', async () => {
    const before = door.memory();
    const sending = openPeer(door.port, { bytes: publish(OTHER) });
    const idle = openPeer(door.port, { bytes: play(OTHER) });
    await idle.until(({ payload }) => payload.includes('Play.Start'));
    idle.socket.pause();
    for (let i = 0; i < 100; i++) {
      sending.send(message(1, Buffer.from([0, 0xff, 0xff, 0xff]), { id: 2 }), message(9, Buffer.concat([Buffer.from([0x27, 1, 0, 0, 0]), Buffer.alloc(1e6, 1)]), { id: 4, size: 0xffffff }));
    }
    await taken(sending, 97e6);
    console.info(`a reader behind by 100 MB: ${before.toFixed(0)} → ${door.memory().toFixed(0)} MB`);
    expect(door.memory() - before).toBeLessThan(160);
    idle.socket.resume();
    await idle.closed;
    sending.socket.destroy();
    await unharmed();
  });
});

describe('the door', () => {
  it('lets go of those who never say what they want', async () => {
    const silent = [Buffer.alloc(0), Buffer.from([3]), hello().subarray(0, 2000), hello(), begun].flatMap((bytes) => [1, 2, 3].map(() => openPeer(door.port, { bytes })));
    await Promise.all(silent.map(({ closed }) => closed));
    await sleep(50);
    await unharmed();
  });

  it('is open on loopback alone', async () => {
    const socket = connect({ port: door.port, host: '127.0.0.2' });
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('closes those whose key was taken back', async () => {
    const sending = openPeer(door.port, { bytes: Buffer.concat([publish(OTHER), picture(true, Buffer.from('x'))]) });
    await sending.until(({ payload }) => payload.includes('Publish.Start'));
    door.server.allow([new Secret(KEY)]);
    await sending.closed;
    await unharmed();
  });
});
