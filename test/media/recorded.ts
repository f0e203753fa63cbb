import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CodecParameters } from 'node-av/lib';
import { createPacketRing } from '../../src/camera/packetRing.ts';
import type { PacketRing, TimedTrack } from '../../src/camera/packetRing.ts';
import { openClip } from '../ingest/clips.ts';
import { readIndex } from '../peers/bars.ts';

/** Wall clock of a test clip's first picture, ms. */
export const EPOCH = 1_700_000_000_000;

/** A ring with all packets of a file, whose first picture was taken at `EPOCH`. */
export async function ringOfFile(file: string, codec: string): Promise<{ ring: PacketRing; track: TimedTrack; packets: readonly Buffer[]; close(): Promise<void> }> {
  const clip = await openClip(file);
  const codecpar = new CodecParameters();
  codecpar.alloc();
  clip.stream.codecpar.copy(codecpar);
  const start = Math.min(...clip.packets.map((packet) => Number(packet.pts) * clip.tick));
  const { num, den } = clip.stream.timeBase;
  const track: TimedTrack = { codec, codecpar, timeBase: { num, den }, read: (pts) => ({ at: EPOCH + pts - start, uncertainty: 0, timeSource: 'file' }) };
  const ring = createPacketRing({ seconds: 1000, bytes: 64e6 });
  for (const packet of clip.packets) ring.push(track, { packet, pts: Number(packet.pts) * clip.tick, keyframe: packet.isKeyframe, size: packet.size, free: () => undefined });
  return { ring, track, packets: clip.packets.map((packet) => Buffer.from(packet.data ?? [])), close: clip.close };
}

const run = promisify(execFile);

export interface ProbedClip {
  readonly codec: string;
  readonly tag: string;
  readonly duration: number;
  readonly frames: number;
  readonly start: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly rotation: number;
  /** presentation times in order of presentation, ms from the first */
  readonly times: readonly number[];
}

/** What ffprobe says of a clip, having decoded all of it. Throws where it complains of anything. */
export async function ffprobe(file: string): Promise<ProbedClip> {
  const entries = 'stream=codec_name,codec_tag_string,nb_read_frames,duration,start_time:stream_side_data=rotation:format_tags:frame=pts_time';
  const { stdout, stderr } = await run('ffprobe', ['-v', 'warning', '-count_frames', '-show_entries', entries, '-of', 'json', file], { maxBuffer: 1e8 });
  // an open group's keyframe takes leave of pictures that are not there
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.includes('mmco: unref short failure'));
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  const { streams, format, frames } = JSON.parse(stdout) as {
    streams: { codec_name: string; codec_tag_string: string; nb_read_frames: string; duration: string; start_time: string; side_data_list?: { rotation?: number }[] }[];
    format: { tags: Record<string, string> };
    frames: { pts_time: string }[];
  };
  const [video] = streams;
  if (!video || streams.length !== 1) throw new Error(`${streams.length} streams`);
  return {
    codec: video.codec_name,
    tag: video.codec_tag_string,
    duration: Number(video.duration),
    frames: Number(video.nb_read_frames),
    start: Number(video.start_time),
    tags: format.tags,
    rotation: video.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0,
    times: frames.map((frame) => 1000 * Number(frame.pts_time)),
  };
}

/** A picture or all pictures of a file as RGB, by ffmpeg. */
export async function pictures(file: string, width: number, height: number): Promise<{ width: number; height: number; data: Uint8Array }[]> {
  const args = ['-v', 'error', '-i', file, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const { stdout } = await run('ffmpeg', args, { maxBuffer: 1e9, encoding: 'buffer' });
  const size = width * height * 3;
  return Array.from({ length: stdout.length / size }, (_, i) => ({ width, height, data: stdout.subarray(i * size, (i + 1) * size) }));
}

/** The indices that a file of bars shows, in order. */
export async function indices(file: string, width = 384, height = 256): Promise<number[]> {
  return (await pictures(file, width, height)).map((picture) => readIndex(picture).index);
}
