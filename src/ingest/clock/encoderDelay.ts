/** What an encoder's own delay is known to be: frames between taking a picture in and giving its packet out, see `clock.ts`. */
export interface EncoderDelay {
  /** pictures that go in before the first packet comes out */
  readonly frames: number;
  /** B-frames between two others, at most */
  readonly bframes: number;
  /** by how many frames DTS is set back so that it never exceeds PTS */
  readonly dtsFrames: number;
}

const UUID = Buffer.from('dc45e9bde6d948b7962cd820d923eeef', 'hex');

/**
 * x264 (OBS, ffmpeg, much software) writes its settings into the stream's first keyframe; from them follows how many
 * pictures it holds back (x264's encoder.c, `frames.i_delay`). Undefined where the packet does not tell.
 */
export function readEncoderDelay(packet: Uint8Array): EncoderDelay | undefined {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, Math.min(packet.byteLength, 4096));
  const start = bytes.indexOf(UUID);
  if (start < 0) return undefined;
  const text = bytes.toString('latin1', start + UUID.length);
  if (!text.startsWith('x264')) return undefined;
  const option = (name: string): number => Number(new RegExp(` ${name}=(-?\\d+)`).exec(text)?.[1] ?? 0);
  const bframes = option('bframes');
  const threads = option('sliced_threads') ? 1 : Math.max(1, option('threads'));
  let frames = option('b_adapt') === 2 ? Math.max(bframes, 3) * 4 : bframes;
  if (option('mbtree') || / vbv_maxrate=/.test(text)) frames = Math.max(frames, option('rc_lookahead'));
  if (threads > 1) frames += threads - 1 + bframes + 1;
  return { frames, bframes, dtsFrames: bframes > 0 ? (option('b_pyramid') ? 2 : 1) : 0 };
}

/**
 * Frames by which even an encoder's promptest packet comes late. `reorder` is the largest PTS − DTS seen, in frames: where the
 * container carries DTS it shows how much of the delay the arrivals' envelope has already taken out; else (0) the B-frames' share is assumed.
 */
export function lookahead(encoder: EncoderDelay, reorder: number): number {
  const seen = reorder > 0 ? reorder - encoder.dtsFrames : encoder.bframes;
  return Math.round(Math.max(0, encoder.frames - seen));
}
