/** What one connection may make the reader of chunks keep. */
export interface ChunkLimits {
  /** length of a message, bytes */
  readonly message: number;
  readonly chunkStreams: number;
  /** bytes set aside for messages that are not complete, over all chunk streams */
  readonly pending: number;
}

/** Before a key was shown: room for a greeting and no more. */
export const STRANGER = {
  chunks: { message: 16_384, chunkStreams: 8, pending: 16_384 },
  /** in all; what one read brings on top of it is looked at once */
  bytes: 65_536,
  commands: 16,
  /** from the connection to the key, ms */
  time: 10_000,
  /** connections that have not shown a key: of one address (IPv6: one /64), and in all */
  perAddress: 32,
  inAll: 128,
} as const;

/** A camera with a key: a 4K keyframe has its place. */
export const CAMERA = {
  chunks: { message: 8 << 20, chunkStreams: 16, pending: 10 << 20 },
  /** bytes per second, and what may come at once after a pause: beyond it the socket is not read for a while */
  rate: 32e6,
  burst: 32e6,
  /** a camera that sends nothing for so long is gone, ms */
  silence: 30_000,
  /** a camera that keeps to its window waits for an acknowledgement of what it has sent, bytes */
  acknowledge: 2_000_000,
} as const;

/** A reader with a key: it has nothing to say but acknowledgements. */
export const READER = {
  chunks: { message: 16_384, chunkStreams: 8, pending: 16_384 },
  rate: 16_384,
  burst: 131_072,
  /** of one key; the oldest goes */
  perKey: 4,
  /** bytes that may wait for it; beyond that it is closed, and begins anew with the next keyframe */
  unread: 32e6,
} as const;

/** Pictures since the last keyframe, kept for the next reader. */
export const KEPT = { perStream: 16e6, inAll: 192e6, messages: 4000 } as const;
