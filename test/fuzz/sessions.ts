import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { writeAmf } from '../../src/ingest/rtmp/amf.ts';
import { command, header, hello, message, picture, play, publish } from '../rtmp/peer.ts';

/** What real and made-up RTMP clients send, to be mutated. */

/** ffmpeg's bytes while it publishes for a second, recorded between it and the door. */
export async function recordPublisher(port: number, key: string): Promise<Buffer> {
  const heard: Buffer[] = [];
  const proxy = createServer((near: Socket) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => socket.destroy());
    near.on('data', (data: Buffer) => heard.push(data));
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const to = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const [video, sound] = [['-f', 'lavfi', '-i', 'testsrc=s=96x64:r=10'], ['-f', 'lavfi', '-i', 'sine=sample_rate=8000']];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1', '-g', '5', '-c:a', 'aac', '-t', '1'];
  await once(spawn('ffmpeg', ['-v', 'quiet', '-nostdin', ...video, ...sound, ...codecs, '-f', 'flv', `rtmp://127.0.0.1:${to}/live/${key}`], { stdio: 'ignore' }), 'exit');
  proxy.close();
  return Buffer.concat(heard);
}

/** Sessions with this key, all of which end well where the key is good. */
export function madeSessions(key: string): Buffer[] {
  const frames = Array.from({ length: 8 }, (_, i) => picture(i === 0, Buffer.alloc(50 + 300 * i, i), 40 * i));
  const about = message(18, writeAmf('@setDataFrame', 'onMetaData', new Map<string, number | string | boolean>([['width', 320], ['stereo', true], ['encoder', 'x']])), { id: 4 });
  const chunkSize = message(1, Buffer.from([0, 0, 16, 0]), { id: 2 });
  return [
    Buffer.concat([publish(key), about, ...frames, command('deleteStream', 5, null, 1)]),
    Buffer.concat([publish(key), chunkSize, ...frames.slice(0, 3), message(8, Buffer.from('af00121056e500', 'hex'), { id: 6, time: 0x01_00_00_00 })]),
    Buffer.concat([play(key), message(3, Buffer.from([0, 0, 4, 0]), { id: 2 }), message(4, Buffer.from([0, 3, 0, 0, 0, 1, 0, 0, 3, 232]), { id: 2 })]),
    Buffer.concat([hello(), command('connect', 1, new Map([['app', 'live']])), header({ id: 5, length: 300, type: 9 }), Buffer.alloc(300)]),
  ];
}
