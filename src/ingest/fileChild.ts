import { Packet } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { runChild, sendToParent } from '../health/childSide.ts';
import { parseAddress } from './address.ts';
import { Credit, FileInit } from './fileWire.ts';
import type { FromFile } from './fileWire.ts';
import { createPicker } from './picker.ts';
import { createPictureMaker } from './picture.ts';
import { openSource } from './source.ts';
import type { Source } from './source.ts';

/** Decodes a file as fast as its reader takes the frames. */

let credit = 0;
let granted = (): void => undefined;
const send = (message: FromFile): boolean => sendToParent(message);

runChild({
  init: (raw) => {
    const init = FileInit.parse(raw);
    read(init).then(
      () => send({ kind: 'end' }),
      (error: unknown) => send({ kind: 'failed', detail: error instanceof LookoutError ? error.detail : String(error) }),
    );
  },
  message: (raw) => {
    credit += Credit.parse(raw).more;
    granted();
  },
  stop: () => undefined,
});

async function read(init: FileInit): Promise<void> {
  const source = await openSource(parseAddress(init.path), 'tcp', () => undefined);
  const maker = createPictureMaker(source, init.frameSize);
  const picker = createPicker(init.fps);
  for await (const packet of packets(source)) {
    for await (const { pts, width, height, data } of maker.decode(packet, picker)) {
      if (credit === 0) await new Promise<void>((resolve) => (granted = resolve));
      credit -= 1;
      send({ kind: 'frame', pts: pts / 1000, width, height, data });
    }
  }
  maker.close();
  await source.close();
}

/** The file's packets, then null, which drains the decoder. */
async function* packets(source: Source): AsyncGenerator<Packet | null> {
  const packet = new Packet();
  packet.alloc();
  while (await source.next(packet)) yield packet;
  packet.free();
  yield null;
}
