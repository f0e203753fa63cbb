import { spawn } from 'node:child_process';
import type { Secret } from '../secret.ts';

export interface EncoderOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** rtmp://host:port/app/key */
  readonly url: Secret;
}

export interface Encoder {
  /** Hand over one RGB picture, which must not change until the promise resolves; rejects when ffmpeg is gone. */
  write(picture: Uint8Array): Promise<void>;
  /** Resolves with ffmpeg's last words (the URL left out) when it has ended. */
  readonly ended: Promise<string>;
  /** Ends the stream; ffmpeg is killed if it has not ended within `ms`. */
  close(ms: number): Promise<void>;
}

/**
 * x264 without any look at the future beyond its two B-frames: a P-frame leaves the moment it is complete, so that the
 * stream's arrival tells its wall clock, and a B-frame 0.2 s later. A fixed pattern (no scene cuts) is what cameras send.
 */
const X264 = 'b-adapt=0:scenecut=0:rc-lookahead=0:sync-lookahead=0:mbtree=0:force-cfr=1';

/** ffmpeg's arguments: raw RGB on stdin, stamped with the wall clock at which it was read, to H.264 with B-frames over RTMP. */
export function encoderArguments(opts: EncoderOptions): string[] {
  return [
    '-hide_banner', '-loglevel', 'error', '-nostdin',
    '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${opts.width}x${opts.height}`, '-framerate', String(opts.fps), '-i', 'pipe:0',
    // a frame left out leaves a gap in the stamps instead of moving all that follow
    '-vf', 'settb=1/1000,setpts=(RTCTIME-RTCSTART)/1000', '-fps_mode', 'passthrough', '-enc_time_base', '1:1000',
    '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-crf', '24', '-bf', '2', '-g', '30', '-threads', '1', '-x264-params', X264,
    '-flush_packets', '1', '-f', 'flv', '-flvflags', 'no_duration_filesize', '-rtmp_live', 'live', opts.url.reveal(),
  ];
}

/** Start ffmpeg, out of reach of the terminal's Ctrl-C. It ends by itself when its stdin closes, so it cannot outlive this process. */
export function openEncoder(opts: EncoderOptions): Encoder {
  const child = spawn('ffmpeg', encoderArguments(opts), { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-400);
  });
  const said = (): string => words.replaceAll(opts.url.reveal(), '[url]').trim().split('\n').at(-1) ?? '';
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(said() || `ended with ${signal ?? `status ${code}`}`));
  });
  // a broken pipe is reported by the write that met it
  child.stdin.on('error', () => undefined);
  return {
    ended,
    write: (picture) =>
      new Promise((resolve, reject) => {
        child.stdin.write(picture, (error) => (error ? reject(error) : resolve()));
      }),
    close: async (ms) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), ms);
      child.stdin.end();
      await ended;
      clearTimeout(timer);
    },
  };
}
