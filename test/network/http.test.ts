import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Packet } from 'node-av/lib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/ingest/address.ts';
import { openSource } from '../../src/ingest/source.ts';
import { fetchSafely, fetchWhole } from '../../src/network/fetch.ts';
import { startCanary } from './canary.ts';
import type { Canary } from './canary.ts';
import { serve } from './hostile.ts';
import { failureOf, SECRET } from './opening.ts';

const network = { allow: ['127.0.0.1'], tls: 'verify' as const };
const folder = mkdtempSync(join(tmpdir(), 'lookout-http-'));
let canary: Canary;
let server: Server | undefined;
let asked: string[] = [];

beforeAll(async () => {
  canary = await startCanary('127.0.0.2');
  const ffmpeg = (...args: string[]): void => void execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { cwd: folder });
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=6', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', 'film.flv');
  for (const out of ['film.ts', 'film.mkv']) ffmpeg('-i', 'film.flv', '-c', 'copy', out);
  ffmpeg('-i', 'film.flv', '-c', 'copy', '-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', 'film.mp4');
  ffmpeg('-i', 'film.flv', '-c', 'copy', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_segment_filename', 'ts%d.ts', 'ts.m3u8');
  ffmpeg('-i', 'film.flv', '-c', 'copy', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_segment_type', 'fmp4', '-hls_segment_filename', 'mp%d.m4s', '-hls_fmp4_init_filename', 'init.mp4', 'mp.m3u8');
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  asked = [];
});
afterAll(() => {
  canary.close();
  rmSync(folder, { recursive: true });
});

/** Serves what `answer` does not, from the folder; returns `http://…` of it. */
async function web(answer: (request: IncomingMessage, response: ServerResponse) => boolean | undefined = () => false): Promise<string> {
  server = createServer((request, response) => {
    asked.push(`${request.headers.authorization ?? ''} ${request.url}`);
    if (answer(request, response)) return;
    const name = (request.url ?? '').replace(/^\/|\?.*/g, '');
    response.writeHead(readdirSync(folder).includes(name) ? 200 : 404).end(readdirSync(folder).includes(name) ? readFileSync(join(folder, name)) : '');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(url: string, most = 1000) {
  const source = await openSource(parseAddress(url), { transport: 'tcp', network }, () => undefined);
  const packet = new Packet();
  packet.alloc();
  let packets = 0;
  while (packets < most && (await source.next(packet))) packets += 1;
  packet.free();
  await source.close();
  return { packets, latency: source.latency, codec: source.codec, width: source.width };
}

const seen = { packets: 150, codec: 'h264', width: 320 };

describe('a camera over HTTP', { timeout: 60_000 }, () => {
  it.each(['film.flv', 'film.ts', 'film.mp4', 'ts.m3u8', 'mp.m3u8'])('is read from %s, whatever it is called', async (name) => {
    const base = await web((request, response) => request.url === '/live?x=1' && Boolean(response.writeHead(200).end(readFileSync(join(folder, name)))));
    expect(await read(`${base}/live?x=1`)).toMatchObject({ ...seen, latency: name.endsWith('m3u8') ? 2000 : 0 });
  });

  it('gets its user and password, and so do its playlists, at home', async () => {
    const base = await web((request, response) => {
      if (request.headers.authorization === `Basic ${Buffer.from(`joe:${SECRET}@`).toString('base64')}`) return false;
      return Boolean(response.writeHead(401).end());
    });
    const url = base.replace('//', `//joe:${SECRET}%40@`);
    expect(await read(`${url}/ts.m3u8`)).toMatchObject(seen);
    expect(await failureOf(`${base.replace('//', `//joe:${SECRET}@`)}/ts.m3u8`, { network })).toMatchObject({ code: 'CAMERA_UNREACHABLE', detail: `${base} answers 401.` });
  });

  it('as a live playlist begins with its newest segment and goes on with each that appears', async () => {
    let known = 3;
    const base = await web((request, response) => {
      if (request.url !== '/live.m3u8') return false;
      const segments = [known - 3, known - 2, known - 1].map((i) => `#EXTINF:1,\nts${i}.ts`);
      response.end(['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:1', `#EXT-X-MEDIA-SEQUENCE:${known - 3}`, ...segments, ...(known === 6 ? ['#EXT-X-ENDLIST'] : []), ''].join('\n'));
      known = Math.min(6, known + 1);
      return true;
    });
    expect(await read(`${base}/live.m3u8`)).toMatchObject({ packets: 100, latency: 2000 });
    expect(asked.filter((line) => line.includes('.ts')).map((line) => line.trim())).toEqual(['/ts2.ts', '/ts3.ts', '/ts4.ts', '/ts5.ts']);
  });

  it('with several playlists is read at the height that is enough', async () => {
    const variants = [[360, 'x'], [720, 'ts'], [2160, 'y']].map(([height, name]) => `#EXT-X-STREAM-INF:BANDWIDTH=${height}000,RESOLUTION=640x${height}\n${name}.m3u8`);
    const base = await web((request, response) => request.url === '/all' && Boolean(response.end(['#EXTM3U', ...variants, ''].join('\n'))));
    expect(await read(`${base}/all`)).toMatchObject(seen);
  });

  it('may move on its own host', async () => {
    const base = await web((request, response) => request.url === '/old' && Boolean(response.writeHead(302, { location: '/film.ts' }).end()));
    expect(await read(`${base}/old`)).toMatchObject(seen);
  });
});

describe('a hostile HTTP server', { timeout: 60_000 }, () => {
  it.each([301, 302, 303, 307, 308])('that redirects by %d is left', async (status) => {
    for (const location of [`http://127.0.0.2:${canary.port}/`, `//127.0.0.2:${canary.port}/`, `http://localhost:${canary.port}/`, `http://127.0.0.1@127.0.0.2:${canary.port}/`, 'file:///etc/passwd', `rtsp://127.0.0.1:${canary.port}/`, '', 'http://[', '/']) {
      const base = await web((_request, response) => Boolean(response.writeHead(status, { location }).end()));
      expect(await failureOf(`${base.replace('//', `//joe:${SECRET}@`)}/${SECRET}`, { network }), location).toMatchObject({ code: 'REDIRECT_REFUSED' });
      server?.close();
    }
  });

  const list = (...lines: string[]) => ['#EXTM3U', '#EXT-X-TARGETDURATION:1', ...lines, '#EXT-X-ENDLIST', ''].join('\n');
  const elsewhere = () => [`http://127.0.0.2:${canary.port}/a.ts`, `//127.0.0.2:${canary.port}/a.ts`, 'file:///etc/passwd', `rtsp://127.0.0.1:${canary.port}/`, `http://127.0.0.1@127.0.0.2:${canary.port}/`, `http://localhost:${canary.port}/`, 'data:text/plain,x', `tcp://127.0.0.2:${canary.port}`, 'concat:/etc/passwd', `\\\\127.0.0.2:${canary.port}\\a`, 'http://169.254.169.254/latest/meta-data/', `http://2130706434:${canary.port}/`];

  it('whose playlists lead elsewhere is left, segment, key, part before it or variant', async () => {
    for (const uri of elsewhere()) {
      for (const text of [list('#EXTINF:1,', uri), list(`#EXT-X-MAP:URI="${uri}"`, '#EXTINF:1,', 'ts0.ts'), `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${uri}\n`]) {
        const base = await web((_request, response) => Boolean(response.end(text)));
        expect(await failureOf(`${base}/${SECRET}.m3u8`, { network }), text).toMatchObject({ code: expect.stringMatching(/^(REDIRECT_REFUSED|CAMERA_UNREACHABLE|CAMERA_NO_VIDEO)$/) as string });
        server?.close();
      }
    }
  });

  it('whose playlists are listed for another host is followed there, without credentials, if its address is none of ours', async () => {
    const base = await web((request, response) => (request.url ?? '').startsWith('/list') && Boolean(response.end(list('#EXTINF:1,', `http://cdn.example.com:${request.headers.host?.split(':')[1]}/ts0.ts`))));
    const lookup = (host: string) => Promise.resolve([host === 'cdn.example.com' ? '127.0.0.1' : '127.0.0.2']);
    const opts = { network: { allow: ['127.0.0.1', 'cdn.example.com'], tls: 'verify' as const }, lookup };
    expect(await failureOf(`${base.replace('//', `//joe:${SECRET}@`)}/list`, opts)).toBeUndefined();
    expect(asked.at(-1)).toBe(' /ts0.ts');
    expect(await failureOf(`${base}/list`, { ...opts, network })).toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  it.each([
    ['encrypted segments', list('#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.2/key"', '#EXTINF:1,', 'ts0.ts'), 'CAMERA_ENCRYPTED'],
    ['sample encryption', list('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x"', '#EXTINF:1,', 'ts0.ts'), 'CAMERA_ENCRYPTED'],
    ['no segments', list(), 'CAMERA_NO_VIDEO'],
    ['no variants', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n', 'CAMERA_NO_VIDEO'],
    ['a playlist of playlists', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nsame\n', 'CAMERA_NO_VIDEO'],
    ['a target of a year', '#EXTM3U\n#EXT-X-TARGETDURATION:31536000\n#EXTINF:1,\nts0.ts\n', 'CAMERA_UNREACHABLE'],
    ['no target', '#EXTM3U\n#EXTINF:1,\nts0.ts\n', 'CAMERA_UNREACHABLE'],
    ['nonsense', `#EXTM3U\n#EXT-X-KEY\n${SECRET}\n#EXT-X-BYTERANGE:x@y\n`, 'CAMERA_UNREACHABLE'],
    ['megabytes', `#EXTM3U\n${'#x\n'.repeat(500_000)}`, 'CAMERA_UNREACHABLE'],
    ['a web page', `<html>${'x'.repeat(500)}`, 'CAMERA_NO_VIDEO'],
    ['nothing', '', 'CAMERA_NO_VIDEO'],
    ['a script of ffmpeg', `ffconcat version 1.0\nfile /etc/passwd\n${' '.repeat(300)}`, 'CAMERA_NO_VIDEO'],
    ['an SDP', `v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\n${' '.repeat(300)}`, 'CAMERA_NO_VIDEO'],
    ['zeros', '\0'.repeat(100_000), 'CAMERA_NO_VIDEO'],
    ['what begins like FLV', `FLV${'\xff'.repeat(300_000)}`, 'CAMERA_'],
    ['what begins like MP4', `\0\0\0\x18ftyp${'\xff'.repeat(300_000)}`, 'CAMERA_'],
  ])('that sends %s is told', async (_name, text, code) => {
    const base = await web((_request, response) => Boolean(response.end(text)));
    expect(await failureOf(`${base}/same`, { network })).toMatchObject({ code: expect.stringContaining(code) as string });
  });

  it('whose playlist never has a segment, or whose segment never comes, is left in time', async () => {
    const live = '#EXTM3U\n#EXT-X-TARGETDURATION:6\n';
    const base = await web((request, response) => request.url !== '/never.ts' && Boolean(response.end(request.url === '/empty' ? live : `${live}#EXTINF:6,\nnever.ts\n`)) || true);
    const errors = await Promise.all(['empty', 'never'].map((path) => failureOf(`${base}/${path}`, { network })));
    expect(errors.map((error) => error?.code)).toEqual(['CAMERA_STALLED', expect.stringContaining('CAMERA_')]);
  });

  it.each([
    ['headers without end', (): string => `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(10_000)}`],
    ['no HTTP', () => 'SSH-2.0-x\r\n\r\n'],
    ['a switch of protocols', () => 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    ['nothing before it closes', () => ''],
  ])('that answers with %s is left', async (_name, answer) => {
    const raw = await serve((_request, socket) => void socket.end(answer()));
    expect(await failureOf(`http://joe:${SECRET}@127.0.0.1:${raw.port}/${SECRET}`, { network })).toMatchObject({ code: 'CAMERA_UNREACHABLE' });
    raw.close();
  });

  it('was never followed', () => expect(canary.heard).toBe(0));
});

describe('media that somebody asks about', () => {
  const { signal } = new AbortController();
  const media = { rules: { allow: [], tls: 'verify' }, purpose: 'media', signal, most: 1000 } as const;

  it('comes from no private place, unless that is listed', async () => {
    for (const url of ['http://10.0.0.1/', 'http://192.168.1.1/', 'http://[fd12::1]/', 'http://localhost/', 'http://169.254.169.254/', 'http://0x7f.1/']) {
      await expect(fetchSafely(new URL(url), media)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
    }
    const base = await web((_request, response) => Boolean(response.end('x'.repeat(1000))));
    expect((await fetchWhole(new URL(base), { ...media, rules: network })).data).toHaveLength(1000);
  });

  it('is bounded, announced or not', async () => {
    const base = await web((request, response) => {
      if (request.url === '/announced') response.writeHead(200, { 'content-length': 1024 ** 3 });
      response.write('x'.repeat(100_000));
      return true;
    });
    for (const path of ['announced', 'streamed']) await expect(fetchWhole(new URL(`${base}/${path}`), { ...media, rules: network })).rejects.toMatchObject({ code: 'MEDIA_UNREACHABLE' });
  });
});
