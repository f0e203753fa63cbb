import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const WIDTH = 384;
const HEIGHT = 256;
const FPS = 25;
const BITS = 16;

/** How a publisher encodes; ffmpeg's options. */
export type Encoder = readonly string[];
/** As a camera does it: each picture goes out as soon as it is encoded. */
export const PROMPT: Encoder = ['-preset', 'veryfast', '-tune', 'zerolatency'];
/** B-frames, but no look ahead. */
export const BFRAMES: Encoder = ['-preset', 'veryfast', '-bf', '2', '-x264-params', 'b-adapt=0:scenecut=0:rc-lookahead=0:sync-lookahead=0:mbtree=0:force-cfr=1'];
/** As streaming programs set it: pictures wait in the encoder for those that come. */
export const LOOKAHEAD: Encoder = ['-preset', 'veryfast'];

/** Somebody who films over RTMP and knows when. */
export interface Publisher {
  /** wall clock, ms, at which the picture of this number was handed to the encoder; undefined where there was none */
  truth(index: number): number | undefined;
  stop(): Promise<void>;
}

/** Publishes pictures that show their number (`readIndex`) with ffmpeg, each stamped with the wall clock at which ffmpeg got it. */
export function publish(url: string, encoder: Encoder): Publisher {
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${WIDTH}x${HEIGHT}`, '-framerate', String(FPS), '-i', 'pipe:0'];
  const stamps = ['-vf', 'settb=1/1000,setpts=(RTCTIME-RTCSTART)/1000', '-fps_mode', 'passthrough', '-enc_time_base', '1:1000'];
  const output = ['-c:v', 'libx264', ...encoder, '-g', '50', '-threads', '1', '-pix_fmt', 'yuv420p', '-flush_packets', '1', '-f', 'flv', '-flvflags', 'no_duration_filesize', url];
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'quiet', '-nostdin', ...input, ...stamps, ...output], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'exit');
  child.stdin.on('error', () => undefined);
  const times: number[] = [];
  const stopped = new AbortController();
  const film = async (): Promise<void> => {
    const began = Date.now();
    const pictures = [0, 1].map(() => Buffer.alloc(WIDTH * HEIGHT * 3));
    for (let slot = 0; !stopped.signal.aborted && child.exitCode === null; slot++) {
      const picture = pictures[slot % 2] ?? Buffer.alloc(0);
      drawNumber(times.length, picture);
      await sleep(Math.max(0, began + (slot * 1000) / FPS - Date.now()));
      // the machine was busy: that picture is left out, as a camera would
      if (Date.now() - began > ((slot + 1) * 1000) / FPS) continue;
      times.push(Date.now());
      await Promise.race([new Promise<void>((done) => child.stdin.write(picture, () => done())), ended]);
    }
  };
  const filming = film();
  return {
    truth: (index) => times[index],
    async stop() {
      stopped.abort();
      await filming;
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await ended;
    },
  };
}

/** As test/peers/bars.ts draws it, in RGB. */
function drawNumber(index: number, rgb: Buffer): void {
  for (let x = 0; x < WIDTH; x++) rgb.fill((index >> (BITS - 1 - Math.floor((x * BITS) / WIDTH))) & 1 ? 220 : 30, 3 * x, 3 * x + 3);
  for (let y = 1; y < HEIGHT; y++) rgb.copyWithin(3 * y * WIDTH, 0, 3 * WIDTH);
}
