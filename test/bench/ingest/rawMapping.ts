import { Packet } from 'node-av/lib';
import { createDecoder } from '../../../src/ingest/decoder.ts';
import { parseAddress } from '../../../src/ingest/address.ts';
import { openSource } from '../../../src/ingest/source.ts';
import { readIndex } from '../../peers/simulator.ts';
import { HERE, SMALL_SIZE } from './bench.ts';

/** What libav itself says of a frame's time, and what a reader that stamps frames when they come would say. All wall clock, ms. */
export interface RawTimes {
  /** the number that the frame shows */
  readonly index: number;
  /** the last sender report and the nominal clock (AV_PKT_DATA_PRFT) */
  readonly reported: number | undefined;
  /** when the packet was read */
  readonly arrival: number;
}

/** Reads a stream of numbered frames until the signal aborts. */
export async function readRawTimes(url: string, take: (times: RawTimes) => void, signal: AbortSignal): Promise<void> {
  let interrupt = (): void => undefined;
  signal.addEventListener('abort', () => interrupt(), { once: true });
  const source = await openSource(parseAddress(url), { transport: 'tcp', network: HERE }, (stop) => (interrupt = stop));
  const decoder = await createDecoder(source, { frameSize: SMALL_SIZE, hardware: 'off' });
  const packet = new Packet();
  packet.alloc();
  // of packets in the decoder, by their stream time
  const waiting = new Map<number, { reported: number | undefined; arrival: number }>();
  try {
    while (!signal.aborted) {
      const times = await source.next(packet);
      if (!times) break;
      waiting.set(times.pts, times);
      for await (const picture of decoder.decode(packet)) {
        const known = waiting.get(picture.pts);
        waiting.delete(picture.pts);
        const { index, damaged } = readIndex(await picture.image());
        picture.free();
        if (known && !damaged) take({ index, ...known });
      }
      packet.unref();
      if (waiting.size > 100) waiting.clear();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    decoder.close();
    packet.free();
    await source.close();
  }
}
