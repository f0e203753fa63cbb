import type { Reach } from './connect.ts';

export type Container = 'flv' | 'mpegts' | 'mp4';

/** A live stream over HTTP as one run of bytes. */
export interface LiveBody {
  readonly container: Container;
  /** ms that may lie between capture and arrival because of playlists; 0 for a stream that is sent as it is made */
  readonly latency: number;
  /** ends with the stream; throws a LookoutError when it breaks */
  readonly chunks: AsyncIterable<Buffer>;
}

/** How to reach a stream: `opening` covers the time until it is open, `living` all of it. */
export interface LiveReach extends Omit<Reach, 'signal'> {
  readonly opening: AbortSignal;
  readonly living: AbortSignal;
}

/** What a stream's first bytes show: FLV's signature, two of MPEG-TS's sync bytes, or a box that fragmented MP4 begins with. */
export function containerOf(head: Buffer): Container | undefined {
  if (head.subarray(0, 3).toString('latin1') === 'FLV') return 'flv';
  if (head[0] === 0x47 && head[188] === 0x47) return 'mpegts';
  return /^(ftyp|styp|moof|sidx|moov|emsg|prft)$/.test(head.subarray(4, 8).toString('latin1')) ? 'mp4' : undefined;
}
