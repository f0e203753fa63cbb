import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { programFor } from '../../src/health/program.ts';
import { Secret } from '../../src/secret.ts';
import { endProcess } from '../ingest/peers.ts';
import { openTestDoor } from './door.ts';
import type { TestDoor } from './door.ts';
import { isPicture, message, openPeer, play, publish } from './peer.ts';

const KEY = 'camera-of-the-front-door';
const peer = programFor(new URL('./libavChild.ts', import.meta.url));

const HEVC = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error:keyint=25:bframes=2:pools=1:frame-threads=1', '-tag:v', 'hvc1'];

/** A picture of enhanced RTMP as cameras sent it before there was one: type, packet type, composition time, data. */
function underNumber12(tag: Buffer): Buffer {
  const kind = (tag[0] ?? 0) & 0x0f;
  const head = [((tag[0] ?? 0) & 0x70) | 12, kind === 3 ? 1 : kind];
  return Buffer.concat([Buffer.from(kind === 1 ? head : [...head, 0, 0, 0]), tag.subarray(5)]);
}

const folder = mkdtempSync(join(tmpdir(), 'lookout-rtmp-'));
let door: TestDoor;
const children: ChildProcess[] = [];

const run = (program: string, args: readonly string[]): ChildProcess => {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
};
const libav = (...args: string[]): ChildProcess => run(process.execPath, [...peer.flags, peer.file, ...args]);
const read = async (url: string, count: number): Promise<{ codec: string; pts: number[] }> => {
  const child = libav('read', url, String(count));
  let text = '';
  child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
  await once(child, 'close');
  return JSON.parse(text) as { codec: string; pts: number[] };
};
const film = async (name: string, codec: readonly string[]): Promise<string> => {
  const file = join(folder, name);
  await once(run('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', 'testsrc=s=320x192:r=25', '-t', '2', '-pix_fmt', 'yuv420p', ...codec, '-threads', '1', file]), 'exit');
  return file;
};

beforeAll(async () => {
  door = await openTestDoor([KEY]);
});
afterEach(async () => {
  for (const child of children.splice(0)) await endProcess(child);
});
afterAll(async () => {
  await door.close();
  rmSync(folder, { recursive: true });
});

describe('what cameras push', () => {
  const url = (): string => door.server.url(new Secret(KEY)).reveal();

  it.each([
    ['h264', 'h264.mp4', ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '25']],
    ['hevc', 'hevc.mp4', HEVC],
    ['av1', 'av1.mkv', ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-g', '25']],
  ])('%s over (enhanced) RTMP is read back, every picture in order', async (codec, name, encoder) => {
    libav('publish', await film(name, encoder), url());
    const seen = await read(url(), 60);
    expect(seen.codec).toBe(codec);
    expect(seen.pts).toHaveLength(60);
    for (const [i, pts] of seen.pts.slice(1).entries()) expect(pts - (seen.pts[i] ?? 0)).toBeGreaterThanOrEqual(39);
    expect((seen.pts.at(-1) ?? 0) - (seen.pts[0] ?? 0)).toBeLessThan(62 * 40);
  });

  it('HEVC under number 12 is read back', async () => {
    const sender = libav('publish', await film('hevc.mp4', HEVC), url());
    const copying = openPeer(door.port, { bytes: play(KEY) });
    await copying.until(({ time }) => time > 2000);
    await endProcess(sender);
    await copying.closed;
    const tags = copying.messages.filter(isPicture).map(({ payload, time }) => ({ time, payload: underNumber12(payload) }));
    const camera = openPeer(door.port, { bytes: publish(KEY) });
    const seen = read(url(), 20);
    for (let round = 0; round < 3; round++) {
      for (const { payload, time } of tags) {
        camera.send(message(9, payload, { id: 4, time: time + 2200 * round }));
        await sleep(payload[1] === 0 ? 0 : 40);
      }
    }
    // what it has by then must do
    camera.socket.destroy();
    expect((await seen).codec).toBe('hevc');
    expect((await seen).pts).toHaveLength(20);
  });

  it.each(['rtmpsink', 'rtmp2sink'])('H.264 of %s, the library of many encoders, is read back', async (sink) => {
    const source = 'videotestsrc is-live=true ! video/x-raw,width=320,height=192,framerate=25/1 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 threads=1';
    run('gst-launch-1.0', ['-q', ...source.split(' '), '!', 'flvmux', 'streamable=true', '!', sink, `location=${url()}`]);
    const seen = await read(url(), 20);
    expect(seen.codec).toBe('h264');
    expect(seen.pts).toHaveLength(20);
  });

  it('in unknown codings is passed on, and the end of a sequence does not displace the sound’s header', async () => {
    const camera = openPeer(door.port, { bytes: publish(KEY) });
    const [header, start, key, end] = ['af00', '90617663310a', '91617663310000000b', '926176633100'].map((hex) => Buffer.from(hex, 'hex'));
    camera.send(message(8, header ?? Buffer.alloc(0)), ...[start, key, end].map((payload) => message(9, payload ?? Buffer.alloc(0))));
    const first = openPeer(door.port, { bytes: play(KEY) });
    await first.until(({ payload }) => payload.includes('Play.Start'));
    camera.send(message(9, Buffer.from('a1617663310000000c', 'hex')));
    await first.until(({ payload }) => payload.at(-1) === 0x0c);
    const later = openPeer(door.port, { bytes: play(KEY) });
    await later.until(({ payload }) => payload.at(-1) === 0x0c);
    expect(later.messages.filter(({ type }) => type === 8 || type === 9).map(({ payload }) => payload.toString('hex'))).toEqual(['af00', '90617663310a', '91617663310000000b', 'a1617663310000000c']);
    for (const { socket } of [camera, first, later]) socket.destroy();
  });
});
