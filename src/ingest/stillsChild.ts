import { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { runChild, sendToParent } from '../health/childSide.ts';
import { parseAddress } from './address.ts';
import { createDecoder } from './decoder.ts';
import type { FrameSize } from './frameSize.ts';
import { openSource } from './source.ts';
import { StillsOrder } from './stillsWire.ts';
import type { FromStills } from './stillsWire.ts';

/** Decodes pictures one after another, order by order. */

const send = (message: FromStills): boolean => sendToParent(message, Number.POSITIVE_INFINITY);

runChild({
  init: () => undefined,
  message: (raw) => {
    const { paths, frameSize } = StillsOrder.parse(raw);
    void all(paths, frameSize).finally(() => send({ kind: 'end' }));
  },
  stop: () => undefined,
});

async function all(paths: readonly string[], frameSize: FrameSize): Promise<void> {
  for (const [index, path] of paths.entries()) {
    try {
      send({ kind: 'picture', index, ...(await decode(path, frameSize)) });
    } catch (error) {
      send({ kind: 'unreadable', index, detail: error instanceof LookoutError ? error.detail.replaceAll(path, 'the picture') : 'it cannot be decoded.' });
    }
  }
}

async function decode(path: string, frameSize: FrameSize): Promise<{ width: number; height: number; data: Uint8Array }> {
  const source = await openSource(parseAddress(path), { transport: 'tcp', network: { allow: [], tls: 'verify' }, still: true }, () => undefined);
  const packet = new Packet();
  packet.alloc();
  try {
    const decoder = await createDecoder(source, { frameSize, hardware: 'off' });
    try {
      for (let more = true; more; ) {
        more = (await source.next(packet)) !== undefined;
        for await (const picture of decoder.decode(more ? packet : null)) {
          try {
            return await picture.image();
          } finally {
            picture.free();
          }
        }
      }
    } finally {
      decoder.close();
    }
  } finally {
    packet.free();
    await source.close();
  }
  throw new LookoutError('VIDEO_UNREADABLE', 'it holds no picture.');
}
