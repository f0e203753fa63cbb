/** The parts of node-media-server 4.4 that are used here; the package brings no types. */
declare module 'node-media-server' {
  import type { Server, Socket } from 'node:net';

  export interface Broadcast {
    publisher: Session | null;
    readonly subscribers: Map<string, Session>;
    /** how long a lost publisher's place is kept, ms */
    publishGraceMs: number;
    donePublish(session: Session): void;
  }

  export interface Session {
    readonly id: string;
    /** `/live/<key>` */
    readonly streamPath: string;
    readonly broadcast: Broadcast;
    readonly socket: Socket;
  }

  export default class NodeMediaServer {
    constructor(config: { bind: string; rtmp: { port: number } });
    readonly rtmpServer: { readonly tcpServer: Server; run(): void; stop(): void };
    on(event: 'prePlay' | 'postPlay' | 'prePublish' | 'postPublish' | 'donePublish', listener: (session: Session) => void): void;
  }
}

declare module 'node-media-server/src/core/logger.js' {
  const logger: { log(message: string, level?: string): void };
  export default logger;
}
