import type { ChildProcess } from 'node:child_process';
import { Packet } from 'node-av/lib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/ingest/address.ts';
import { createAlignment } from '../../../src/ingest/rtp/alignment.ts';
import type { Counted } from '../../../src/ingest/rtp/alignment.ts';
import type { RelayedUnit } from '../../../src/ingest/rtp/relayedUnit.ts';
import { openSource } from '../../../src/ingest/source.ts';
import { packetKind } from '../../../src/sample/packetKind.ts';
import { payloadSize } from '../../../src/sample/payloadSize.ts';
import { barClip, startSimulator } from '../../peers/simulator.ts';
import type { Simulator } from '../../peers/simulator.ts';
import { endProcess, freePort, serveRtsp } from '../peers.ts';

let simulator: Simulator;
let peer: ChildProcess | undefined;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterEach(() => endProcess(peer));
afterAll(() => simulator.stop());

interface Seen extends Counted {
  readonly unit: RelayedUnit;
}

/** Compares each packet that libav gives out with what passed. */
async function compare(url: string, count: number) {
  const source = await openSource(parseAddress(url), { transport: 'tcp', network: { allow: ['127.0.0.1'], tls: 'verify' } }, () => undefined);
  const { codec, tick, hold } = source;
  const alignment = createAlignment<Seen>();
  let [ticks, last] = [0, 0];
  const heard = (unit: RelayedUnit): void => {
    ticks += (unit.timestamp - last) | 0;
    last = unit.timestamp;
    alignment.passed({ ticks, mark: `${unit.size - unit.filler} ${packetKind(codec, unit.head, unit.keyframe)} ${unit.keyframe}`, unit });
  };
  expect(hold?.start(codec, tick, { unit: heard, broken: () => expect.unreachable(), flows: () => undefined })).toBe(true);
  if (hold) hold.proving = true;
  const found = { packets: 0, keyframes: 0, reports: 0 };
  while (found.packets < count) {
    const packet = new Packet();
    packet.alloc();
    const times = await source.next(packet);
    const { data, isKeyframe } = packet;
    if (!times || !data) throw new Error('The stream ended.');
    const same = alignment.packet({ ticks: Math.round(times.pts / tick), mark: `${payloadSize(codec, data)} ${packetKind(codec, data, isKeyframe)} ${isKeyframe}` });
    if (same) {
      found.packets += 1;
      if (isKeyframe) expect(same.unit.data?.equals(data)).toBe(true);
      if (isKeyframe) found.keyframes += 1;
      if (same.unit.reported !== undefined && times.reported !== undefined) found.reports += 1;
      if (same.unit.reported !== undefined && times.reported !== undefined) expect(Math.abs(same.unit.reported - times.reported)).toBeLessThan(0.002);
    }
    packet.free();
  }
  await source.close();
  expect(alignment.broken).toBe(0);
  return found;
}

describe('what passes the relay is what libav gives out, with the same times', { timeout: 60_000 }, () => {
  it.each([['as it comes', []], ['with B-frames', ['--bframes', '2']]])("from GStreamer's server, %s", async (_name, args) => {
    const port = await freePort();
    peer = await serveRtsp(port, args);
    const found = await compare(`rtsp://127.0.0.1:${port}/cam`, 100);
    expect(found.keyframes).toBeGreaterThan(2);
    expect(found.reports).toBeGreaterThan(20);
  });

  it.each([['h264', 0], ['h264', 2], ['hevc', 0], ['hevc', 2]] as const)('from the simulator (%s, %d B-frames)', async (codec, bframes) => {
    const clip = await barClip({ frames: 250, fps: 25, codec, bframes, noise: 8, gop: 25 });
    await simulator.tell(`${codec}${bframes}`, { clip: clip.file, fps: 25, rtpStart: 2 ** 32 - 2 * 90_000, reports: { every: 1000, late: 0, prompt: 0 } });
    const found = await compare(simulator.url(`${codec}${bframes}`), 100);
    expect(found.keyframes).toBeGreaterThan(2);
    expect(found.reports).toBeGreaterThan(20);
    await clip.remove();
  });
});
