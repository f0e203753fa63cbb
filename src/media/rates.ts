import { basename } from 'node:path';
import ffmpeg from 'fluent-ffmpeg';
import type { FfprobeData } from 'fluent-ffmpeg';
import { LookoutError } from '../errors.ts';

/** Frames a second as a fraction, since 29.97 is none. */
export interface Rate {
  readonly num: number;
  readonly den: number;
}

/** What ffprobe says of a video. Times in seconds. */
export interface ProbedVideo {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** average, of the frames that are there */
  readonly fps: number;
  /** may be a guess; 0 where it is not known */
  readonly duration: number;
  /** 0 where the container does not count them */
  readonly frames: number;
  readonly audio: boolean;
  readonly channels: number;
}

/** Rates that cameras and films have; those of television where the mains has 60 Hz are times 1000/1001. */
const WHOLE = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 18, 20, 24, 25, 30, 48, 50, 60, 90, 100, 120, 144, 240];
const RATES: readonly Rate[] = [...WHOLE.map((num) => ({ num, den: 1 })), ...[24, 30, 60, 120].map((whole) => ({ num: 1000 * whole, den: 1001 })), { num: 15, den: 2 }, { num: 25, den: 2 }];
/** A number that is off a rate by less means that rate: 29.97. */
const SAME = 0.0005;

/** The rate nearest to an average: of 29.9 it is 30000/1001, of 24.7 it is 25. Less than one a second stays as it is. */
export function standardRate(fps: number): Rate {
  if (fps < 1 - SAME) return rateOf(fps);
  return RATES.reduce((a, b) => (off(b, fps) < off(a, fps) ? b : a));
}

/** The rate that a number means. */
export function rateOf(fps: number): Rate {
  const known = RATES.find((rate) => off(rate, fps) < SAME);
  return known ?? { num: Math.max(1, Math.round(1000 * fps)), den: 1000 };
}

/** How far apart they are, of the rate. */
function off({ num, den }: Rate, fps: number): number {
  return Math.abs(Math.log((fps * den) / num));
}

/** @throws LookoutError VIDEO_UNREADABLE where it is no video, TOOL_MISSING */
export async function probeVideo(file: string): Promise<ProbedVideo> {
  const { streams, format } = await ffprobe(file);
  // a cover is a picture, and no video
  const video = streams.find((stream) => stream.codec_type === 'video' && Number(stream.disposition?.['attached_pic'] ?? 0) === 0);
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  const duration = [video?.duration, format.duration].map(Number).find((seconds) => seconds > 0) ?? 0;
  if (!video?.width || !video.height) throw new LookoutError('VIDEO_UNREADABLE', `${basename(file)} has no video.`);
  const frames = Number(video.nb_frames) || 0;
  const fps = [fraction(video.avg_frame_rate), frames / duration, fraction(video.r_frame_rate)].find((rate) => rate > 0 && Number.isFinite(rate)) ?? 25;
  return { codec: video.codec_name ?? 'unknown', width: video.width, height: video.height, fps, duration, frames, audio: audio !== undefined, channels: Number(audio?.channels) || 1 };
}

function ffprobe(file: string): Promise<FfprobeData> {
  return new Promise((resolve, reject) => {
    ffmpeg.ffprobe(file, ['-v', 'error', '-protocol_whitelist', 'file'], (error: Error | null, data: FfprobeData) => {
      if (!error) return resolve(data);
      if (/cannot find ffprobe|ENOENT/i.test(error.message)) return reject(new LookoutError('TOOL_MISSING', 'ffprobe (package ffmpeg) is not installed.', { cause: error }));
      reject(new LookoutError('VIDEO_UNREADABLE', `${basename(file)}: ffprobe cannot read it.`, { cause: error }));
    });
  });
}

/** `30000/1001` */
function fraction(text: string | undefined): number {
  const [num, den] = (text ?? '').split('/').map(Number);
  return num && den ? num / den : 0;
}
