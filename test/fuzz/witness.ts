import { spawn } from 'node:child_process';
import { isPicture, openPeer, play } from '../rtmp/peer.ts';

/**
 * A camera and its reader while others misbehave, in a process of its own so that the fuzzer's work does not delay its clock:
 * `<port> <key>`. ffmpeg publishes 10 pictures a second; told anything, it answers `{ pictures, longestGap, readers, cameras }` (ms; counts of connections).
 */
const [port = '', key = ''] = process.argv.slice(2);
let [pictures, longestGap, readers, cameras] = [0, 0, 0, 0];
let last: number | undefined;
const end = new AbortController();

const seen = (): void => {
  const now = performance.now();
  if (last !== undefined) longestGap = Math.max(longestGap, now - last);
  last = now;
  pictures += 1;
  if (pictures === 1) process.send?.('ready');
};

function camera(): void {
  cameras += 1;
  const input = ['-re', '-f', 'lavfi', '-i', 'testsrc=s=96x64:r=10'];
  const child = spawn('ffmpeg', ['-v', 'quiet', '-nostdin', ...input, '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-threads', '1', '-g', '20', '-flush_packets', '1', '-f', 'flv', `rtmp://127.0.0.1:${port}/live/${key}`], { stdio: 'ignore' });
  process.once('disconnect', () => child.kill('SIGKILL'));
  child.once('exit', () => (end.signal.aborted ? undefined : setTimeout(camera, 100)));
}

async function read(): Promise<void> {
  while (!end.signal.aborted) {
    readers += 1;
    const peer = openPeer(Number(port), { bytes: play(key) });
    peer.socket.on('message', (message) => (isPicture(message) ? seen() : undefined));
    await peer.closed;
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
}

process.on('disconnect', () => {
  end.abort();
  setTimeout(() => process.exit(0), 200);
});
process.on('message', () => {
  if (last !== undefined) longestGap = Math.max(longestGap, performance.now() - last);
  process.send?.({ pictures, longestGap: Math.round(longestGap), readers, cameras });
});
camera();
void read();
