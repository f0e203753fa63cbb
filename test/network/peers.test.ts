import type { ChildProcess } from 'node:child_process';
import { createServer as createHttps } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Packet } from 'node-av/lib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/health/log.ts';
import { parseAddress } from '../../src/ingest/address.ts';
import { startRtmpServer } from '../../src/ingest/rtmp/server.ts';
import { openSource } from '../../src/ingest/source.ts';
import type { Source, SourceOptions } from '../../src/ingest/source.ts';
import { openWay } from '../../src/network/way.ts';
import { Secret } from '../../src/secret.ts';
import { endProcess, freePort, publishBars, serveRtsp } from '../ingest/peers.ts';
import { barClip, startSimulator } from '../peers/simulator.ts';
import type { MadeClip } from '../peers/makeClip.ts';
import { selfSigned } from './certificate.ts';
import { failureOf } from './opening.ts';

const network = { allow: ['127.0.0.1'], tls: 'verify' as const };
let clip: MadeClip;
let peer: ChildProcess | undefined;
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  clip = await barClip({ frames: 50, fps: 25 });
});
afterEach(async () => {
  await endProcess(peer);
  for (const end of endings.splice(0)) await end();
});
afterAll(() => clip.remove());

async function open(url: string, opts: Partial<SourceOptions> = {}): Promise<Source> {
  const source = await openSource(parseAddress(url), { transport: 'tcp', network, ...opts }, () => undefined);
  endings.push(() => source.close());
  return source;
}

async function packets(source: Source, count: number) {
  const packet = new Packet();
  packet.alloc();
  const times = [];
  for (let i = 0; i < count; i++) {
    const time = await source.next(packet);
    if (time) times.push(time);
  }
  packet.free();
  return times;
}

async function simulator(settings: object = {}, tls?: { key: string; cert: string }) {
  const sim = await startSimulator(tls ? { tls } : {});
  endings.push(() => sim.stop());
  await sim.tell('door', { clip: clip.file, fps: 25, ...settings });
  return sim;
}

describe('a camera that plays by the rules', { timeout: 60_000 }, () => {
  const auth = (scheme: 'basic' | 'digest') => ({ auth: { user: 'joe', password: 'pa55', scheme } });
  it.each([['tcp', {}], ['udp', {}], ['tcp', auth('digest')], ['udp', auth('digest')], ['tcp', auth('basic')]] as const)('is read over %s %j', async (transport, settings) => {
    const sim = await simulator(settings);
    const times = await packets(await open(sim.url('door', 'joe:pa55'), { transport }), 60);
    expect(times).toHaveLength(60);
    expect(times.at(-1)?.reported).toBeGreaterThan(0);
  });

  it('is told when we leave, over UDP as well', async () => {
    const sim = await simulator();
    const source = await openSource(parseAddress(sim.url('door')), { transport: 'udp', network }, () => undefined);
    expect(await sim.tell('door', {})).toMatchObject({ clients: 1 });
    await source.close();
    await expect.poll(async () => (await sim.tell('door', {})).clients).toBe(0);
  });

  it('may send us to another of its own streams', async () => {
    const sim = await simulator();
    await sim.tell('old', { clip: clip.file, fps: 25, redirect: sim.url('door') });
    expect(await packets(await open(sim.url('old')), 10)).toHaveLength(10);
  });

  it.each(['tcp', 'udp'] as const)('is read from GStreamer over %s, with a password', async (transport) => {
    const port = await freePort();
    peer = await serveRtsp(port, ['--password', 'joe:pa55word']);
    expect(await packets(await open(`rtsp://joe:pa55word@127.0.0.1:${port}/cam`, { transport }), 30)).toHaveLength(30);
  });

  it('is read over RTMP', async () => {
    const abort = new AbortController();
    endings.push(() => abort.abort());
    const key = new Secret('network-test-key-0123456789');
    const door = await startRtmpServer({ port: 0, keys: [key] }, abort.signal, createLogger({ level: 'silent' }));
    peer = publishBars(door.url(key).reveal(), ['-preset', 'ultrafast', '-tune', 'zerolatency']);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const source = await open(door.url(key).reveal());
    expect(source).toMatchObject({ codec: 'h264', width: 384 });
    expect(await packets(source, 20)).toHaveLength(20);
  });

  it('is let go of at once, before it plays and while it does', async () => {
    const sim = await simulator();
    const source = await open(sim.url('door'));
    const reading = packets(source, 100_000).catch((error: unknown) => error);
    source.interrupt();
    expect(await reading).toMatchObject({ code: expect.stringContaining('CAMERA_') as string });
    await sim.tell('door', { state: 'stalled' });
    const opening = openSource(parseAddress(sim.url('door')), { transport: 'tcp', network }, (interrupt) => void setTimeout(interrupt, 300));
    await expect(opening).rejects.toMatchObject({ code: 'CAMERA_UNREACHABLE' });
  });
});

describe('TLS', { timeout: 60_000 }, () => {
  it.each([
    ['IP:127.0.0.1', '127.0.0.1', 'verify', 'TLS_UNVERIFIED'],
    ['IP:127.0.0.1', '127.0.0.1', 'any', undefined],
    ['DNS:cam.example.com', 'cam.example.com', 'any', undefined],
  ] as const)('with a certificate of its own for %s, reached as %s, %s', async (names, host, tls, code) => {
    const sim = await simulator({}, selfSigned(names));
    const lookup = (): Promise<string[]> => Promise.resolve(['127.0.0.1']);
    for (const url of [`rtsps://${host}:${sim.port}/door`]) {
      const error = await failureOf(url, { network: { ...network, tls }, lookup });
      expect(error?.code).toBe(code);
    }
  });

  it('with a certificate is verified by the real host name, for https as well', async () => {
    const { key, cert } = selfSigned('DNS:cam.example.com');
    const asked: (string | false)[] = [];
    const server = createHttps({ key, cert, SNICallback: (name, done) => { asked.push(name); done(null); } }, (_request, response) => response.end('FLV')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    endings.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const lookup = (): Promise<string[]> => Promise.resolve(['127.0.0.1']);
    expect(await failureOf(`https://cam.example.com:${port}/`, { network, lookup })).toMatchObject({ code: 'TLS_UNVERIFIED', detail: expect.not.stringContaining('BEGIN') as string });
    expect(asked).toEqual(['cam.example.com']);
    expect(await failureOf(`https://cam.example.com:${port}/`, { network: { ...network, tls: 'any' }, lookup })).not.toMatchObject({ code: 'TLS_UNVERIFIED' });
  });
});

describe('the way that libav is let out', () => {
  it('takes one connection, and no other', async () => {
    const attached: unknown[] = [];
    let stops = 0;
    const way = await openWay('127.0.0.1', 1, (local) => void attached.push(local), () => (stops += 1));
    const first = connect(way.port, way.host);
    await new Promise((resolve) => first.once('connect', resolve));
    await expect.poll(() => attached.length).toBe(1);
    const refused = await new Promise<unknown>((resolve) => connect(way.port, way.host).once('connect', () => resolve('connected')).once('error', (error: NodeJS.ErrnoException) => resolve(error.code)));
    expect(refused).toBe('ECONNREFUSED');
    first.destroy();
    await expect.poll(() => stops).toBe(1);
    way.close();
    expect(stops).toBe(1);
  });
});
