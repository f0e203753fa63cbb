/**
 * The parts of node-media-server 4.4 that are used here; the package brings no types. Its listener, its HTTP side, its parser of
 * chunks and its recorder are never loaded or never called.
 */
declare module 'node-media-server/src/session/rtmp_session.js' {
  import type { Socket } from 'node:net';
  import type { Broadcast } from 'node-media-server/src/core/context.js';
  import type { AvPacket } from 'node-media-server/src/protocol/flv.js';

  export default class RtmpSession {
    constructor(socket: Socket);
    readonly id: string;
    readonly socket: Socket;
    readonly broadcast: Broadcast;
    readonly isPublisher: boolean;
    readonly rtmp: {
      streamApp: string;
      streamName: string;
      streamId: number;
      onOutputCallback(bytes: Buffer): void;
      respondPublish(): void;
      respondPlay(): void;
      sendACK(bytes: number): void;
    };
    sendBuffer: (bytes: Buffer) => void;
    onConnect(request: { app: string; name: string; host: string; query: Record<string, never> }): void;
    onPush(): void;
    onPlay(): void;
    onPacket(packet: AvPacket): void;
    onOutput(bytes: Buffer): void;
    onClose(): void;
  }
}

declare module 'node-media-server/src/core/context.js' {
  import type RtmpSession from 'node-media-server/src/session/rtmp_session.js';

  export interface Broadcast {
    readonly publisher: RtmpSession | null;
    /** in order of arrival */
    readonly subscribers: Map<string, RtmpSession>;
    rtmpGopCache: Set<Buffer> | null;
    flvGopCache: Set<Buffer> | null;
    /** how long the place of a publisher that left is kept, ms */
    publishGraceMs: number;
  }

  const context: { readonly broadcasts: Map<string, Broadcast> };
  export default context;
}

declare module 'node-media-server/src/protocol/flv.js' {
  export interface AvPacket {
    /** 0 audio header, 1 audio, 2 video header, 3 keyframe, 4 other picture, 5 metadata; others are passed on and not kept */
    flags: number;
    readonly size: number;
  }

  const flv: { parserTag(type: number, time: number, size: number, data: Buffer): AvPacket };
  export default flv;
}

declare module 'node-media-server/src/core/logger.js' {
  const logger: { log(message: string, level?: string): void };
  export default logger;
}
