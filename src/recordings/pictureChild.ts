import { writeFile } from 'node:fs/promises';
import { Packet } from 'node-av/lib';
import { takeSnapshot } from '../camera/snapshot.ts';
import { LookoutError } from '../errors.ts';
import { runChild, sendToParent } from '../health/childSide.ts';
import { parseAddress } from '../ingest/address.ts';
import { openSource } from '../ingest/source.ts';
import { fillDraft } from '../media/draft.ts';
import { PictureInit } from './pictureWire.ts';
import type { FromPicture } from './pictureWire.ts';

/** Makes one picture of a recording. */

runChild({
  init: (raw) => {
    const init = PictureInit.parse(raw);
    make(init).then(
      () => send({ ok: true }),
      (error: unknown) => {
        const { code, detail } = error instanceof LookoutError ? error : new LookoutError('MEDIA_GONE', String(error));
        send({ ok: false, code, detail });
      },
    );
  },
  message: () => undefined,
  stop: () => undefined,
});

const send = (message: FromPicture): boolean => sendToParent(message);

async function make({ clip, from, at, file }: PictureInit): Promise<void> {
  const source = await openSource(parseAddress(clip), { transport: 'tcp', network: { allow: [], tls: 'verify' } }, () => undefined);
  const packets: Packet[] = [];
  for (;;) {
    const packet = new Packet();
    packet.alloc();
    if (!(await source.next(packet))) {
      packet.free();
      break;
    }
    packets.push(packet);
  }
  const { codecpar, timeBase } = source.stream;
  const { num, den } = timeBase;
  const keyPts = Number(packets[0]?.pts ?? 0n) * source.tick;
  const { jpeg } = await takeSnapshot({ track: { codec: source.codec, codecpar, timeBase: { num, den } }, packets, at, keyAt: from, keyPts });
  await fillDraft(file, () => writeFile(file, jpeg));
  await source.close();
}
