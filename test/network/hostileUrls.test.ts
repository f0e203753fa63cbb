import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/ingest/address.ts';
import { startCanary } from './canary.ts';
import type { Canary } from './canary.ts';
import { failureOf, SECRET } from './opening.ts';

const canaries: Canary[] = [];
beforeAll(async () => {
  for (const host of ['127.0.0.1', '::1', '0.0.0.0']) canaries.push(await startCanary(host));
});
afterAll(() => {
  for (const canary of canaries) canary.close();
});

/** Spellings of this machine, of what is next to it and of clouds' metadata; PORT is a canary's. */
const HOSTS = [
  ['127.0.0.1', 'localhost', 'LOCALHOST', 'localhost.', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.0.0.1', '0x7f.1', '017700000001', '0177.0.0.1', '0177.1', '00000177.0.0.1', '127.000.000.001'],
  ['0', '0.0.0.0', '0x0', '00', '127.0.0.2', '127.255.255.254', '127.0.0.1.', '[::1]', '[0:0:0:0:0:0:0:1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]'],
  ['[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2002:7f00:1::1]', '[fe80::1]', '[fe80::1%lo]', '[fe80::1%1]', '[ff02::1]', '[ff02::1%lo]', '[fd00:ec2::254]', '[fd20:ce::254]', '[2001:0:7f00:1::1]', '[2a00:1::5efe:127.0.0.1]'],
  ['169.254.169.254', '169.254.0.1', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '100.100.100.200', '192.0.0.192', '168.63.129.16', '169.254.170.2'],
  ['224.0.0.1', '239.255.255.250', '255.255.255.255', '240.0.0.1', '0.0.0.1', '127.0.0.①', '①②⑦.⓪.⓪.①', 'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', '１２７.0.0.1', '127。0。0。1', '127．0．0．1', 'localhost\u00ad', 'ｌocalhost'],
].flat();
const SCHEMES = ['rtsp', 'rtsps', 'rtmp', 'rtmps', 'http', 'https', 'RtSp'];

/** What no camera is, and what readers take for different things. */
const REFUSED = [
  ['concat:/etc/passwd|/etc/hosts', 'concat:http://127.0.0.1:PORT/', 'subfile,,start,0,end,9,,:/etc/passwd', 'subfile,,start,0,end,9,,:http://127.0.0.1:PORT/', 'data:text/plain,x', 'data:video/mp4;base64,AAAA', 'pipe:0', 'pipe:', 'fd:3', 'unix:/run/x', 'tcp://127.0.0.1:PORT', 'udp://127.0.0.1:PORT'],
  ['udp://@239.0.0.1:PORT', 'rtp://127.0.0.1:PORT', 'srtp://127.0.0.1:PORT', 'tls://127.0.0.1:PORT', 'srt://127.0.0.1:PORT', 'rist://127.0.0.1:PORT', 'ftp://127.0.0.1:PORT/x', 'sftp://127.0.0.1:PORT/x', 'gopher://127.0.0.1:PORT/_x', 'gophers://127.0.0.1/', 'hls+http://127.0.0.1:PORT/x.m3u8', 'hls:http://127.0.0.1/', 'applehttp://127.0.0.1:PORT/', 'cache:http://127.0.0.1:PORT/', 'async:http://127.0.0.1:PORT/'],
  ['crypto:/etc/passwd', 'crypto+http://127.0.0.1:PORT/', 'httpproxy://127.0.0.1:PORT/', 'mmsh://127.0.0.1:PORT/', 'mmst://127.0.0.1:PORT/', 'mms://127.0.0.1:PORT/', 'rtmpt://127.0.0.1:PORT/', 'rtmpe://127.0.0.1:PORT/', 'rtmpte://127.0.0.1:PORT/', 'rtmpts://127.0.0.1:PORT/', 'ffrtmphttp://127.0.0.1:PORT/', 'icecast://127.0.0.1:PORT/', 'ipfs://x', 'prompeg://127.0.0.1', 'tee:/tmp/x', 'md5:', 'satip://127.0.0.1:PORT/', 'rtsp+tcp://127.0.0.1:PORT/', 'rtspt://127.0.0.1/'],
  ['file:/etc/passwd', 'file:etc/passwd', 'file://host/etc/passwd', 'FILE:///etc/passwd', '//127.0.0.1/share/x', '////127.0.0.1/x', 'file:////127.0.0.1/share', '\\\\127.0.0.1\\share', 'camera', '', ' ', 'javascript:alert(1)', 'ldap://127.0.0.1:PORT/', 'dict://127.0.0.1:PORT/', 'jar:http://127.0.0.1!/', 'ws://127.0.0.1:PORT/', 'view-source:http://127.0.0.1/', '/etc/\0passwd'],
  SCHEMES.flatMap((scheme) => ['://', ':///x', ':127.0.0.1', '://@', '://:554/', '://user@', '://[', '://[]', '://[::1', '://::1/', '://127.0.0.1:0/', '://127.0.0.1:65536/', '://127.0.0.1:x/'].map((rest) => scheme + rest)),
  ['rtsp://8.8.8.8\\@127.0.0.1:PORT/', 'rtsp://127.0.0.1:PORT\\@8.8.8.8/', 'rtsp://8.8.8.8 @127.0.0.1:PORT/', ' rtsp://127.0.0.1:PORT/', 'rtsp://127.0.0.1:PORT/\r\nX: y', 'rtsp://127.0.0.1:PORT/a b', 'rtsp://127.0.0.1:PORT/\tb', 'rtsp://127.0.0.1:PORT/\0', 'rtsp://127.0.0.1\n:PORT/', 'rtsp://127.0.0.1%00.example.com:PORT/'],
  ['rtsp://127.0.0.1%2f@8.8.8.8%3a/', 'rtsp://[::1]x:PORT/', 'rtsp://x[::1]:PORT/', 'rtsp://[127.0.0.1]:PORT/', 'rtsp://[localhost]:PORT/', 'rtsp://%6c%6f%63%61%6c%68%6f%73%74:PORT/', 'rtsp://127.0.0.1%20:PORT/', 'rtsp://joe:pa/ss@127.0.0.1:PORT/', 'rtsp://a:b:c:d/', 'rtsp://a,b/', 'rtsp://a|b/', 'rtsp://a;b/', "rtsp://'a'/", 'rtsp://$(id)/', 'rtsp://`id`/', 'rtsp://a\u2028b/', 'rtsp://a\u200bb/x y', 'http://127.0.0.1:PORT\\x@8.8.8.8/'],
].flat();

const withPort = (url: string): string => url.replaceAll('PORT', String(canaries[0]?.port));

describe('a hostile address', () => {
  it(`is refused before anything is opened (${REFUSED.length})`, () => {
    for (const template of REFUSED) {
      const url = withPort(template);
      expect(() => parseAddress(url), JSON.stringify(url)).toThrow(expect.objectContaining({ code: 'CAMERA_URL_SCHEME' }));
    }
  });

  it('tells no secret when it is refused', () => {
    for (const url of [`ftp://joe:${SECRET}@h/`, `rtsp://joe:${SECRET}/x@h:PORT/`, `rtsp://joe:${SECRET}@/`, `http://joe:${SECRET}@h:99999/`, `rtsp://joe:${SECRET}@h/ ${SECRET}`]) {
      expect(() => parseAddress(url)).toThrow(expect.not.objectContaining({ message: expect.stringContaining(SECRET) as string }));
    }
    for (const url of [`rtsp://joe:x@y/${SECRET}@h/`, `http://h/${SECRET}?key=${SECRET}#${SECRET}`, `rtmp://${SECRET}@h/live/${SECRET}`]) expect(parseAddress(url).shown).not.toContain(SECRET);
  });

  it.each(SCHEMES)(`as %s:// reaches nobody (${HOSTS.length} hosts and tricks with logins)`, { timeout: 60_000 }, async (scheme) => {
    const port = canaries[0]?.port ?? 0;
    const urls = HOSTS.map((host) => `${scheme}://joe:${SECRET}@${host}:${host.startsWith('[') ? canaries[1]?.port : port}/${SECRET}`);
    const tricks = [`8.8.8.8@127.0.0.1:${port}/`, `joe:${SECRET}@8.8.8.8@127.0.0.1:${port}/`, `8.8.8.8%40127.0.0.1@127.0.0.1:${port}/`, `8.8.8.8:554@localhost:${port}`, `127.0.0.1:${port}?@8.8.8.8/`, `127.0.0.1:${port}#@8.8.8.8/`];
    for (const url of [...urls, ...tricks.map((trick) => `${scheme}://${trick}`)]) {
      const error = await failureOf(url).catch((thrown: unknown) => thrown);
      expect(error, url).toMatchObject({ code: expect.stringMatching(/^(ADDRESS_REFUSED|CAMERA_URL_SCHEME)$/) as string });
    }
  });

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '0.0.0.0', '169.254.169.254', '64:ff9b::7f00:1', '2002:7f00:1::', 'fe80::1'])('whose name resolves to %s reaches nobody', async (address) => {
    const lookup = (): Promise<string[]> => Promise.resolve([address]);
    for (const scheme of SCHEMES) expect(await failureOf(`${scheme}://cam.example.com:${canaries[0]?.port}/`, { lookup })).toMatchObject({ code: 'ADDRESS_REFUSED' });
  });

  it('whose name resolves to nothing, or not at all, is told', async () => {
    expect(await failureOf('rtsp://cam.example.com/', { lookup: () => Promise.resolve([]) })).toMatchObject({ code: 'CAMERA_UNREACHABLE' });
    const fails = (): Promise<string[]> => Promise.reject(Object.assign(new Error(`getaddrinfo ${SECRET}`), { code: 'ENOTFOUND' }));
    expect(await failureOf(`rtsp://joe:${SECRET}@cam.example.com/`, { lookup: fails })).toMatchObject({ code: 'CAMERA_UNREACHABLE', detail: 'rtsp://cam.example.com: ENOTFOUND.' });
    expect(await failureOf('rtsp://cam.example.com/', { lookup: () => Promise.resolve(['not an address']) })).toMatchObject({ code: 'ADDRESS_REFUSED' });
  });

  it('that is a file must be one', async () => {
    for (const path of ['/dev/zero', '/dev/stdin', '/proc/self', '/', './nothing.mp4']) expect(await failureOf(path)).toMatchObject({ code: 'VIDEO_UNREADABLE' });
    expect(await failureOf('/etc/passwd')).toMatchObject({ code: 'VIDEO_UNREADABLE' });
  });

  it('was never heard by a canary', () => expect(canaries.map(({ heard }) => heard)).toEqual([0, 0, 0]));
});
