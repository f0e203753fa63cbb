import type { Socket } from 'node:net';
import { Dictionary, FormatContext } from 'node-av/lib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RtspReader, writeMessage } from '../../src/network/rtspMessage.ts';
import { safeTransport } from '../../src/network/rtspTransport.ts';
import { startCanary } from './canary.ts';
import type { Canary } from './canary.ts';
import { reply, rtspAnswers, serve } from './hostile.ts';
import type { HostileServer } from './hostile.ts';
import { failureOf, SECRET } from './opening.ts';

/** The camera may live on 127.0.0.1; nothing else of this machine may be reached. */
const network = { allow: ['127.0.0.1'], tls: 'verify' as const };
let canary: Canary;
let server: HostileServer | undefined;

beforeAll(async () => {
  canary = await startCanary('127.0.0.2');
});
afterEach(() => server?.close());
afterAll(() => canary.close());

async function against(changed: Record<string, (cseq: string) => string>, transport: 'tcp' | 'udp' = 'tcp') {
  server = await serve(rtspAnswers(changed));
  return failureOf(`rtsp://joe:${SECRET}@127.0.0.1:${server.port}/${SECRET}`, { network, transport });
}

const location = () => `rtsp://127.0.0.2:${canary.port}/x`;

describe('an RTSP server that sends us elsewhere', { timeout: 60_000 }, () => {
  const methods = ['OPTIONS', 'DESCRIBE', 'SETUP'];
  it.each(methods.flatMap((method) => ['300 Multiple', '301 Moved', '302 Found', '303 See Other', '305 Use Proxy', '307 Temporary', '399 x'].map((status) => [method, status] as const)))('by answering %s with %s is left', async (method, status) => {
    expect(await against({ [method]: (cseq) => reply(cseq, [`Location: ${location()}`], '', status) })).toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  it.each([
    ['in another spelling', (cseq: string) => `RTSP/1.0 302 Found\nCSeq:${cseq}\nLOCATION:   ${location()}\n\n`],
    ['after blank lines', (cseq: string) => `\r\n\r\n\r\n${reply(cseq, [`Location: ${location()}`], '', '302 Found')}`],
    ['after a binary frame', (cseq: string) => `$\0\0\x04abcd${reply(cseq, [`Location: ${location()}`], '', '302 Found')}`],
    ['after a provisional reply', (cseq: string) => `RTSP/1.0 100 Continue\r\nCSeq: ${cseq}\r\n\r\n${reply(cseq, [`Location: ${location()}`], '', '302 Found')}`],
    ['to a protocol', (cseq: string) => reply(cseq, [`Location: http://127.0.0.1:${canary.port}/`], '', '302 Found')],
    ['to nowhere', (cseq: string) => reply(cseq, [], '', '302 Found')],
    ['by a request', (cseq: string) => `REDIRECT rtsp://x RTSP/1.0\r\nCSeq: ${cseq}\r\nLocation: ${location()}\r\n\r\n`],
  ])('%s is left', async (_name, answer) => {
    expect(await against({ DESCRIBE: answer })).toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  it('round and round on itself is left after a while', async () => {
    server = await serve((request, socket) => rtspAnswers({ DESCRIBE: (cseq) => reply(cseq, [`Location: rtsp://127.0.0.1:${server?.port}/x`], '', '302 Found') })(request, socket));
    expect(await failureOf(`rtsp://127.0.0.1:${server.port}/x`, { network })).toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(server.connections).toBe(3);
  });

  const setUp = (transport: string) => ({ SETUP: (cseq: string) => reply(cseq, ['Session: 1', `Transport: ${transport}`]) });
  it.each([
    ['source', (port: number) => `RTP/AVP;unicast;client_port=5000-5001;server_port=${port}-${port + 1};source=127.0.0.2`],
    ['source, twice', (port: number) => `RTP/AVP;unicast;source=127.0.0.1;server_port=${port};source=127.0.0.2`],
    ['SOURCE with blanks', (port: number) => `RTP/AVP/UDP;unicast; Source = 127.0.0.2 ;server_port=${port}-${port + 1}`],
    ['source as a name', (port: number) => `RTP/AVP;unicast;source=localhost2;server_port=${port}`],
    ['destination', (port: number) => `RTP/AVP;unicast;destination=127.0.0.2;client_port=${port}-${port + 1};server_port=${port}-${port + 1}`],
    ['folded source', (port: number) => `RTP/AVP;unicast;server_port=${port}-${port + 1}\r\n ;source=127.0.0.2`],
  ])('over UDP by %s is not followed there', async (_name, transport) => {
    // PLAY is refused, so that it ends; by then libav has sent its first packets to where the stream is said to come from
    const error = await against({ ...setUp(transport(canary.port)), PLAY: (cseq) => reply(cseq, [], '', '454 Session Not Found') }, 'udp');
    expect(error).toMatchObject({ code: 'CAMERA_UNREACHABLE' });
  });

  it.each([
    ['a multicast group', () => 'RTP/AVP;multicast;destination=239.1.1.1;port=5000-5001;ttl=16', 'multicast'],
    ['two transports', () => 'RTP/AVP;unicast;server_port=1000,RTP/AVP;unicast;source=127.0.0.2', 'more than one transport'],
    ['no port', () => 'RTP/AVP;unicast;client_port=5000-5001', 'from which port'],
    ['an impossible port', () => 'RTP/AVP;unicast;server_port=99999', 'from which port'],
    ['nothing', () => ';;;', 'no transport'],
  ])('over UDP by %s is left', async (_name, transport, words) => {
    expect(await against(setUp(transport()), 'udp')).toMatchObject({ code: 'CAMERA_UNREACHABLE', detail: expect.stringContaining(words) as string });
  });

  it('was never followed', () => expect(canary.heard).toBe(0));

  it.each([
    ['a redirect', 'tcp', (port: number) => ({ DESCRIBE: (cseq: string) => reply(cseq, [`Location: rtsp://127.0.0.2:${port}/x`], '', '302 Found') })],
    ['a source', 'udp', (port: number) => setUp(`RTP/AVP;unicast;server_port=${port}-${port + 1};source=127.0.0.2`)],
  ] as const)('would be followed by libav alone: %s', async (_name, transport, changed) => {
    const bait = await startCanary('127.0.0.2');
    server = await serve(rtspAnswers({ PLAY: (cseq) => reply(cseq, [], '', '454 Session Not Found'), ...changed(bait.port) }));
    const context = new FormatContext();
    context.allocContext();
    await context.openInput(`rtsp://127.0.0.1:${server.port}/x`, null, Dictionary.fromObject({ rtsp_transport: transport, timeout: '2000000' }));
    await expect.poll(() => bait.heard).toBeGreaterThan(0);
    await context.closeInput();
    bait.close();
  });
});

describe('an RTSP server that talks nonsense', { timeout: 60_000 }, () => {
  it.each([
    ['HTTP', () => 'HTTP/1.1 200 OK\r\n\r\n', 'does not speak RTSP'],
    ['zeros', () => '\0'.repeat(100_000), 'does not speak RTSP'],
    ['noise', () => '\xff\xfe\x80'.repeat(30_000), 'does not speak RTSP'],
    ['headers without end', () => `RTSP/1.0 200 OK\r\n${'X-Y: z\r\n'.repeat(20_000)}`, 'headers without end'],
    ['a line without end', () => `RTSP/1.0 200 ${'O'.repeat(1_000_000)}`, 'headers without end'],
    ['a gigabyte to come', (cseq: string) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nContent-Length: 1073741824\r\n\r\n`, 'more than a description'],
    ['two lengths', (cseq: string) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`, 'no clear length'],
    ['a negative length', (cseq: string) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nContent-Length: -1\r\n\r\n`, 'no clear length'],
    ['a length in hex', (cseq: string) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nContent-Length: 0x10\r\n\r\n`, 'no clear length'],
    ['zeros in a line', (cseq: string) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\0\r\n\r\n`, 'lines that RTSP has not'],
    ['stray returns', (cseq: string) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nA: b\rRTSP/1.0 302 Found\r\n\r\n`, 'lines that RTSP has not'],
    ['a secret of ours', () => `RTSP/9.9 ${SECRET}\r\n\r\n`, 'does not speak RTSP'],
  ])('such as %s is left, and nothing of it is told', async (_name, answer, words) => {
    expect(await against({ OPTIONS: answer })).toMatchObject({ code: 'CAMERA_UNREACHABLE', detail: expect.stringContaining(words) as string });
  });

  it('or says nothing, or a byte now and then, or lacks a handshake, is left in time', async () => {
    const dribble = (_request: string, socket: Socket): void => {
      const bytes = [...'RTSP/1.0 200 OK\r\nX: '];
      const timer = setInterval(() => socket.write(bytes.shift() ?? 'y'), 200);
      socket.once('close', () => clearInterval(timer));
    };
    const silent = await serve(() => undefined);
    const slow = await serve(dribble);
    const urls = ['rtsp', 'rtmp', 'http', 'rtsps', 'rtmps', 'https'].map((scheme) => `${scheme}://joe:${SECRET}@127.0.0.1:${silent.port}/live/${SECRET}`);
    // one by one they would take a minute; libuv's four threads are enough for those that get as far as libav
    const errors = await Promise.all([...urls, `rtsp://127.0.0.1:${slow.port}/`].map((url) => failureOf(url, { network })));
    expect(errors.map((error) => error?.code)).toEqual(Array.from({ length: 7 }, () => 'CAMERA_STALLED'));
    silent.close();
    slow.close();
  });
});

describe('an RTSP message', () => {
  const read = (text: string, step: number) => {
    const reader = new RtspReader();
    const bytes = Buffer.from(text, 'latin1');
    const items = [];
    for (let at = 0; at < bytes.length; at += step) items.push(...reader.push(bytes.subarray(at, at + step)));
    return items;
  };

  it.each([1, 2, 7, 1000])('is the same in pieces of %d bytes, and goes on in one form', (step) => {
    const [frame, message, request] = read('$\x01\0\x03a\r\n\r\nRTSP/1.0 200 OK\nCSeq: 1\nno header\nX:  y\n  z\nContent-Length:2\r\nContent-Length: 2\n\nhiOPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n', step);
    expect(String(frame)).toBe('$\x01\0\x03a\r\n');
    expect(message && 'start' in message && writeMessage(message).toString()).toBe('RTSP/1.0 200 OK\r\nCSeq: 1\r\nX: y z\r\nContent-Length: 2\r\n\r\nhi');
    expect(request).toMatchObject({ status: undefined, start: 'OPTIONS * RTSP/1.0' });
  });

  it('keeps of a transport what a client needs', () => {
    expect(safeTransport('RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00AB12cd;mode="PLAY";source=1.2.3.4', '10.0.0.9')).toBe('RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00AB12cd;mode="PLAY"');
    expect(safeTransport('RTP/AVP;unicast; destination=10.0.0.2;source=10.0.0.3;client_port=5000-5001;server_port=6000-6001', 'fe80::1%2')).toBe('RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001;source=fe80::1');
  });
});
