/** A whole RTMP message. `time` is its timestamp, ms modulo 2^32. */
export interface Message {
  readonly type: number;
  readonly stream: number;
  readonly time: number;
  readonly payload: Buffer;
}

/** Message types (Adobe, "Real-Time Messaging Protocol (RTMP) specification 1.0", 5.4, 6.2 and 7.1). */
export const TYPE = { chunkSize: 1, abort: 2, acknowledgement: 3, userControl: 4, window: 5, bandwidth: 6, audio: 8, video: 9, command3: 17, data: 18, command: 20 } as const;

/** What this side announces for its chunks, as the server's own writer takes for granted. */
export const CHUNK_SIZE = 65_535;

/** One message as one chunk of type 0; the payload is at most CHUNK_SIZE long. */
export function wrap(type: number, stream: number, payload: Buffer, chunkStream = 3): Buffer {
  const head = Buffer.alloc(12);
  head[0] = chunkStream;
  head.writeUIntBE(payload.length, 4, 3);
  head[7] = type;
  head.writeUInt32LE(stream, 8);
  return Buffer.concat([head, payload]);
}
