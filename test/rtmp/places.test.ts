import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STRANGER } from '../../src/ingest/rtmp/limits.ts';
import { openTestDoor } from './door.ts';
import type { TestDoor } from './door.ts';
import { hello, isPicture, openPeer, picture, play, publish } from './peer.ts';
import type { Peer } from './peer.ts';

const KEY = 'camera-of-the-front-door';
const OTHER = 'camera-of-the-back-yard';

/** Peers of several addresses: all of 127.0.0.0/8 is this machine. */
describe('places at the door', () => {
  let door: TestDoor;
  let peers: Peer[] = [];
  const open = (from: string, bytes: Buffer = hello()): Peer => {
    const peer = openPeer(door.port, { from, bytes });
    peers.push(peer);
    return peer;
  };
  /** resolves when the door has answered: it has its place */
  const seated = (peer: Peer): Promise<unknown> => new Promise((resolve) => void peer.socket.once('data', resolve));
  const many = async (from: string, count: number): Promise<Peer[]> => {
    const list: Peer[] = [];
    for (let i = 0; i < count; i++) {
      const peer = open(from);
      await seated(peer);
      list.push(peer);
    }
    return list;
  };

  beforeEach(async () => {
    door = await openTestDoor([KEY, OTHER]);
  });
  afterEach(async () => {
    for (const { socket } of peers) socket.destroy();
    peers = [];
    await door.close();
  });

  it('go to the newest of one address, and the oldest of it leaves', async () => {
    const first = await many('127.0.0.2', STRANGER.perAddress);
    const elsewhere = await many('127.0.0.3', 1);
    expect(first.every(({ socket }) => !socket.destroyed)).toBe(true);
    await many('127.0.0.2', 2);
    await Promise.all([first[0]?.closed, first[1]?.closed]);
    expect([...first.slice(2), ...elsewhere].every(({ socket }) => !socket.destroyed)).toBe(true);
  });

  it('are taken from the address that holds most when all are taken', async () => {
    const lone = await many('127.0.0.9', 1);
    const groups = await Promise.all([2, 3, 4].map((n) => many(`127.0.0.${n}`, STRANGER.perAddress)));
    groups.push(await many('127.0.0.5', STRANGER.perAddress - 1));
    await many('127.0.0.6', 3);
    const gone = await Promise.all(groups.slice(0, 3).map((group) => group[0]?.closed));
    expect(gone).toHaveLength(3);
    expect(groups.flat().filter(({ socket }) => socket.destroyed)).toHaveLength(3);
    expect(lone[0]?.socket.destroyed).toBe(false);
  });

  it('are not lost by a camera, and are found by another, in a flood of strangers', async () => {
    const reader = open('127.0.0.1', play(KEY));
    const camera = open('127.0.0.1', Buffer.concat([publish(KEY), picture(true, Buffer.from('first'))]));
    await reader.until(isPicture);
    const enough = new AbortController();
    let strangers = 0;
    const flood = async (from: string): Promise<void> => {
      while (!enough.signal.aborted) {
        const peer = openPeer(door.port, { from, bytes: hello() });
        strangers += 1;
        await seated(peer);
        if (strangers % 2 === 0) peer.socket.destroy();
        else void peer.closed;
        peers.push(peer);
      }
    };
    const floods = Array.from({ length: 16 }, (_, i) => flood(`127.0.0.${2 + i}`));
    for (let i = 0; i < 20; i++) {
      const watching = open('127.0.0.1', play(OTHER));
      await watching.until(({ payload }) => payload.includes('Play.Start'));
      const other = open('127.0.0.1', Buffer.concat([publish(OTHER), picture(true, Buffer.from(`other ${i}`))]));
      await watching.until((each) => isPicture(each) && each.payload.includes(`other ${i}`));
      camera.send(picture(false, Buffer.from(`mark ${i}`), 40 * i));
      await reader.until((each) => isPicture(each) && each.payload.includes(`mark ${i}`));
      for (const peer of [watching, other]) peer.socket.destroy();
    }
    enough.abort();
    await Promise.all(floods);
    console.info(`${strangers} strangers from 16 addresses, 20 cameras admitted among them`);
    expect([camera, reader].every(({ socket }) => !socket.destroyed)).toBe(true);
    expect(door.server.child.pid).toBeDefined();
  });

  it('are four for the readers of a key; the oldest leaves', async () => {
    const readers: Peer[] = [];
    for (let i = 0; i < 5; i++) {
      const reader = open('127.0.0.1', play(KEY));
      await reader.until(({ payload }) => payload.includes('Play.Start'));
      readers.push(reader);
    }
    await readers[0]?.closed;
    expect(readers.slice(1).every(({ socket }) => !socket.destroyed)).toBe(true);
  });

  it('are taken over by the camera itself, from another address as well, and its pictures are seen', async () => {
    const first = open('127.0.0.1', publish(KEY));
    await first.until(({ payload }) => payload.includes('Publish.Start'));
    const waiting = open('127.0.0.1', play(KEY));
    await waiting.until(({ payload }) => payload.includes('Play.Start'));
    const second = open('127.0.0.7', Buffer.concat([publish(KEY), picture(true, Buffer.from('second'))]));
    await Promise.all([first.closed, waiting.closed]);
    const reader = open('127.0.0.1', play(KEY));
    const seen = await reader.until(isPicture);
    expect(seen.payload.includes('second')).toBe(true);
    expect(seen.time).toBe(0);
    expect(second.socket.destroyed).toBe(false);
  });

  it('show a reader who was there first what comes', async () => {
    const waiting = open('127.0.0.1', play(KEY));
    await waiting.until(({ payload }) => payload.includes('Play.Start'));
    open('127.0.0.7', Buffer.concat([publish(KEY), picture(true, Buffer.from('at last'))]));
    expect((await waiting.until(isPicture)).payload.includes('at last')).toBe(true);
  });
});
