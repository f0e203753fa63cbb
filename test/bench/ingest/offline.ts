import { Packet } from 'node-av/lib';
import { createStream } from '../../../src/camera/stream.ts';
import type { FromCamera } from '../../../src/camera/cameraWire.ts';
import type { StreamFacts } from '../../../src/camera/facts.ts';
import { parseAddress } from '../../../src/ingest/address.ts';
import { createDecoder } from '../../../src/ingest/decoder.ts';
import type { Decoder } from '../../../src/ingest/decoder.ts';
import type { FrameSize } from '../../../src/ingest/frameSize.ts';
import { openSource } from '../../../src/ingest/source.ts';
import type { Frame } from '../../../src/values.ts';
import { HERE, SAMPLE } from './bench.ts';

export interface OfflineOptions {
  readonly frameSize: FrameSize;
  readonly gate: boolean;
  readonly signal: AbortSignal;
  /** what the stream was like at the end */
  told?(facts: StreamFacts): void;
}

/**
 * The frames that a camera's process would keep of a file if a camera sent it, as fast as they can be had: the very code of that
 * process, given the next packet when it has dealt with the one before, as a camera's packets find it idle. `at` is the file's
 * own time, ms.
 */
export async function* keptFrames(file: string, { frameSize, gate, signal, told }: OfflineOptions): AsyncGenerator<Frame, void, void> {
  const address = parseAddress(file);
  const source = await openSource(address, { transport: 'tcp', network: HERE }, () => undefined);
  const decoder = observed(await createDecoder(source, { frameSize, hardware: 'off' }));
  const kept: Frame[] = [];
  let facts: StreamFacts | undefined;
  const send = (message: FromCamera): boolean => {
    if (message.kind === 'frame') kept.push({ camera: file, ...message.frame });
    else if (message.kind === 'facts') ({ facts } = message);
    else if (message.kind === 'skipped') throw new Error(`${file}: pictures were skipped offline`);
    return true;
  };
  const init = {
    url: file, transport: 'tcp', network: { allow: [...HERE.allow], tls: 'verify' }, clock: 'auto', hardware: 'off', frameSize: { ...frameSize },
    sample: { ...SAMPLE, masks: undefined }, gate, tell: false,
  } as const;
  const stream = createStream({ ...init, network: { ...init.network, allow: [...init.network.allow] } }, source, decoder.decoder, 'file', send);
  const running = stream.run(signal);
  try {
    for (;;) {
      signal.throwIfAborted();
      const packet = new Packet();
      packet.alloc();
      const times = await source.next(packet);
      if (!times) {
        packet.free();
        break;
      }
      // a file's time begins with its first frame, not when it is read
      stream.arrived(packet, { ...times, arrival: times.pts });
      await decoder.idle();
      yield* kept.splice(0);
    }
    stream.end();
    await running;
    yield* kept.splice(0);
    if (facts) told?.(facts);
  } finally {
    stream.end();
    await running;
    stream.close();
    decoder.decoder.close();
    await source.close();
  }
}

/** A decoder of which it is known when nothing more is asked of it. */
function observed(inner: Decoder): { readonly decoder: Decoder; idle(): Promise<void> } {
  const state = { busy: 0 };
  return {
    decoder: {
      async *decode(packet) {
        state.busy += 1;
        try {
          yield* inner.decode(packet);
        } finally {
          state.busy -= 1;
        }
      },
      flush: () => inner.flush(),
      close: () => inner.close(),
      get decoded() {
        return inner.decoded;
      },
      get hardware() {
        return inner.hardware;
      },
    },
    async idle() {
      // whoever goes on with the next packet does so before the event loop turns
      do await new Promise((turn) => setImmediate(turn));
      while (state.busy > 0);
    },
  };
}
