import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { drawBars } from './barcode.ts';

const WIDTH = 384;
const HEIGHT = 256;
const FPS = 15;

/**
 * ffmpeg publishing pictures that carry their wall clock, 15 a second. Each is stamped when ffmpeg reads it, and none is drawn
 * while one still waits: on a busy machine pictures are left out, but those that come are true.
 */
export function publishBars(url: string, x264: readonly string[]): ChildProcess {
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${WIDTH}x${HEIGHT}`, '-r', String(FPS), '-i', 'pipe:0'];
  const stamps = ['-vf', 'settb=1/1000,setpts=(RTCTIME-RTCSTART)/1000', '-fps_mode', 'passthrough', '-enc_time_base', '1:1000'];
  const output = ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', ...x264, '-g', '30', '-flush_packets', '1', '-f', 'flv', url];
  const child = spawn('ffmpeg', ['-v', 'quiet', '-nostdin', ...input, ...stamps, ...output], { stdio: ['pipe', 'ignore', 'ignore'] });
  const { stdin } = child;
  stdin.on('error', () => undefined);
  const timer = setInterval(() => {
    if (stdin.writableLength === 0) stdin.write(drawBars(Date.now(), WIDTH, HEIGHT));
  }, 1000 / FPS);
  child.once('exit', () => clearInterval(timer));
  return child;
}

/** GStreamer's RTSP server at `rtsp://127.0.0.1:<port>/cam`. */
export async function serveRtsp(port: number, args: readonly string[] = []): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./rtspServer.py', import.meta.url));
  const child = spawn('/usr/bin/python3', [script, String(port), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

export { freePort } from '../alerts/mosquitto.ts';

export async function endProcess(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
